import EventLoops
import MTProto

/// Why one question on one connection has no answer.
enum CallFailure: Error, Sendable, Hashable {
    case refused(RPCError)
    /// The connection ended first.
    case lost(Loss)
    case cancelled
}

enum Loss: Error, Sendable, Hashable {
    case network
    case session(SessionBreak)
    case handshake(HandshakeError)
    case frame
    /// It took too long.
    case timeout
    case closed
}

/// Why a data centre is of no use for now.
enum AccessFailure: Error, Sendable, Hashable {
    case refused(RPCError)
    case busy(seconds: Int)
    case unreachable
    /// The operator's credentials or the bot's token are refused.
    case credentials(String)
    /// The bot's account lives in another data centre than was thought; which one is known by now.
    case moved
    case cancelled
}
