/// Where the end of a job is announced, and how.
public struct JobCallback: Sendable, Hashable, Codable {
    /// How it is sent.
    public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
        case post = "POST"
        case put = "PUT"
    }

    /// Characters of an address, and of a form.
    public static let longest = 2048

    /// An absolute `http` or `https` address.
    public let address: String
    /// How the announcement is written: a word for whoever writes it, of no meaning here.
    public let form: String
    public let method: Method

    /// Throws a `JobFailure` with a sentence for an address that nothing can be sent to.
    public init(_ address: String, form: String, method: Method = .post) throws(JobFailure) {
        guard Self.target(of: address) != nil, address.utf8.count <= Self.longest,
            form.utf8.count <= Self.longest
        else {
            throw JobFailure(
                .permanent, code: "bad_address",
                "A callback's address must begin with http:// or https://, name a host, and be plain ASCII.")
        }
        self.address = address
        self.form = form
        self.method = method
    }

    /// Whose line it stands in: scheme, host and port. A receiver that is away keeps nobody else's waiting.
    public var target: String { Self.target(of: address) ?? address }

    private static func target(of address: String) -> String? {
        guard address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x5c }) else { return nil }
        let lower = address.lowercased()
        guard let scheme = ["http://", "https://"].first(where: lower.hasPrefix) else { return nil }
        let authority = lower.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        guard let first = host.first, first != ":" else { return nil }
        return scheme + host
    }
}
