@testable import HTTPParsing
import HTTPTypes

/// Decodes in pieces of `step` bytes: the data, how much was read, and whether it ended or failed.
private func decode(_ bytes: [UInt8], step: Int) -> (data: [UInt8], used: Int, ended: Bool, failed: Bool) {
    var decoder = BodyDecoder(.chunked)
    var data: [UInt8] = []
    var used = 0
    while used < bytes.count, !decoder.isEnded {
        let piece = Array(bytes[used..<min(bytes.count, used + step)])
        guard let (consumed, range) = try? decoder.next(piece.span) else { return (data, used, false, true) }
        precondition(range.lowerBound >= 0 && range.upperBound <= consumed && consumed <= piece.count, "out of bounds")
        precondition(consumed > 0 || decoder.isEnded, "no progress")
        data += piece[range]
        used += consumed
    }
    return (data, used, decoder.isEnded, false)
}

/// The decoder says the same however the bytes are cut.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let whole = decode(bytes, step: max(1, count))
    for step in [1, 3] {
        let cut = decode(bytes, step: step)
        precondition(cut.ended == whole.ended && cut.failed == whole.failed, "cutting changes the outcome")
        precondition(cut.data.starts(with: whole.data) || whole.failed, "cutting changes the data")
        if whole.ended { precondition(cut.data == whole.data && cut.used == whole.used, "cutting changes the end") }
    }
    return 0
}
