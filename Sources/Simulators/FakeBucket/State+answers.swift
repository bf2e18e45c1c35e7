import HTTPTypes

extension FakeBucket.State {
    mutating func answer(_ request: HTTPRequest, _ body: [UInt8]) -> HTTPResponse {
        let key = request.path.split(separator: "/", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
        var query: [String: String] = [:]
        for item in (request.query ?? "").split(separator: "&") {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[String(pair[0])] = pair.count > 1 ? String(pair[1]) : ""
        }
        if let upload = query["uploadId"] { return self.upload(upload, key, query, request, body) }
        switch request.method {
        case .post where query["uploads"] != nil: return begin()
        case .put: return put(request, key, body)
        case .get where query["list-type"] == "2": return list(query)
        case .get, .head: return get(request, key)
        case .delete:
            objects[key] = nil
            return HTTPResponse(.noContent)
        default: return FakeBucket.error(.methodNotAllowed, "MethodNotAllowed")
        }
    }

    mutating func write(_ key: String, _ bytes: [UInt8]) {
        objects[key] = FakeBucket.Stored(bytes: bytes, tag: "\"\(requests.count)-\(bytes.count)\"", modified: now)
    }

    private mutating func put(_ request: HTTPRequest, _ key: String, _ body: [UInt8]) -> HTTPResponse {
        if request.fields[.ifNoneMatch] == "*", objects[key] != nil {
            return FakeBucket.error(.preconditionFailed, "PreconditionFailed")
        }
        write(key, body)
        return HTTPResponse(.ok, fields: [.eTag: objects[key]?.tag ?? ""])
    }

    private func get(_ request: HTTPRequest, _ key: String) -> HTTPResponse {
        guard let object = objects[key] else { return FakeBucket.error(.notFound, "NoSuchKey") }
        if let tag = request.fields[.ifMatch], tag != object.tag {
            return FakeBucket.error(.preconditionFailed, "PreconditionFailed")
        }
        let fields: HTTPFields = [.eTag: object.tag, .lastModified: HTTPDate.format(object.modified)]
        if request.method == .head {
            return HTTPResponse(.ok, fields: fields, body: .bytes(object.bytes))
        }
        let ends = (request.fields[.range] ?? "bytes=0-").dropFirst(6).split(separator: "-").compactMap { Int($0) }
        let last = min(ends.count > 1 ? ends[1] : .max, object.bytes.count - 1)
        guard let first = ends.first, first <= last else {
            return FakeBucket.error(.rangeNotSatisfiable, "InvalidRange")
        }
        return HTTPResponse(.partialContent, fields: fields, body: .bytes(Array(object.bytes[first...last])))
    }

    private func list(_ query: [String: String]) -> HTTPResponse {
        let prefix = (query["prefix"] ?? "").replacing("%2F", with: "/")
        let keys = objects.keys.filter { $0.hasPrefix(prefix) }.sorted()
        let start = query["continuation-token"].flatMap { Int($0) } ?? 0
        let page = keys.dropFirst(start).prefix(pageSize)
        let items = page.map { key in
            "<Contents><Key>\(key)</Key><LastModified>\(Self.moment(objects[key]?.modified ?? 0))</LastModified>"
                + "<Size>\(objects[key]?.bytes.count ?? 0)</Size></Contents>"
        }
        let isCut = start + page.count < keys.count
        let next = isCut ? "<NextContinuationToken>\(start + page.count)</NextContinuationToken>" : ""
        return HTTPResponse(
            .ok,
            body: .text(
                "<ListBucketResult><IsTruncated>\(isCut)</IsTruncated>\(next)\(items.joined())</ListBucketResult>"))
    }

    /// `2013-05-24T00:00:00.000Z`; days of one year are enough here.
    private static func moment(_ seconds: Int64) -> String {
        let parts = HTTPDate.format(seconds).split { " ,:".contains($0) }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let month = (months.firstIndex(of: String(parts[2])) ?? 0) + 1
        return "\(parts[3])-\(month < 10 ? "0" : "")\(month)-\(parts[1])T\(parts[4...6].joined(separator: ":")).000Z"
    }

    // MARK: - Parts

    private mutating func begin() -> HTTPResponse {
        uploadCount += 1
        uploads["upload\(uploadCount)"] = [:]
        return HTTPResponse(.ok, body: .text("<R><UploadId>upload\(uploadCount)</UploadId></R>"))
    }

    private mutating func upload(
        _ upload: String, _ key: String, _ query: [String: String], _ request: HTTPRequest, _ body: [UInt8]
    ) -> HTTPResponse {
        guard let parts = uploads[upload] else { return FakeBucket.error(.notFound, "NoSuchUpload") }
        switch request.method {
        case .put:
            let number = query["partNumber"].flatMap { Int($0) } ?? 0
            uploads[upload]?[number] = body
            return HTTPResponse(.ok, fields: [.eTag: "\"part\(number)\""])
        case .delete:
            uploads[upload] = nil
            return HTTPResponse(.noContent)
        default:
            if request.fields[.ifNoneMatch] == "*", objects[key] != nil {
                return FakeBucket.error(.preconditionFailed, "PreconditionFailed")
            }
            uploads[upload] = nil
            write(key, parts.sorted { $0.key < $1.key }.flatMap(\.value))
            return HTTPResponse(.ok, body: .text("<CompleteMultipartUploadResult/>"))
        }
    }
}
