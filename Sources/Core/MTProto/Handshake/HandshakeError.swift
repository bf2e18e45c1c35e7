/// Why no key was agreed on. Each of these ends the connection; nothing of the exchange is used again.
public enum HandshakeError: Error, Hashable, Sendable {
    /// The answer is no value of the type language, or not the one that belongs here.
    case malformed
    /// It answers another exchange.
    case wrongNonce
    /// Its number cannot be split into two primes.
    case badProduct
    /// None of its keys is known here: it is not who it should be, or the list of keys is old.
    case unknownKey
    /// What was encrypted for us does not match its hash.
    case badHash
    /// Its prime or generator is not safe.
    case unsafeGroup
    /// Its public value lies too near an end.
    case unsafeValue
    /// It wants another secret again and again, or refuses.
    case refused
    /// The cipher cannot do its part.
    case cipher
}
