public import HTTPTypes

extension Representation {
    /// The response to a GET or HEAD of this representation: 200, 206, 304, 412 or 416, as conditions and ranges
    /// want it (RFC 9110 sections 13 and 14).
    public func response(to request: HTTPRequest) -> HTTPResponse {
        switch Preconditions.evaluate(request, self) {
        case .notModified:
            return HTTPResponse(.notModified, fields: validators)
        case .failed:
            return HTTPResponse(.preconditionFailed, fields: validators)
        case .proceed: break
        }
        // GET alone has ranges (section 14.2), and one line of Range is all that makes sense.
        guard request.method == .get, let size = source.size, request.fields.values(of: .range).count == 1,
            let set = request.fields[.range].flatMap({ RangeSet($0) }), Preconditions.rangeApplies(request, self)
        else { return whole }
        switch set.resolve(size: size) {
        case .whole: return whole
        case .unsatisfiable:
            var fields = validators
            fields[.contentRange] = "bytes */\(size)"
            return HTTPResponse(.rangeNotSatisfiable, fields: fields)
        case .parts(let parts) where parts.count == 1: return single(parts[0], size)
        case .parts(let parts): return several(parts, size)
        }
    }

    private var validators: HTTPFields {
        var fields = self.fields
        if let eTag { fields[.eTag] = eTag.description }
        if let lastModified { fields[.lastModified] = HTTPDate.format(lastModified) }
        fields[.acceptRanges] = source.size == nil ? "none" : "bytes"
        return fields
    }

    private var whole: HTTPResponse {
        var fields = validators
        fields[.contentType] = contentType
        let source = source
        return HTTPResponse(
            .ok, fields: fields,
            body: .stream(length: source.size) { try await source.write(nil, to: $0) })
    }

    private func single(_ range: Range<Int64>, _ size: Int64) -> HTTPResponse {
        var fields = validators
        fields[.contentType] = contentType
        fields[.contentRange] = Self.contentRange(range, size)
        let source = source
        return HTTPResponse(
            .partialContent, fields: fields,
            body: .stream(length: Int64(range.count)) { try await source.write(range, to: $0) })
    }

    /// `multipart/byteranges` (section 14.6). Its length is known, since every part's head is.
    private func several(_ ranges: [Range<Int64>], _ size: Int64) -> HTTPResponse {
        let boundary = "stentor-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let heads = ranges.map { range in
            Array(
                """
                \r\n--\(boundary)\r\nContent-Type: \(contentType)\r\n\
                Content-Range: \(Self.contentRange(range, size))\r\n\r\n
                """.utf8)
        }
        let end = Array("\r\n--\(boundary)--\r\n".utf8)
        let length = zip(heads, ranges).reduce(Int64(end.count)) { $0 + Int64($1.0.count) + Int64($1.1.count) }
        var fields = validators
        fields[.contentType] = "multipart/byteranges; boundary=\(boundary)"
        let source = source
        return HTTPResponse(
            .partialContent, fields: fields,
            body: .stream(length: length) { writer in
                for (head, range) in zip(heads, ranges) {
                    try await writer.write(head)
                    try await source.write(range, to: writer)
                }
                try await writer.write(end)
            })
    }

    private static func contentRange(_ range: Range<Int64>, _ size: Int64) -> String {
        "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
    }
}
