import FakeTelegram
import HTTPRanges
import HTTPTypes

/// A file's bytes as the body of a response, computed where they are asked for.
struct ContentSource: ByteSource {
    let content: FakeContent

    var size: Int64? { content.count }

    func write(_ range: Range<Int64>?, to writer: any BodyWriter) async throws {
        let range = range ?? 0..<content.count
        var next = range.lowerBound
        while next < range.upperBound {
            let end = min(next + 65536, range.upperBound)
            try await writer.write(content.read(next, Int(end - next)))
            next = end
        }
    }
}
