public import HTTPClient
import HTTPTypes
public import Jobs
public import Scheduling
import Transcription

/// Media that a user names by its address: fetched from hosts on the public internet only, which is checked for every
/// connection, after redirects too, so that no name or redirect leads to a machine behind this one.
public struct WebFetcher: MediaFetcher {
    /// What may be fetched.
    public struct Limits: Sendable {
        public var bytes: Int64
        public var seconds: Double
        /// Which addresses may be connected to; tests let loopback through.
        public var addresses: HTTPClientRequest.AddressPolicy

        public init(bytes: Int64, seconds: Double = 3600, addresses: HTTPClientRequest.AddressPolicy = .publicOnly) {
            self.bytes = bytes
            self.seconds = seconds
            self.addresses = addresses
        }
    }

    private static let longestAddress = 4096

    private let client: HTTPClient
    private let limits: Limits

    public init(_ client: HTTPClient, limits: Limits) {
        self.client = client
        self.limits = limits
    }

    public func check(_ address: String) throws(JobFailure) {
        let lower = address.prefix(8).lowercased()
        guard lower.hasPrefix("http://") || lower.hasPrefix("https://"), address.utf8.count <= Self.longestAddress,
            address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else {
            throw JobFailure(
                .permanent, code: "bad_address", "The address must begin with http:// or https:// and be plain ASCII.")
        }
    }

    public func fetch(_ address: String, into intake: any MediaIntake) async throws {
        var request = HTTPClientRequest(.get, address, fields: ["Accept-Encoding": "identity"])
        request.addresses = limits.addresses
        request.redirects = .follow
        request.timeouts.total = .seconds(limits.seconds)
        request.timeouts.minimumRate = .init(bytesPerSecond: 1024, over: .seconds(30))
        do {
            let response = try await client.execute(request)
            try accept(response)
            for try await chunk in response.body { try await intake.append(chunk) }
        } catch let error as HTTPClientError {
            throw Self.failure(error)
        }
    }

    private func accept(_ response: HTTPClientResponse) throws(JobFailure) {
        let code = response.status.code
        guard (200..<300).contains(code), code != 206 else {
            let isPassing = code == 408 || code == 429 || code >= 500
            throw JobFailure(
                isPassing ? .transient : .permanent, code: "fetch_failed",
                "The address answered with status \(code) instead of a file.")
        }
        if let length = response.body.length, length > limits.bytes {
            throw JobFailure(.permanent, code: "too_large", MediaVaultError.tooLarge(limit: limits.bytes).description)
        }
    }

    private static func failure(_ error: HTTPClientError) -> JobFailure {
        switch error.code {
        case .refusedAddress:
            JobFailure(
                .permanent, code: "refused_address",
                "The address leads to a machine that is not on the public internet.")
        case .invalidRequest, .refusedRedirect, .tooManyRedirects:
            JobFailure(.permanent, code: "bad_address", "The address cannot be fetched: \(error.message).")
        case .security:
            JobFailure(.permanent, code: "fetch_failed", "The address has no valid certificate.")
        default:
            JobFailure(.transient, code: "fetch_failed", "The address cannot be fetched: \(error.message).")
        }
    }
}
