public import Jobs

/// Who sends a request, once that is known.
public struct Principal: Sendable, Hashable {
    public var owner: Owner
    /// May look after the server: clear the cache, see everybody's jobs.
    public var isAdmin: Bool

    public init(owner: Owner, isAdmin: Bool) {
        self.owner = owner
        self.isAdmin = isAdmin
    }

    /// Whose jobs it sees; `nil` is everybody's.
    public var scope: Owner? { isAdmin ? nil : owner }
}
