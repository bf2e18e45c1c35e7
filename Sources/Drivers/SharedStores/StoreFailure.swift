internal import Accounts
internal import Jobs
internal import Redis
internal import Review
internal import Streaming

/// What every port of a store says when its server fails.
protocol StoreFailure: Error {
    static var noRoom: Self { get }
    static func broken(_ what: String) -> Self
}

extension JobStoreError: StoreFailure {}
extension AccountStoreError: StoreFailure {}
extension LinkStoreError: StoreFailure {}
extension ReviewStoreError: StoreFailure {}

extension StoreFailure {
    /// The one place where a failure of the server becomes a port's.
    static func translating<Value>(_ body: () async throws -> Value) async throws(Self) -> Value {
        do {
            return try await body()
        } catch let error as Self {
            throw error
        } catch let error as RedisError {
            throw error.isFull ? .noRoom : .broken("\(error)")
        } catch {
            throw .broken("\(error)")
        }
    }
}

extension RedisError {
    /// Memory or disk are full; nothing was written.
    fileprivate var isFull: Bool {
        guard case .refused(let refusal) = self else { return false }
        return refusal.code == "OOM" || refusal.code == "MISCONF"
    }
}

/// What is kept is not what this program writes.
struct UnreadableReply: Error, CustomStringConvertible {
    let what: String

    var description: String { "Redis holds \(what) that cannot be read; another program may write under this prefix" }
}
