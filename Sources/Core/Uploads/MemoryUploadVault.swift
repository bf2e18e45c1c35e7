public import Jobs
import Transcription

/// Uploads in memory: for tests, and as the plainest form of the port's rules. It has no media.
public actor MemoryUploadVault: UploadVault {
    private var records: [UploadID: UploadRecord] = [:]
    private var bytes: [UploadID: [UInt8]] = [:]
    private var touched: [UploadID: Double] = [:]
    private let clock: any JobClock

    public init(clock: any JobClock) { self.clock = clock }

    public func create(_ record: UploadRecord) {
        records[record.id] = record
        bytes[record.id] = []
        touched[record.id] = clock.now().wall
    }

    public func state(_ id: UploadID) -> UploadState? {
        records[id].map {
            UploadState(record: $0, offset: Int64(bytes[id]?.count ?? 0), touchedAt: touched[id] ?? 0)
        }
    }

    public func states() -> [UploadState] { records.keys.compactMap(state) }

    public func open(_ id: UploadID) throws(UploadError) -> any UploadWriter {
        guard records[id] != nil else { throw .notFound }
        return Writer(vault: self, id: id)
    }

    public func medium(_ id: UploadID) throws(UploadError) -> any MediaIntake {
        guard let state = state(id) else { throw .notFound }
        throw state.isComplete ? .broken("there are no media in memory") : .incomplete
    }

    public func remove(_ id: UploadID) {
        records[id] = nil
        bytes[id] = nil
        touched[id] = nil
    }

    public func room() -> Int64 { 1 << 40 }

    /// What has come of an upload.
    public func content(of id: UploadID) -> [UInt8] { bytes[id] ?? [] }

    private func append(_ more: [UInt8], to id: UploadID) throws(UploadError) {
        guard records[id] != nil else { throw .notFound }
        bytes[id]?.append(contentsOf: more)
        touched[id] = clock.now().wall
    }

    private func cut(_ id: UploadID, to offset: Int64) throws(UploadError) {
        guard let count = bytes[id]?.count else { throw .notFound }
        bytes[id]?.removeLast(count - Int(offset))
    }

    private struct Writer: UploadWriter {
        let vault: MemoryUploadVault
        let id: UploadID

        func append(_ bytes: [UInt8]) async throws(UploadError) { try await vault.append(bytes, to: id) }
        func commit() async throws(UploadError) {}
        func rollBack(to offset: Int64) async throws(UploadError) { try await vault.cut(id, to: offset) }
    }
}
