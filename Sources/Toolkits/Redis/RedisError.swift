/// An error that the server answered with.
public struct RedisRefusal: Sendable, Hashable {
    /// The first word, such as `WRONGTYPE`.
    public let code: String
    /// The rest. It may repeat what was sent and is for programs, not for logs.
    public let message: String

    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// Splits a line such as `ERR unknown command`.
    init(line: String) {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        code = String(parts.first ?? "").prefix(32).description
        message = parts.count > 1 ? String(parts[1].prefix(512)) : ""
    }

    /// The server says that it did nothing, and that this will pass: it loads its data, or is not the master any more.
    var isPassing: Bool { ["LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "READONLY"].contains(code) }
}

/// Why a call has no answer.
public enum RedisError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nothing was carried out: no connection within the deadline. The reason is that of the last try.
    case unreachable(String)
    /// It was sent and no answer came within the deadline, or the connection broke: it may have been carried out.
    case unknownOutcome(String)
    /// The server carried nothing out and said why.
    case refused(RedisRefusal)
    /// The server will not have us, and will not have us later either: password, rights, certificate, version.
    case notAllowed(String)
    /// What came is not the protocol, or more than allowed.
    case malformed(String)
    /// More calls wait than allowed; nothing was sent.
    case busy
    /// The client was closed; nothing was sent.
    case closed
    /// The waiting task was cancelled.
    case cancelled

    public var description: String {
        switch self {
        case .unreachable(let why): "Redis cannot be reached (\(why)); nothing was done, try again later."
        case .unknownOutcome(let why): "Redis gave no answer (\(why)); whether it was done is not known."
        case .refused(let refusal): "Redis refused a command with \(refusal.code)."
        case .notAllowed(let why): "Redis does not let us in: \(why). Check address, user, password and certificate."
        case .malformed(let what): "Redis answered with something unreadable: \(what)."
        case .busy: "Too many calls wait for Redis; try again later."
        case .closed: "The connection to Redis was closed by this program."
        case .cancelled: "The call was cancelled."
        }
    }

    /// Calling again cannot do it twice.
    var didNothing: Bool {
        switch self {
        case .unreachable, .busy, .closed, .notAllowed: true
        case .refused, .unknownOutcome, .malformed, .cancelled: false
        }
    }
}
