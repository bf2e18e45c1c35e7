/// Reads values of the type language out of a part of an array (https://core.telegram.org/mtproto/serialize). It never
/// reads beyond its part, whatever the bytes say.
public struct TLReader: Sendable {
    private var buffer: [UInt8]
    public private(set) var position: Int
    public let end: Int

    public init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

    /// - Precondition: `part` lies within `bytes`.
    public init(_ bytes: [UInt8], _ part: Range<Int>) {
        precondition(part.lowerBound >= 0 && part.upperBound <= bytes.count, "a part outside its array")
        buffer = bytes
        position = part.lowerBound
        end = part.upperBound
    }

    /// Bytes that were not read yet.
    public var left: Int { end - position }
    public var rest: ArraySlice<UInt8> { buffer[position..<end] }

    public mutating func uint32() throws(TLError) -> UInt32 {
        UInt32(littleEndian: try load(UInt32.self))
    }

    public mutating func int() throws(TLError) -> Int32 { Int32(bitPattern: try uint32()) }

    public mutating func long() throws(TLError) -> Int64 {
        Int64(littleEndian: try load(Int64.self))
    }

    public mutating func double() throws(TLError) -> Double { Double(bitPattern: UInt64(bitPattern: try long())) }

    /// The next constructor, which stays to be read.
    public func peek() throws(TLError) -> UInt32 {
        var copy = self
        return try copy.uint32()
    }

    public mutating func expect(_ constructor: UInt32) throws(TLError) {
        let found = try uint32()
        guard found == constructor else { throw .unexpected(found) }
    }

    public mutating func raw(_ count: Int) throws(TLError) -> [UInt8] { [UInt8](try slice(count)) }

    /// `bytes` or `string`: where its content lies in the array. Moves on behind the padding.
    public mutating func bytesRange() throws(TLError) -> Range<Int> {
        guard left >= 4 else { throw .truncated }
        var count = Int(buffer[position])
        var header = 1
        if count == 254 {
            count = Int(buffer[position + 1]) | Int(buffer[position + 2]) << 8 | Int(buffer[position + 3]) << 16
            header = 4
        } else if count == 255 {
            throw .tooLarge
        }
        let padded = (header + count + 3) & ~3
        guard padded <= left else { throw .truncated }
        let start = position + header
        position += padded
        return start..<(start + count)
    }

    public mutating func bytes() throws(TLError) -> [UInt8] { [UInt8](buffer[try bytesRange()]) }

    /// `bytes` as the last thing that is read: the array itself is cut down to them, which spares another one of their size.
    public consuming func lastBytes() throws(TLError) -> [UInt8] {
        let range = try bytesRange()
        buffer.removeLast(buffer.count - range.upperBound)
        buffer.removeFirst(range.lowerBound)
        return buffer
    }

    /// Text; what is no UTF-8 becomes U+FFFD.
    public mutating func string() throws(TLError) -> String {
        String(decoding: buffer[try bytesRange()], as: UTF8.self)
    }

    public mutating func bool() throws(TLError) -> Bool {
        switch try uint32() {
        case TL.boolTrue: return true
        case TL.boolFalse: return false
        case let other: throw .unexpected(other)
        }
    }

    /// The count of a boxed vector whose items take at least `smallest` bytes each, so that a lie about the count cannot
    /// cost more memory than was sent.
    public mutating func vectorCount(smallest: Int) throws(TLError) -> Int {
        try expect(TL.vector)
        return try bareCount(smallest: smallest)
    }

    /// The same without the constructor.
    public mutating func bareCount(smallest: Int) throws(TLError) -> Int {
        let count = Int(try int())
        guard count >= 0, count <= left / max(1, smallest) else { throw .tooLarge }
        return count
    }

    public mutating func longs() throws(TLError) -> [Int64] {
        var values: [Int64] = []
        for _ in 0..<(try vectorCount(smallest: 8)) { values.append(try long()) }
        return values
    }

    /// Hands out the next bytes as a reader of their own.
    public mutating func sub(_ count: Int) throws(TLError) -> TLReader {
        guard count >= 0, count <= left else { throw .truncated }
        defer { position += count }
        return TLReader(buffer, position..<(position + count))
    }

    private mutating func slice(_ count: Int) throws(TLError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= left else { throw .truncated }
        defer { position += count }
        return buffer[position..<(position + count)]
    }

    private mutating func load<Value: FixedWidthInteger>(_ type: Value.Type) throws(TLError) -> Value {
        let size = MemoryLayout<Value>.size
        guard size <= left else { throw .truncated }
        defer { position += size }
        let offset = position
        return buffer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }
    }
}
