internal import CCompression

/// Decompresses bzip2 as it arrives; several streams one after the other count as one, as `bzip2` itself reads them.
final class BzipDecoder {
    private let stream: UnsafeMutablePointer<bz_stream>
    private var isOpen = false
    /// Whether the stream now open has had a byte.
    private var hasBegun = false
    private var output = [UInt8](repeating: 0, count: 1 << 18)

    init() throws(ArchiveError) {
        // libbz2 keeps a pointer to the struct, so it must not move.
        stream = .allocate(capacity: 1)
        stream.initialize(to: bz_stream())
        try open()
    }

    deinit {
        // A status other than success would say that nothing is open, which is no matter here.
        if isOpen { _ = BZ2_bzDecompressEnd(stream) }
        stream.deallocate()
    }

    /// Takes in compressed bytes and hands on what they hold, in pieces of at most 256 KiB.
    func decode(_ input: [UInt8], _ body: (ArraySlice<UInt8>) throws -> Void) throws {
        var position = 0
        while position < input.count {
            if !isOpen { try open() }
            let (used, made, ended) = try step(input[position...])
            position += used
            hasBegun = true
            if made > 0 { try body(output[..<made]) }
            if ended { try close() }
        }
        // What is still inside the decoder comes out without more input.
        while isOpen, hasBegun {
            let (_, made, ended) = try step([])
            if made > 0 { try body(output[..<made]) }
            if ended { try close() }
            if made == 0 { return }
        }
    }

    /// The input has ended: it must have ended with a stream.
    func finish() throws(ArchiveError) {
        if isOpen, hasBegun { throw ArchiveError(.truncated) }
    }

    private func step(_ input: ArraySlice<UInt8>) throws(ArchiveError) -> (used: Int, made: Int, ended: Bool) {
        let capacity = output.count
        let count = min(input.count, 1 << 20)
        let status: Int32 = input.withUnsafeBufferPointer { bytes in
            output.withUnsafeMutableBufferPointer { room in
                // The library declares its input mutable and does not write to it.
                stream.pointee.next_in = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
                    .assumingMemoryBound(to: CChar.self)
                stream.pointee.avail_in = UInt32(count)
                stream.pointee.next_out = UnsafeMutableRawPointer(room.baseAddress)?.assumingMemoryBound(to: CChar.self)
                stream.pointee.avail_out = UInt32(capacity)
                return BZ2_bzDecompress(stream)
            }
        }
        let (used, made) = (count - Int(stream.pointee.avail_in), capacity - Int(stream.pointee.avail_out))
        switch status {
        case BZ_OK: return (used, made, false)
        case BZ_STREAM_END: return (used, made, true)
        case BZ_DATA_ERROR_MAGIC: throw ArchiveError(.notCompressed)
        default: throw ArchiveError(.damagedCompression)
        }
    }

    private func open() throws(ArchiveError) {
        guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { throw ArchiveError(.damagedCompression) }
        isOpen = true
        hasBegun = false
    }

    private func close() throws(ArchiveError) {
        isOpen = false
        guard BZ2_bzDecompressEnd(stream) == BZ_OK else { throw ArchiveError(.damagedCompression) }
    }
}
