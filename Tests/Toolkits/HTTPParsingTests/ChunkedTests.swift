import HTTPTypes
import Testing

@testable import HTTPParsing

/// Decodes `text` in pieces of `step` bytes; nil when the body had not ended.
private func decode(_ text: String, step: Int = .max) throws -> (body: String, rest: Int)? {
    let bytes = Array(text.utf8)
    var decoder = BodyDecoder(.chunked)
    var body: [UInt8] = []
    var start = 0
    while start < bytes.count, !decoder.isEnded {
        let piece = Array(bytes[start..<min(bytes.count, start + min(step, bytes.count))])
        let (consumed, data) = try decoder.next(piece.span)
        body += piece[data]
        start += consumed
        if consumed == 0 { break }
    }
    return decoder.isEnded ? (String(decoding: body, as: UTF8.self), bytes.count - start) : nil
}

@Suite("Chunked bodies")
struct ChunkedTests {
    @Test("chunks join, extensions and trailers vanish, what follows stays", arguments: [1, 2, 3, 5, 1000])
    func decoding(step: Int) throws {
        let text = "4;a=b;c=\"d\"\r\nWiki\r\n0A  \r\npedia in c\r\n000;x\r\nTrailer: t\r\nOther:\r\n\r\nGET /"
        let result = try #require(try decode(text, step: step))
        #expect(result.body == "Wikipedia in c")
        #expect(result.rest == 5)
    }

    @Test(
        "broken framing is refused",
        arguments: [
            "\r\n", "g\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", "1 1\r\n", "1\nA", "1\r\nAB", "1\r\nA\n", "1\r\nA\rX",
            " 1\r\n",
            "1000000000000000\r\n", "ffffffffffffffffffff\r\n", "1;a\nb\r\n", "1;\u{0}\r\n", "0\r\nA\u{1}\r\n\r\n",
            "0\r\n\n", "1;a=b\rX",
        ])
    func broken(text: String) {
        #expect(throws: HTTPError.self) { try decode(text) }
    }

    @Test("an extension or a trailer of a megabyte is refused early")
    func bombs() {
        let long = String(repeating: "a", count: 1 << 20)
        for text in ["1;\(long)\r\nA", "0\r\nA: \(long)\r\n\r\n", "0\r\n" + String(repeating: "A: b\r\n", count: 9999)]
        {
            #expect(throws: HTTPError(.badRequest, "a chunk's framing is too long")) { try decode(text) }
        }
    }

    @Test("a body without its last chunk has not ended", arguments: ["", "1\r\nA", "1\r\nA\r\n", "0\r\n", "0\r\n\r"])
    func unfinished(text: String) throws {
        #expect(try decode(text) == nil)
    }

    @Test("a counted body takes its bytes and no more")
    func counted() throws {
        var decoder = BodyDecoder(.length(5))
        let bytes: [UInt8] = [1, 2, 3]
        #expect(try decoder.next(bytes.span).data == 0..<3)
        #expect(decoder.remaining == 2)
        #expect(try decoder.next(bytes.span).consumed == 2)
        #expect(decoder.isEnded)
        #expect(try decoder.next(bytes.span).consumed == 0)
        #expect(BodyDecoder(.none).isEnded)
    }
}
