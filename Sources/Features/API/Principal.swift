public import HTTPTypes
public import Jobs

/// Who sends a request.
public struct Principal: Sendable, Hashable {
    public var owner: Owner
    /// May look after the server: clear the cache, see everybody's jobs.
    public var isAdmin: Bool

    public init(owner: Owner, isAdmin: Bool) {
        self.owner = owner
        self.isAdmin = isAdmin
    }

    /// The attribute of a request that holds it.
    public enum Key: HTTPRequest.AttributeKey {
        public typealias Value = Principal
    }

    /// Whose jobs it sees; `nil` is everybody's.
    var scope: Owner? { isAdmin ? nil : owner }
}

extension HTTPRequest {
    /// Set by the authentication that every route stands behind.
    var principal: Principal {
        get throws(HTTPError) {
            guard let principal = attributes[Principal.Key.self] else {
                throw HTTPError(.unauthorized, "send a valid key, as Authorization: Bearer")
            }
            return principal
        }
    }
}
