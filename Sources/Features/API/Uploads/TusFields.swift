import HTTPRouting
import HTTPTypes

/// The fields of tus 1.0 (https://tus.io/protocols/resumable-upload), and what this server offers of it.
enum Tus {
    static let version = "1.0.0"
    static let extensions = "creation,expiration,termination,checksum"
    static let mediaType = "application/offset+octet-stream"
    /// Bytes of a client's description of its file.
    static let longestMetadata = 4096

    static let resumable = HTTPFieldName("Tus-Resumable")
    static let versions = HTTPFieldName("Tus-Version")
    static let maximumSize = HTTPFieldName("Tus-Max-Size")
    static let offered = HTTPFieldName("Tus-Extension")
    static let algorithms = HTTPFieldName("Tus-Checksum-Algorithm")
    static let length = HTTPFieldName("Upload-Length")
    static let deferLength = HTTPFieldName("Upload-Defer-Length")
    static let offset = HTTPFieldName("Upload-Offset")
    static let metadata = HTTPFieldName("Upload-Metadata")
    static let expires = HTTPFieldName("Upload-Expires")
    static let checksum = HTTPFieldName("Upload-Checksum")
    static let requestFields = [resumable, length, offset, metadata, checksum, methodOverride]
    static let responseFields = [
        resumable, versions, maximumSize, offered, algorithms, length, offset, metadata, expires,
    ]
    static let methodOverride = HTTPFieldName("X-HTTP-Method-Override")
}

/// What a client says of its file: `filename d29ybGQ=,private`.
struct TusMetadata {
    /// As it came.
    let text: String
    private var values: [String: String] = [:]

    init(_ text: String?) throws(HTTPError) {
        self.text = text ?? ""
        guard let text, !text.isEmpty else { return }
        guard text.utf8.count <= Tus.longestMetadata else {
            throw ErrorTable.http(.badRequest, "bad_metadata", "Upload-Metadata is too long.")
        }
        for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = pair.trimmingHTTPWhitespace().split(separator: " ", omittingEmptySubsequences: false)
            guard let key = parts.first, !key.isEmpty, parts.count <= 2, values[String(key)] == nil,
                let value = Base64.decode(parts.count == 2 ? String(parts[1]) : "")
            else {
                throw ErrorTable.http(
                    .badRequest, "bad_metadata", "Upload-Metadata is a list of names, each with a value in Base64.")
            }
            values[String(key)] = String(decoding: value, as: UTF8.self)
        }
    }

    /// What the file is called by those who send one.
    var fileName: String { values["filename"] ?? values["name"] ?? "upload" }
}
