import HTTPTypes
import Testing

@testable import HTTPRanges

private actor Sink: BodyWriter {
    private(set) var bytes: [UInt8] = []
    func write(_ bytes: [UInt8]) { self.bytes += bytes }
}

/// A file of 1000 bytes in which every position can be told from the others.
private let file = (0..<1000).map { UInt8($0 % 251) }
private let modified: Int64 = 784_111_777

private func body(_ response: HTTPResponse) async throws -> [UInt8] {
    guard case .stream(let length, let producer) = response.body.storage else { return [] }
    let sink = Sink()
    try await producer(sink)
    let bytes = await sink.bytes
    #expect(length == Int64(bytes.count), "the announced length is not the real one")
    return bytes
}

private func respond(
    _ fields: HTTPFields, method: HTTPMethod = .get, weak: Bool = false, bytes: [UInt8] = file
) -> HTTPResponse {
    let representation = Representation(
        MemorySource(bytes), contentType: "audio/mpeg", eTag: EntityTag("v1", isWeak: weak), lastModified: modified)
    return representation.response(to: HTTPRequest(method: method, path: "/f", fields: fields))
}

/// What one part of a known file must be.
struct RangeCase: Sendable, CustomTestStringConvertible {
    let field: String
    let expected: Range<Int>?
    let status: Int
    var testDescription: String { field }

    init(_ field: String, _ expected: Range<Int>) { (self.field, self.expected, self.status) = (field, expected, 206) }
    init(_ field: String, _ status: Int) { (self.field, self.expected, self.status) = (field, nil, status) }
}

@Suite("Ranges against a known file")
struct RangeTests {
    static let cases: [RangeCase] = [
        .init("bytes=0-0", 0..<1), .init("bytes=0-9", 0..<10), .init("bytes=0-999", 0..<1000),
        .init("bytes=0-1000", 0..<1000), .init("bytes=0-", 0..<1000), .init("bytes=1-", 1..<1000),
        .init("bytes=500-599", 500..<600), .init("bytes=999-", 999..<1000), .init("bytes=999-999", 999..<1000),
        .init("bytes=999-1000", 999..<1000), .init("bytes=990-99999999999999999999999", 990..<1000),
        .init("bytes=-1", 999..<1000), .init("bytes=-10", 990..<1000), .init("bytes=-999", 1..<1000),
        .init("bytes=-1000", 0..<1000), .init("bytes=-1001", 0..<1000),
        .init("bytes=-99999999999999999999999", 0..<1000), .init("BYTES=5-6", 5..<7), .init("Bytes=5-6", 5..<7),
        .init("bytes= 5-6", 5..<7), .init("bytes=5-6 ", 5..<7), .init("bytes=,5-6,", 5..<7),
        .init("bytes=5-6,,", 5..<7),
        .init("bytes=005-006", 5..<7), .init("bytes=9223372036854775806-", 416), .init("bytes=5-6,2000-", 5..<7),
        .init("bytes=2000-,5-6", 5..<7), .init("bytes=0-5,3-9", 0..<10), .init("bytes=3-9,0-5", 0..<10),
        .init("bytes=0-9,0-9,0-9", 0..<10), .init("bytes=-5,990-", 990..<1000),
        .init("bytes=1000-", 416), .init("bytes=1000-1001", 416), .init("bytes=5000-6000", 416), .init("bytes=-0", 416),
        .init("bytes=1000-,2000-", 416), .init("bytes=99999999999999999999999-", 416), .init("bytes=-0,1000-", 416),
        .init("bytes=", 200), .init("bytes", 200), .init("=0-1", 200), .init("bytes=-", 200), .init("bytes=a-b", 200),
        .init("bytes=5", 200), .init("bytes=6-5", 200), .init("bytes=0-1,6-5", 200), .init("bytes=0-1;2-3", 200),
        .init("bytes=0 - 1", 200), .init("bytes=+0-1", 200), .init("bytes=0x0-1", 200), .init("bytes=0-1-2", 200),
        .init("bytes=--1", 200), .init("bytes=,", 200), .init("items=0-1", 200), .init("bytes:0-1", 200),
        .init("bytes 0-1", 200), .init("bytes=0-1\u{e4}", 200), .init("", 200),
    ]

    @Test("single ranges", arguments: cases)
    func single(_ test: RangeCase) async throws {
        let response = respond([.range: test.field])
        #expect(response.status.code == test.status)
        switch (test.status, test.expected) {
        case (206, let range?):
            #expect(try await body(response) == Array(file[range]))
            #expect(response.fields[.contentRange] == "bytes \(range.lowerBound)-\(range.upperBound - 1)/1000")
            #expect(response.fields[.contentType] == "audio/mpeg")
        case (416, _): #expect(response.fields[.contentRange] == "bytes */1000")
        default:
            #expect(try await body(response) == file)
            #expect(response.fields[.contentRange] == nil)
        }
        #expect(response.fields[.eTag] == "\"v1\"")
        #expect(response.fields[.acceptRanges] == "bytes")
    }

    @Test(
        "several ranges come as parts, in the order asked for",
        arguments: [
            ("bytes=0-4,10-14", [0..<5, 10..<15]), ("bytes=10-14,0-4", [10..<15, 0..<5]),
            ("bytes=0-0,-1", [0..<1, 999..<1000]), ("bytes=0-4,5-9", [0..<5, 5..<10]),
            ("bytes=0-4, 2000-, 20-24", [0..<5, 20..<25]), ("bytes=20-30,0-4,25-40", [0..<5, 20..<41]),
        ])
    func several(field: String, expected: [Range<Int>]) async throws {
        let response = respond([.range: field])
        #expect(response.status == .partialContent)
        let type = try #require(response.fields[.contentType])
        let boundary = try #require(type.split(separator: "=").last)
        var text: [UInt8] = []
        for range in expected {
            text += Array("\r\n--\(boundary)\r\nContent-Type: audio/mpeg\r\n".utf8)
            text += Array("Content-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/1000\r\n\r\n".utf8)
            text += file[range]
        }
        text += Array("\r\n--\(boundary)--\r\n".utf8)
        #expect(type == "multipart/byteranges; boundary=\(boundary)")
        #expect(try await body(response) == text)
        #expect(response.fields[.contentRange] == nil)
    }

