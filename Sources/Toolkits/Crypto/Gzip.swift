internal import CZlib

/// Unpacks gzip into memory, up to a limit.
public enum Gzip {
    /// nil for what is no gzip, is cut off, or unpacks to more than `limit` bytes: no more than that is ever held.
    public static func unpack(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
        var stream = z_stream()
        // 16 more than the largest window: gzip alone (zlib.h, inflateInit2).
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        var input = Array(bytes)
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        return input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            while true {
                let (status, made) = chunk.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    return (status, target.count - Int(stream.avail_out))
                }
                guard status == Z_OK || status == Z_STREAM_END, result.count + made <= limit else { return nil }
                result += chunk[0..<made]
                if status == Z_STREAM_END { return result }
                if made == 0, stream.avail_in == 0 { return nil }
            }
        }
    }
}
