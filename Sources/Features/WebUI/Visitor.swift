public import HTTPTypes
public import Jobs

/// Who uses the page.
public struct Visitor: Sendable, Hashable {
    public var owner: Owner
    /// May look after the server.
    public var isAdmin: Bool

    public init(owner: Owner, isAdmin: Bool) {
        self.owner = owner
        self.isAdmin = isAdmin
    }

    /// The attribute of a request that holds it.
    public enum Key: HTTPRequest.AttributeKey {
        public typealias Value = Visitor
    }

    /// Whose jobs it sees when it names one; `nil` is everybody's.
    var scope: Owner? { isAdmin ? nil : owner }
}

extension HTTPRequest {
    /// Set by the door that every route stands behind.
    var visitor: Visitor {
        get throws(HTTPError) {
            guard let visitor = attributes[Visitor.Key.self] else {
                throw PageError.http(.unauthorized, "unauthorized", "Sign in with a key.")
            }
            return visitor
        }
    }

    /// Throws 403 unless an administrator asks.
    func refuseOthers() throws(HTTPError) {
        guard try visitor.isAdmin else {
            throw PageError.http(.forbidden, "forbidden", "Only an administrator's key may do this.")
        }
    }
}
