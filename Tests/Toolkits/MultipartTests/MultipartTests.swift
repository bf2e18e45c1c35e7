import HTTPTypes
import Testing

@testable import Multipart

private actor Pieces: BodySource {
    private var left: [UInt8]
    private let size: Int

    init(_ bytes: [UInt8], size: Int) {
        left = bytes
        self.size = size
    }

    func next() -> [UInt8]? {
        if left.isEmpty { return nil }
        let piece = Array(left.prefix(size))
        left.removeFirst(piece.count)
        return piece
    }
}

private func request(_ body: String, boundary: String = "B", size: Int = .max) -> HTTPRequest {
    HTTPRequest(
        method: .post, path: "/", fields: [.contentType: "multipart/form-data; boundary=\"\(boundary)\""],
        body: IncomingBody(length: nil, source: Pieces(Array(body.utf8), size: min(size, body.utf8.count + 1))))
}

/// Every part as "name/file/type=body".
private func read(_ request: HTTPRequest, limits: MultipartParser.Limits = .init()) async throws -> [String] {
    let reader = try MultipartReader(request, limits: limits)
    var parts: [String] = []
    while let part = try await reader.nextPart() {
        let bytes = try await part.body.collect(upTo: 1 << 24)
        let head = [part.name, part.fileName ?? "-", part.contentType ?? "-"].joined(separator: "/")
        parts.append(head + "=" + String(decoding: bytes, as: UTF8.self))
    }
    return parts
}

private func field(_ name: String, _ value: String) -> String {
    "--B\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
}

