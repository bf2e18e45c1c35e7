public import HTTPTypes

/// One part of a form.
public struct MultipartPart: Sendable {
    /// The name of the form's field.
    public let name: String
    /// The file's name as the client gave it, not to be used as a path; nil for a plain field.
    public let fileName: String?
    public let contentType: String?
    /// The part's bytes as they arrive. Asking for the next part skips what was not read.
    public let body: IncomingBody
}

/// Reads a form part by part from a request's body, in whatever order the client sent them. Nothing is kept: a file
/// of any size passes through in chunks.
public actor MultipartReader {
    private let body: IncomingBody
    private var parser: MultipartParser
    private var events: [MultipartParser.Event] = []
    private var nextEvent = 0
    /// Tells the part being read from those before it.
    private var current = 0
    private var isInPart = false

    /// A reader of `request`'s body.
    ///
    /// - Throws: 415 for another media type, 400 for a missing or invalid boundary.
    public init(_ request: HTTPRequest, limits: MultipartParser.Limits = .init()) throws(HTTPError) {
        let boundary = try Self.boundary(of: request.fields[.contentType])
        parser = MultipartParser(boundary: boundary, limits: limits)
        body = request.body
    }

    /// The next part; nil after the last.
    ///
    /// - Throws: `HTTPError` for a malformed form, or what the body throws.
    public func nextPart() async throws -> MultipartPart? {
        current += 1
        while let event = try await next() {
            switch event {
            case .partBegins(let fields):
                isInPart = true
                return try part(fields)
            case .data, .partEnds: isInPart = false
            case .end: break
            }
        }
        return nil
    }

    private func part(_ fields: HTTPFields) throws(HTTPError) -> MultipartPart {
        guard let disposition = fields[.contentDisposition].flatMap({ MediaParameters($0) }),
            disposition.value == "form-data", let name = disposition.parameters["name"]
        else { throw HTTPError(.badRequest, "a part of the form has no name") }
        let source = PartBody(reader: self, number: current)
        return MultipartPart(
            name: name, fileName: disposition.parameters["filename"], contentType: fields[.contentType],
            body: IncomingBody(length: nil, source: source))
    }

    /// The next chunk of part `number`; nil at its end, and for parts already passed.
    fileprivate func nextChunk(_ number: Int) async throws -> [UInt8]? {
        while number == current, isInPart {
            guard let event = try await next() else { return nil }
            switch event {
            case .data(let bytes): return bytes
            case .partEnds: isInPart = false
            case .partBegins, .end: isInPart = false
            }
        }
        return nil
    }

    private func next() async throws -> MultipartParser.Event? {
        while nextEvent == events.count {
            if parser.isEnded {
                try await skipEpilogue()
                return nil
            }
            guard let chunk = try await nextBytes() else {
                throw HTTPError(.badRequest, "the form ends before its last boundary")
            }
            events = try parser.feed(chunk)
            nextEvent = 0
        }
        defer { nextEvent += 1 }
        return events[nextEvent]
    }

    /// Reads what follows the last boundary, so that the connection can be used again.
    private func skipEpilogue() async throws {
        while try await nextBytes() != nil {}
    }

    /// An iterator holds nothing but the body's source, so a new one goes on where the last one stopped.
    private func nextBytes() async throws -> [UInt8]? {
        var iterator = body.makeAsyncIterator()
        return try await iterator.next(isolation: self)
    }

    static func boundary(of contentType: String?) throws(HTTPError) -> String {
        guard let media = contentType.flatMap({ MediaParameters($0) }), media.value == "multipart/form-data" else {
            throw HTTPError(.unsupportedMediaType, "send the fields as multipart/form-data")
        }
        // RFC 2046 section 5.1.1: 1 to 70 characters of a small set, and no blank at the end.
        guard let boundary = media.parameters["boundary"], (1...70).contains(boundary.utf8.count),
            boundary.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }), boundary.utf8.last != 0x20
        else { throw HTTPError(.badRequest, "the form's Content-Type has no valid boundary") }
        return boundary
    }
}

private final class PartBody: BodySource {
    private let reader: MultipartReader
    private let number: Int

    init(reader: MultipartReader, number: Int) {
        self.reader = reader
        self.number = number
    }

    func next() async throws -> [UInt8]? { try await reader.nextChunk(number) }
}
