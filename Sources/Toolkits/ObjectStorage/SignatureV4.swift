internal import Crypto
internal import HTTPTypes

/// An access key of an account with its secret.
public struct S3Credentials: Sendable {
    public let accessKey: String
    let secretKey: String

    public init(accessKey: String, secretKey: String) {
        self.accessKey = accessKey
        self.secretKey = secretKey
    }
}

/// Amazon's Signature Version 4 in the `Authorization` field.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
///
/// libcurl has a signature of its own; the version in Debian 12 signs neither queries in their order nor escaped paths
/// as the service reads them.
struct SignatureV4 {
    let credentials: S3Credentials
    let region: String

    /// A request as it is signed.
    struct Request {
        var method: String
        /// Not escaped.
        var path: String
        var query: [(name: String, value: String)] = []
        /// Names in small letters, `host` included; all of them are signed.
        var fields: [(name: String, value: String)]
        /// Of the body, 64 hexadecimal digits.
        var bodyDigest: String
    }

    /// The value of `Authorization`. `date` is the value of `x-amz-date`, which is among the fields.
    func authorization(_ request: Request, date: String) throws -> String {
        let day = String(date.prefix(8))
        let scope = "\(day)/\(region)/s3/aws4_request"
        let fields = request.fields.sorted { $0.name < $1.name }
        let names = fields.map(\.name).joined(separator: ";")
        let canonical = [
            request.method, Self.escaped(request.path, keepsSlashes: true), Self.canonicalQuery(request.query),
            fields.map { "\($0.name):\(Self.trimmed($0.value))\n" }.joined(), names, request.bodyDigest,
        ].joined(separator: "\n")
        let digest = try SHA256.digest(of: Array(canonical.utf8)).hex
        let text = "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(digest)"
        let signature = try Self.hex(Self.mac(text, key: try signingKey(day)))
        return
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope),SignedHeaders=\(names),Signature=\(signature)"
    }

    private func signingKey(_ day: String) throws -> [UInt8] {
        var key = Array("AWS4\(credentials.secretKey)".utf8)
        for part in [day, region, "s3", "aws4_request"] { key = try Self.mac(part, key: key) }
        return key
    }

    private static func mac(_ text: String, key: [UInt8]) throws -> [UInt8] {
        try HMACSHA256.authenticate(Array(text.utf8), key: key)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Sorted by name, each part escaped; the same text stands in the URL.
    static func canonicalQuery(_ query: [(name: String, value: String)]) -> String {
        query.map { (escaped($0.name), escaped($0.value)) }.sorted { $0 < $1 }.map { "\($0)=\($1)" }
            .joined(separator: "&")
    }

    /// RFC 3986: everything but letters, digits, `-`, `.`, `_` and `~`.
    static func escaped(_ text: String, keepsSlashes: Bool = false) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: bytes.append(byte)
            case 0x2f where keepsSlashes: bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Without blanks around it, and with one where several stand in a row.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }

    /// `20130524T000000Z`, from seconds since 1970.
    static func date(_ seconds: Double) -> String {
        // Fri, 24 May 2013 00:00:00 GMT
        let parts = HTTPDate.format(Int64(seconds)).split { " ,:".contains($0) }.map(String.init)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let month = (months.firstIndex(of: parts[2]) ?? 0) + 1
        return "\(parts[3])\(month < 10 ? "0" : "")\(month)\(parts[1])T\(parts[4...6].joined())Z"
    }
}