    @Test("1,300 overlapping ranges never send more than the file")
    func abuse() async throws {
        let overlapping = "bytes=" + (0..<1300).map { "\($0 % 900)-999" }.joined(separator: ",")
        #expect(try await body(respond([.range: overlapping])).count <= 1000)
        let tiny = "bytes=" + (0..<500).map { "\(2 * $0)-\(2 * $0)" }.joined(separator: ",")
        let response = respond([.range: tiny])
        #expect(response.status == .ok)
        #expect(try await body(response) == file)
    }

    @Test("a range applies to GET alone, and not to two Range lines")
    func methods() {
        #expect(respond([.range: "bytes=0-1"], method: .head).status == .ok)
        var fields: HTTPFields = [.range: "bytes=0-1"]
        fields.append(.range, "bytes=3-4")
        #expect(respond(fields).status == .ok)
    }

    @Test("an empty file has no ranges")
    func empty() {
        #expect(respond([.range: "bytes=0-"], bytes: []).status == .rangeNotSatisfiable)
        #expect(respond([.range: "bytes=-5"], bytes: []).status == .ok)
        #expect(respond([:], bytes: []).body.length == 0)
    }

    @Test("a source of unknown size is sent whole, in chunks")
    func unknown() {
        struct Endless: ByteSource {
            var size: Int64? { nil }
            func write(_ range: Range<Int64>?, to writer: any BodyWriter) async throws {}
        }
        let response = Representation(Endless(), contentType: "a/b").response(
            to: HTTPRequest(method: .get, path: "/", fields: [.range: "bytes=0-1"]))
        #expect(response.status == .ok)
        #expect(response.body.length == nil)
        #expect(response.fields[.acceptRanges] == "none")
    }
}

@Suite("Conditions")
struct ConditionTests {
    private let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    private let before = "Sun, 06 Nov 1994 08:49:36 GMT"
    private let after = "Sun, 06 Nov 1994 08:49:38 GMT"

    @Test(
        "If-None-Match compares weakly, over whole lists",
        arguments: [
            ("\"v1\"", 304), ("W/\"v1\"", 304), ("*", 304), ("\"a\", \"v1\"", 304), ("\"a,\\\"v1\"", 200),
            ("\"v2\"", 200),
            ("v1", 200), ("\"v1", 200), ("", 200), ("\"V1\"", 200), ("w/\"v1\"", 200), ("\"a\",W/\"v1\" , \"b\"", 304),
        ])
    func ifNoneMatch(value: String, status: Int) {
        #expect(respond([.ifNoneMatch: value]).status.code == status)
        let other = respond([.ifNoneMatch: value], method: .put).status.code
        #expect(other == (status == 304 ? 412 : 200))
    }

    @Test(
        "If-Match compares strongly",
        arguments: [("\"v1\"", 200), ("*", 200), ("W/\"v1\"", 412), ("\"v2\"", 412), ("x", 412)])
    func ifMatch(value: String, status: Int) {
        #expect(respond([.ifMatch: value]).status.code == status)
        if value != "*" { #expect(respond([.ifMatch: value], weak: true).status.code == 412) }
    }

    @Test("dates count where no tag is asked about, and bad ones not at all")
    func dates() {
        #expect(respond([.ifModifiedSince: date]).status == .notModified)
        #expect(respond([.ifModifiedSince: after]).status == .notModified)
        #expect(respond([.ifModifiedSince: before]).status == .ok)
        #expect(respond([.ifModifiedSince: "yesterday"]).status == .ok)
        #expect(respond([.ifModifiedSince: date, .ifNoneMatch: "\"v2\""]).status == .ok)
        #expect(respond([.ifUnmodifiedSince: before]).status == .preconditionFailed)
        #expect(respond([.ifUnmodifiedSince: date]).status == .ok)
        #expect(respond([.ifUnmodifiedSince: before, .ifMatch: "\"v1\""]).status == .ok)
    }

    @Test("If-Range wants the very same representation, or all of it is sent")
    func ifRange() {
        for (value, weak, status) in [
            ("\"v1\"", false, 206), ("W/\"v1\"", false, 200), ("\"v1\"", true, 200), ("\"v2\"", false, 200),
            (date, false, 206), (before, false, 200), (after, false, 200), ("nonsense", false, 200),
        ] {
            #expect(respond([.ifRange: value, .range: "bytes=0-1"], weak: weak).status.code == status, "\(value)")
        }
        // A condition comes before the range (RFC 9110 section 13.2.2).
        #expect(respond([.ifNoneMatch: "\"v1\"", .range: "bytes=0-1"]).status == .notModified)
        #expect(respond([.ifRange: "\"v2\"", .range: "bytes=5000-"]).status == .ok)
    }

    @Test("a 304 carries the validators and no body")
    func notModified() {
        let response = respond([.ifNoneMatch: "*"])
        #expect(response.fields[.eTag] == "\"v1\"")
        #expect(response.fields[.lastModified] == date)
        #expect(response.fields[.contentType] == nil)
        #expect(response.body.length == 0)
    }
}
