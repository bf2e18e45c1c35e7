import FakeBlocks
import HTTPRanges
import HTTPTypes

/// A file of any size that needs no room, because its bytes follow from where they stand.
struct SeededSource: ByteSource {
    let content: SeededContent

    var size: Int64? { content.size }

    func write(_ range: Range<Int64>?, to writer: any BodyWriter) async throws {
        let range = range ?? 0..<content.size
        var next = range.lowerBound
        while next < range.upperBound {
            let end = min(next + 65536, range.upperBound)
            try await writer.write(content.bytes(next..<end))
            next = end
        }
    }
}
