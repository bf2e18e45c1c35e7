internal import Accounts
internal import Jobs
internal import Review
internal import SQLite
internal import Streaming
internal import VoiceRoster

/// What every port of a store says when its database fails.
protocol StoreFailure: Error {
    static var noRoom: Self { get }
    static func broken(_ what: String) -> Self
}

extension JobStoreError: StoreFailure {}
extension AccountStoreError: StoreFailure {}
extension LinkStoreError: StoreFailure {}
extension ReviewStoreError: StoreFailure {}
extension RosterStoreError: StoreFailure {}

extension StoreFailure {
    /// The one place where a failure of the database becomes a port's.
    static func translating<Value>(_ body: () async throws -> Value) async throws(Self) -> Value {
        do {
            return try await body()
        } catch let error as Self {
            throw error
        } catch let error as SQLiteError {
            throw error.condition == .full ? .noRoom : .broken("\(error)")
        } catch is CancellationError {
            throw .broken("the call was cancelled before anything was written")
        } catch {
            throw .broken("\(error)")
        }
    }
}
