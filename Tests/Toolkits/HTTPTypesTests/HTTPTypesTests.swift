import Testing

@testable import HTTPTypes

@Suite("HTTP values")
struct HTTPTypesTests {
    @Test("a token holds exactly the characters of RFC 9110 section 5.6.2")
    func tokenCharacters() {
        let letters = "abcdefghijklmnopqrstuvwxyz"
        let allowed = Set("!#$%&'*+-.^_`|~0123456789\(letters)\(letters.uppercased())".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(byte.isTokenCharacter == allowed.contains(byte), "byte \(byte)")
        }
    }

    @Test("a field value holds no control character but the tab")
    func valueCharacters() {
        for byte in UInt8.min...UInt8.max {
            let allowed = byte == 9 || (byte >= 32 && byte != 127)
            #expect(byte.isFieldValueCharacter == allowed, "byte \(byte)")
        }
    }

    @Test("names compare without case, and hash alike")
    func names() {
        #expect(HTTPFieldName("content-TYPE") == .contentType)
        #expect(HTTPFieldName("content-typf") != .contentType)
        // "@" and "`" differ by the case bit but are no letters.
        #expect(HTTPFieldName("a@") != HTTPFieldName("a`"))
        #expect(Set([HTTPFieldName("ETag"), HTTPFieldName("etag")]).count == 1)
    }

    @Test("setting a field replaces every line of its name, in the place of the first")
    func replacement() {
        var fields: HTTPFields = ["A": "1", "B": "2", "a": "3", "C": "4"].reordered(["A", "B", "a", "C"])
        fields["a"] = "9"
        #expect(fields.map(\.value) == ["9", "2", "4"])
        fields["b"] = nil
        #expect(fields.map(\.value) == ["9", "4"])
    }

    @Test("a list may be spread over lines and hold empty elements")
    func lists() {
        var fields = HTTPFields()
        fields.append("X", " a ,, b\t")
        fields.append("x", "c")
        #expect(fields.list(of: "X") == ["a", "b", "c"])
    }

    @Test("fields that would split the message are refused", arguments: ["a\r\nb", "a\nb", "a\0", "a\rb", "\u{7f}"])
    func splitting(value: String) {
        #expect(throws: InvalidFieldError.self) { try (["X": value] as HTTPFields).validate() }
    }

    @Test("names that are no tokens are refused", arguments: ["", "a b", "a:", "ä", "a\r"])
    func badNames(name: String) {
        #expect(throws: InvalidFieldError.self) { try ([HTTPFieldName(name): "x"] as HTTPFields).validate() }
    }

    @Test("the date of RFC 9110 in its three forms is one moment")
    func dates() {
        #expect(HTTPDate.format(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ] {
            #expect(HTTPDate.parse(text) == 784_111_777, "\(text)")
        }
    }

    @Test(
        "what is no date is none",
        arguments: [
            "", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:-9:37 GMT",
        ])
    func noDates(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    @Test("every day of four centuries survives formatting and parsing")
    func everyDay() {
        for day in stride(from: Int64(-134_774), to: 146_097 - 134_774, by: 1) {
            let seconds = day * 86400 + 3661
            if HTTPDate.parse(HTTPDate.format(seconds)) != seconds {
                Issue.record("day \(day) became \(HTTPDate.format(seconds))")
                return
            }
        }
    }

    @Test("a limited stream passes its limit's last byte and not one more")
    func limitedStream() async throws {
        let exact = IncomingBody(length: nil, source: Chunks([[1, 2], [3]])).limited(to: 3)
        #expect(try await exact.collect(upTo: 100) == [1, 2, 3])
        let long = IncomingBody(length: nil, source: Chunks([[1, 2], [3, 4]])).limited(to: 3)
        var seen = 0
        await #expect(throws: BodyTooLargeError(limit: 3)) { for try await chunk in long { seen += chunk.count } }
        #expect(seen == 2)
        let announced = IncomingBody(length: 4, source: Chunks([[1]])).limited(to: 3)
        await #expect(throws: BodyTooLargeError(limit: 3)) { for try await _ in announced { seen = -1 } }
        #expect(seen == 2)
    }

    @Test("a body longer than allowed is refused before it is kept")
    func collectLimit() async throws {
        let body = IncomingBody(length: nil, source: Chunks([[1, 2, 3], [4, 5]]))
        await #expect(throws: BodyTooLargeError(limit: 4)) { try await body.collect(upTo: 4) }
        #expect(
            try await IncomingBody(length: nil, source: Chunks([[1, 2, 3], [4, 5]])).collect(upTo: 5) == [
                1, 2, 3, 4, 5,
            ])
        await #expect(throws: BodyTooLargeError(limit: 4)) {
            try await IncomingBody(length: 5, source: Chunks([])).collect(upTo: 4)
        }
    }
}

extension [String: String] {
    fileprivate func reordered(_ names: [String]) -> HTTPFields {
        var fields = HTTPFields()
        for name in names { fields.append(HTTPFieldName(name), self[name] ?? "") }
        return fields
    }
}

private actor Chunks: BodySource {
    private var left: [[UInt8]]
    init(_ chunks: [[UInt8]]) { left = chunks }
    func next() -> [UInt8]? { left.isEmpty ? nil : left.removeFirst() }
}
