internal import HTTPTypes

/// Objects that are written in parts, side by side.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
extension S3Client {
    /// All parts but the last must have at least this many bytes.
    public static let smallestPart = 5 << 20
    public static let mostParts = 10_000

    /// Begins; nothing is visible before `complete`.
    public func begin(_ key: String) async throws(S3Error) -> String {
        let answer = try await send(Call(method: .post, path: location.path(key), query: [("uploads", "")]))
        guard answer.status == .ok else { throw Self.failure(answer) }
        guard let upload = S3Answers(answer.body).first("UploadId") else { throw .broken("an upload without a name") }
        return upload
    }

    /// Sends a part, counted from 1; sent twice, the second replaces the first. Returns its tag.
    public func part(
        _ number: Int, of upload: String, _ key: String, _ bytes: [UInt8]
    ) async throws(S3Error) -> String {
        let answer = try await send(
            Call(
                method: .put, path: location.path(key), query: [("partNumber", "\(number)"), ("uploadId", upload)],
                body: bytes))
        guard answer.status == .ok else { throw Self.failure(answer) }
        guard let tag = answer.fields[.eTag] else { throw .broken("a part without a tag") }
        return tag
    }

    /// Makes the object of its parts, in the order of their tags. `.notFound` when it was completed or given up before.
    public func complete(
        _ upload: String, _ key: String, tags: [String], ifAbsent: Bool = false
    ) async throws(S3Error) {
        let parts = tags.enumerated().map { "<Part><PartNumber>\($0 + 1)</PartNumber><ETag>\($1)</ETag></Part>" }
        let body = "<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>"
        let answer = try await send(
            Call(
                method: .post, path: location.path(key), query: [("uploadId", upload)],
                fields: ifAbsent ? [("if-none-match", "*")] : [], body: Array(body.utf8)))
        guard answer.status == .ok else { throw Self.failure(answer) }
    }

    /// Gives an upload up; what was sent of it is removed.
    public func abandon(_ upload: String, _ key: String) async throws(S3Error) {
        let answer = try await send(
            Call(method: .delete, path: location.path(key), query: [("uploadId", upload)]))
        guard [204, 200, 404].contains(answer.status.code) else { throw Self.failure(answer) }
    }
}
