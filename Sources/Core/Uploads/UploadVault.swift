public import Jobs

/// The port to uploads that arrive in pieces. What `create`, `commit` and `remove` did survives a power cut.
public protocol UploadVault: Sendable {
    func create(_ record: UploadRecord) async throws(UploadError)
    func state(_ id: UploadID) async throws(UploadError) -> UploadState?
    /// All of them, in no order.
    func states() async throws(UploadError) -> [UploadState]
    /// For one writer at a time; writes go behind what is kept. Throws `.notFound`.
    func open(_ id: UploadID) async throws(UploadError) -> any UploadWriter
    /// A complete upload as a medium; its bytes stay when the upload is removed. Throws `.notFound` and `.incomplete`.
    func medium(_ id: UploadID) async throws(UploadError) -> any MediaIntake
    /// One that is not there is no error.
    func remove(_ id: UploadID) async throws(UploadError)
    /// Bytes that may still be taken in.
    func room() async -> Int64
}

/// The end of an upload, where bytes are added.
public protocol UploadWriter: Sendable {
    func append(_ bytes: [UInt8]) async throws(UploadError)
    /// Makes durable what was written.
    func commit() async throws(UploadError)
    /// Forgets what was written behind `offset`, durably.
    func rollBack(to offset: Int64) async throws(UploadError)
}
