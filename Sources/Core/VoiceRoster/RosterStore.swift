public import Jobs

/// The port to the list of known voices. Every method is one atomic step; what it wrote is durable when it returns.
public protocol RosterStore: Sendable {
    /// Adds a voice unless `check`, which sees its owner's list, throws a `RosterRefusal`: it comes back as `.refused`.
    func add(
        _ voice: RosteredVoice, unless check: @escaping @Sendable ([RosteredVoice]) throws -> Void
    ) async throws(RosterStoreError)
    /// An owner's list, in the order of its beginning.
    func voices(of owner: Owner) async throws(RosterStoreError) -> [RosteredVoice]
    /// Removes a voice for good: once this returns no file holds anything of it. Returns it, or `nil` when its owner has
    /// no such voice.
    func forget(_ id: String, of owner: Owner) async throws(RosterStoreError) -> RosteredVoice?
}

public enum RosterStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    case refused(RosterRefusal)
    case noRoom
    case broken(String)

    public var description: String {
        switch self {
        case .refused(let refusal): refusal.description
        case .noRoom: "There is no room on the disk of the server; try again later."
        case .broken(let what): "Voices cannot be kept: \(what)."
        }
    }
}

/// The list in memory, for tests and for programs that end with their work.
public actor MemoryRosterStore: RosterStore {
    private var all: [RosteredVoice] = []

    public init() {}

    public func add(
        _ voice: RosteredVoice, unless check: @escaping @Sendable ([RosteredVoice]) throws -> Void
    ) throws(RosterStoreError) {
        do {
            try check(voices(of: voice.owner))
        } catch let refusal as RosterRefusal {
            throw .refused(refusal)
        } catch {
            throw .broken("\(error)")
        }
        all.append(voice)
    }

    public func voices(of owner: Owner) -> [RosteredVoice] { all.filter { $0.owner == owner } }

    public func forget(_ id: String, of owner: Owner) -> RosteredVoice? {
        guard let index = all.firstIndex(where: { $0.id == id && $0.owner == owner }) else { return nil }
        return all.remove(at: index)
    }
}
