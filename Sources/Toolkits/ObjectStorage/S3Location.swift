/// Where a bucket is: `s3://bucket/prefix?endpoint=https://host:9000&region=eu-central-1`.
///
/// Without an endpoint the bucket is Amazon's, addressed by its own host; with one the bucket stands in the path, which
/// every compatible store understands.
public struct S3Location: Sendable, Hashable {
    /// `scheme://host[:port]`, without a slash at its end.
    public let origin: String
    /// `host[:port]`, as it is signed.
    public let host: String
    public let bucket: String
    /// In front of every key: empty, or ending in a slash.
    public let prefix: String
    public let region: String
    /// The bucket is the first part of the path.
    public let isPathStyle: Bool

    /// `nil` for anything else than an address of this form.
    public init?(_ text: String) {
        guard text.hasPrefix("s3://") else { return nil }
        let parts = text.dropFirst(5).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let options = Self.options(parts.count > 1 ? String(parts[1]) : "") else { return nil }
        bucket = path[0]
        let folders = path.dropFirst().filter { !$0.isEmpty }
        guard Self.isBucket(bucket), folders.allSatisfy(Self.isPlain) else { return nil }
        prefix = folders.map { $0 + "/" }.joined()
        region = options["region"] ?? "us-east-1"
        guard Self.isPlain(region) else { return nil }
        isPathStyle = options["endpoint"] != nil
        if let endpoint = options["endpoint"] {
            guard let (origin, host) = Self.origin(endpoint) else { return nil }
            (self.origin, self.host) = (origin, host)
        } else {
            host = "\(bucket).s3.\(region).amazonaws.com"
            origin = "https://\(host)"
        }
    }

    /// The path of a key, not yet escaped.
    func path(_ key: String) -> String {
        isPathStyle ? "/\(bucket)/\(prefix)\(key)" : "/\(prefix)\(key)"
    }

    /// The path of the bucket itself.
    var bucketPath: String { isPathStyle ? "/\(bucket)" : "/" }

    private static func options(_ query: String) -> [String: String]? {
        var options: [String: String] = [:]
        for item in query.split(separator: "&") {
            let pair = item.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2, ["endpoint", "region"].contains(pair[0]), options[pair[0]] == nil else { return nil }
            options[pair[0]] = pair[1]
        }
        return options
    }

    private static func origin(_ endpoint: String) -> (origin: String, host: String)? {
        let trimmed = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        for scheme in ["https://", "http://"] where trimmed.hasPrefix(scheme) {
            let host = String(trimmed.dropFirst(scheme.count))
            let allowed = host.utf8.allSatisfy { isLetterOrDigit($0) || [0x2d, 0x2e, 0x3a, 0x5b, 0x5d].contains($0) }
            guard !host.isEmpty, allowed else { return nil }
            return (trimmed, host)
        }
        return nil
    }

    private static func isBucket(_ name: String) -> Bool { (3...63).contains(name.utf8.count) && isPlain(name) }

    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".."
            && name.utf8.allSatisfy { isLetterOrDigit($0) || [0x2d, 0x2e, 0x5f].contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
}
