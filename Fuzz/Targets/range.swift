@testable import HTTPRanges
import HTTPTypes

/// Whatever a range asks for, what is sent lies within the file and is never more than the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
    if let set = RangeSet(text) {
        for size in [0, 1, 1000, Int64.max] as [Int64] {
            guard case .parts(let parts) = set.resolve(size: size) else { continue }
            precondition(!parts.isEmpty && parts.count <= RangeSet.limit, "too many parts")
            var sum: Int64 = 0
            for part in parts {
                precondition(!part.isEmpty && part.lowerBound >= 0 && part.upperBound <= size, "out of bounds")
                sum += part.upperBound - part.lowerBound
            }
            precondition(sum <= size, "more than the file")
        }
    }
    // Validators take the same hostile text.
    _ = EntityTagCondition(text)
    if let seconds = HTTPDate.parse(text) {
        precondition(HTTPDate.parse(HTTPDate.format(seconds)) == seconds, "a date that does not survive")
    }
    return 0
}