@Suite("Multipart forms", .timeLimit(.minutes(10)))
struct MultipartTests {
    @Test("fields and files come in any order, however the bytes are cut", arguments: [1, 2, 3, 7, 64, 10_000])
    func order(size: Int) async throws {
        let body =
            "preamble\r\n--B  \r\ncontent-disposition: form-data; name=f; filename=\"a\\\"b.bin\"\r\nContent-Type: a/b\r\n\r\n"
            + "x\r\n--Bogus\r\n-\r\n--\r\n\r\n" + field("n", "v") + field("empty", "") + "--B--\r\nepilogue\r\n--B\r\n"
        #expect(
            try await read(request(body, size: size)) == [
                "f/a\"b.bin/a/b=x\r\n--Bogus\r\n-\r\n--\r\n", "n/-/-=v", "empty/-/-=",
            ])
    }

    @Test("a part that is not read is skipped")
    func skipping() async throws {
        let big = String(repeating: "x", count: 300_000)
        let reader = try MultipartReader(request(field("a", big) + field("b", "2") + "--B--", size: 1000))
        let first = try #require(try await reader.nextPart())
        let second = try #require(try await reader.nextPart())
        #expect(second.name == "b")
        #expect(try await second.body.collect(upTo: 10) == Array("2".utf8))
        // The one that was passed has nothing more to give.
        #expect(try await first.body.collect(upTo: 10).isEmpty)
        #expect(try await reader.nextPart() == nil)
    }

    @Test("a file of any size passes through in small chunks")
    func streaming() async throws {
        let total = 40 << 20
        let chunk = [UInt8](repeating: 0x0d, count: 65536)
        let source = Generated(
            head: Array("--B\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\n".utf8), chunk: chunk,
            count: total / chunk.count, tail: Array("\r\n--B--\r\n".utf8))
        var posted = request("")
        posted.body = IncomingBody(length: nil, source: source)
        let reader = try MultipartReader(posted)
        let part = try #require(try await reader.nextPart())
        var received = 0
        var largest = 0
        for try await piece in part.body {
            received += piece.count
            largest = max(largest, piece.count)
        }
        #expect(received == total)
        #expect(largest <= 2 * chunk.count)
    }

    @Test(
        "malformed forms are refused",
        arguments: [
            "", "--B", "--B\r\n", "--B\r\n\r\nx", "--B\r\nnocolon\r\n\r\nx\r\n--B--", field("a", "1"),
            "--C\r\n\r\nx\r\n--C--", "--B\r\nContent-Type: a/b\r\n\r\nx\r\n--B--",
            "--B\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--B--",
            "--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--B--",
            "--B\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nx\r\n--B--",
            "--B\r\nA\u{0}: b\r\n\r\nx\r\n--B--", "--B\nContent-Disposition: form-data; name=a\n\nx\n--B--",
        ])
    func malformed(body: String) async {
        await #expect(throws: HTTPError.self) { try await read(request(body)) }
    }

    @Test("ten thousand parts, and a head without end, are refused")
    func bombs() async throws {
        let many = String(repeating: field("a", "1"), count: 10_000) + "--B--"
        await #expect(throws: HTTPError(.contentTooLarge, "the form has more than 1000 parts")) {
            try await read(request(many, size: 65536))
        }
        let head = "--B\r\nContent-Disposition: form-data; name=a\r\nX: " + String(repeating: "y", count: 1 << 20)
        await #expect(throws: HTTPError(.badRequest, "the head of a form's part is larger than 8192 bytes")) {
            try await read(request(head, size: 4096))
        }
        let lines = "--B\r\n" + String(repeating: "X: y\r\n", count: 17) + "\r\n"
        await #expect(throws: HTTPError.self) { try await read(request(lines)) }
        let padding = "--B" + String(repeating: " ", count: 1 << 16)
        await #expect(throws: HTTPError.self) { try await read(request(padding, size: 4096)) }
    }

    @Test(
        "a Content-Type without a usable boundary is refused",
        arguments: [
            ("text/plain", 415), ("multipart/mixed; boundary=a", 415), ("multipart/form-data", 400),
            ("multipart/form-data; boundary=", 400), ("multipart/form-data; boundary=\"\"", 400),
            ("multipart/form-data; boundary=\"a ", 415),
            ("multipart/form-data; boundary=" + String(repeating: "a", count: 71), 400),
        ])
    func boundaries(type: String, status: Int) {
        var posted = request("")
        posted.fields[.contentType] = type
        do {
            _ = try MultipartReader(posted)
            Issue.record("accepted")
        } catch { #expect(error.status.code == status) }
    }

    @Test("a nested multipart is a part like any other")
    func nested() async throws {
        let inner = "--BB\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--BB--"
        #expect(try await read(request(field("a", inner) + "--B--")) == ["a/-/-=" + inner])
    }

    @Test("what the client's side writes the server's side reads, and the announced length is exact")
    func roundTrip() async throws {
        var form = MultipartForm()
        form.add("na\"me", "v\r\nw")
        form.add(
            "file", fileName: "\u{e4}.bin", contentType: "a/b",
            body: .stream(length: 4) { try await $0.write([1, 2, 3, 4]) })
        let sink = Sink()
        guard case .stream(let length, let producer) = form.body.storage else {
            Issue.record("not streamed")
            return
        }
        try await producer(sink)
        let bytes = await sink.bytes
        #expect(length == Int64(bytes.count))
        var posted = request("")
        posted.fields[.contentType] = form.contentType
        posted.body = IncomingBody(length: nil, source: Pieces(bytes, size: 5))
        #expect(
            try await read(posted) == ["na%22me/-/-=v\r\nw", "file/\u{e4}.bin/a/b=\u{1}\u{2}\u{3}\u{4}"])
    }
}

private actor Sink: BodyWriter {
    private(set) var bytes: [UInt8] = []
    func write(_ bytes: [UInt8]) { self.bytes += bytes }
}

private actor Generated: BodySource {
    private var head: [UInt8]?
    private let chunk: [UInt8]
    private var count: Int
    private var tail: [UInt8]?

    init(head: [UInt8], chunk: [UInt8], count: Int, tail: [UInt8]) {
        self.head = head
        self.chunk = chunk
        self.count = count
        self.tail = tail
    }

    func next() -> [UInt8]? {
        if let head {
            self.head = nil
            return head
        }
        if count > 0 {
            count -= 1
            return chunk
        }
        defer { tail = nil }
        return tail
    }
}
