internal import HTTPTypes

extension S3Client {
    /// Writes an object whole.
    /// - Parameter ifAbsent: fails with `.conditionFailed` when there is one of this name, instead of replacing it.
    public func put(_ key: String, _ bytes: [UInt8], ifAbsent: Bool = false) async throws(S3Error) {
        let call = Call(
            method: .put, path: location.path(key), fields: ifAbsent ? [("if-none-match", "*")] : [], body: bytes)
        let answer = try await send(call)
        guard answer.status == .ok else { throw Self.failure(answer) }
    }

    /// Throws `.notFound`.
    public func head(_ key: String) async throws(S3Error) -> S3Object {
        let answer = try await send(Call(method: .head, path: location.path(key)))
        guard answer.status == .ok else { throw Self.failure(answer) }
        guard let length = answer.fields[.contentLength].flatMap({ Int64($0) }), let tag = answer.fields[.eTag] else {
            throw .broken("an object without length or tag")
        }
        let modified = answer.fields[.lastModified].flatMap { HTTPDate.parse($0) } ?? 0
        return S3Object(key: key, bytes: length, tag: tag, modified: Double(modified))
    }

    /// Exactly these bytes of one version of an object.
    /// - Parameter tag: `.conditionFailed` when the object is another by now.
    public func read(_ key: String, _ range: Range<Int64>, tag: String) async throws(S3Error) -> [UInt8] {
        guard !range.isEmpty else { return [] }
        let call = Call(
            method: .get, path: location.path(key),
            fields: [("if-match", tag), ("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")],
            limit: max(range.count, 64 << 10))
        let answer = try await send(call)
        guard answer.status == .partialContent || answer.status == .ok else { throw Self.failure(answer) }
        guard answer.body.count == range.count else { throw .broken("other bytes than were asked for") }
        return answer.body
    }

    /// An object that is not there is no error.
    public func remove(_ key: String) async throws(S3Error) {
        let answer = try await send(Call(method: .delete, path: location.path(key)))
        guard [204, 200, 404].contains(answer.status.code) else { throw Self.failure(answer) }
    }

    /// Everything below the prefix.
    public func list() async throws(S3Error) -> [S3Object] {
        var found: [S3Object] = []
        var token: String?
        repeat {
            var query = [("list-type", "2"), ("prefix", location.prefix)]
            if let token { query.append(("continuation-token", token)) }
            let answer = try await send(
                Call(method: .get, path: location.bucketPath, query: query, limit: 4 << 20))
            guard answer.status == .ok else { throw Self.failure(answer) }
            let page = S3Answers(answer.body)
            for item in page.parts("Contents") {
                guard let object = object(item) else { throw .broken("a list that cannot be read") }
                found.append(object)
            }
            let next = page.first("IsTruncated") == "true" ? page.first("NextContinuationToken") : nil
            // A store that repeats itself would be asked for ever.
            if let next, next == token { throw .broken("a list without an end") }
            token = next
        } while token != nil
        return found
    }

    private func object(_ item: S3Answers) -> S3Object? {
        guard let key = item.first("Key"), key.hasPrefix(location.prefix),
            let bytes = item.first("Size").flatMap({ Int64($0) }), let modified = item.first("LastModified"),
            let seconds = Self.seconds(modified)
        else { return nil }
        return S3Object(
            key: String(key.dropFirst(location.prefix.count)), bytes: bytes, tag: item.first("ETag") ?? "",
            modified: seconds)
    }

    /// `2013-05-24T00:00:00.000Z` as seconds since 1970.
    static func seconds(_ text: String) -> Double? {
        let numbers = text.prefix(19).split { !$0.isNumber }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard numbers.count == 6, let month = Int(numbers[1]), (1...12).contains(month) else { return nil }
        // The day of the week is not looked at.
        let date = "Mon, \(numbers[2]) \(months[month - 1]) \(numbers[0]) \(numbers[3...5].joined(separator: ":")) GMT"
        return HTTPDate.parse(date).map(Double.init)
    }
}
