public import Transcription

/// The port to media at rest.
public protocol MediaVault: Sendable {
    /// A place for media that is about to arrive; it has no name and is gone with its last user until it is kept.
    /// - Parameter bytes: how many will come at most, when that is known and nothing is promised: what is small then
    ///   need not touch a disk.
    func receive(atMost bytes: Int64?) async throws(MediaVaultError) -> any MediaIntake
    /// Media that was kept under this name.
    func open(_ name: String) async throws(MediaVaultError) -> any MediaSource
    /// Removes kept media; a name that is not there is no error.
    func remove(_ name: String) async
    /// The names of everything that is kept and may be swept when nobody refers to it: where several nodes keep media
    /// together, nothing that another may just have received.
    func names() async throws(MediaVaultError) -> Set<String>
    /// Bytes that may still be taken in.
    func room() async -> Int64
}

extension MediaVault {
    public func receive() async throws(MediaVaultError) -> any MediaIntake { try await receive(atMost: nil) }
}

/// Media while it arrives: readable from its first byte, hashed as it comes.
public protocol MediaIntake: MediaSource {
    /// One caller at a time. Throws when the disk is full or the medium grows beyond its limit; readers learn it too.
    func append(_ bytes: [UInt8]) async throws(MediaVaultError)
    /// Nothing more comes. Returns what came.
    func complete() async throws(MediaVaultError) -> MediaDigest
    /// What was to come does not; readers get this as the reason.
    func fail(_ error: DecodingError) async
    /// Makes it durable under a name: once this returns it survives a power cut.
    func keep(as name: String) async throws(MediaVaultError)
}

public struct MediaDigest: Sendable, Hashable {
    /// 64 small hexadecimal digits.
    public var sha256: String
    public var bytes: Int64

    public init(sha256: String, bytes: Int64) {
        self.sha256 = sha256
        self.bytes = bytes
    }
}

public enum MediaVaultError: Error, Sendable, Hashable, CustomStringConvertible {
    case noRoom
    case tooLarge(limit: Int64)
    case gone
    case broken(String)

    public var description: String {
        switch self {
        case .noRoom: "There is no room on the disk of the server; try again later."
        case .tooLarge(let limit): "The file is larger than the \(limit / 1_000_000) MB that are allowed."
        case .gone: "The media is no longer kept; send it again."
        case .broken(let what): "The media cannot be stored: \(what)."
        }
    }
}
