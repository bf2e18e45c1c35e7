import Crypto
public import EventLoops
import FoundationEssentials
import Glibc
public import MTProto

/// Keys in one encrypted file of the data folder, beside the secret it is encrypted with: whoever gets a copy of one of
/// them has nothing. Both are for the owner alone (0600), and the file appears whole, by rename.
public actor EncryptedKeyFile: AccountKeyStore {
    /// A file could not be read or written, or is not what was written.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private static let start = Array("STK1".utf8)

    private let folder: String
    private let pool: BlockingPool
    private var all: [Int64: AccountKeys]?

    public init(folder: String, pool: BlockingPool) {
        self.folder = folder
        self.pool = pool
    }

    public func load(_ bot: Int64) async throws -> AccountKeys? {
        if all == nil {
            let folder = folder
            let read = try await pool.run { try Self.read(folder) }
            all = all ?? read
        }
        return all?[bot]
    }

    public func save(_ keys: AccountKeys, of bot: Int64) async throws {
        _ = try await load(bot)
        all?[bot] = keys
        // The pool may finish writes in another order than they began, so each writes what is newest then, one at a time.
        while isWriting { await withCheckedContinuation { waiting.append($0) } }
        isWriting = true
        defer {
            isWriting = false
            for continuation in waiting { continuation.resume() }
            waiting = []
        }
        let (folder, all) = (folder, all ?? [:])
        try await pool.run { try Self.write(all, folder) }
    }

    private var isWriting = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    // MARK: - Files

    private static func read(_ folder: String) throws -> [Int64: AccountKeys] {
        guard let bytes = try contents("\(folder)/telegram.keys") else { return [:] }
        guard bytes.starts(with: start), let plain = SealedBox.open(Array(bytes[4...]), key: try key(folder)),
            let keys = try? JSONDecoder().decode([Int64: AccountKeys].self, from: Data(plain))
        else {
            throw Failure(
                description: "telegram.keys in the data folder does not fit telegram.secret; remove both to log in anew"
            )
        }
        return keys
    }

    private static func write(_ keys: [Int64: AccountKeys], _ folder: String) throws {
        let plain = [UInt8](try JSONEncoder().encode(keys))
        try replace("\(folder)/telegram.keys", with: start + SealedBox.seal(plain, key: try key(folder)), in: folder)
    }

    /// Made of the secret, which is made when there is none.
    private static func key(_ folder: String) throws -> [UInt8] {
        let path = "\(folder)/telegram.secret"
        if try contents(path) == nil { try replace(path, with: OpenSSLCipher.random(32), in: folder) }
        guard let secret = try contents(path), secret.count == 32 else {
            throw Failure(description: "telegram.secret in the data folder is damaged; remove it and telegram.keys")
        }
        return OpenSSLCipher().sha256(Array("stentor telegram keys".utf8)[...], secret[...])
    }

    private static func contents(_ path: String) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw SystemCallError("open")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno != EINTR { throw SystemCallError("read") }
            if count == 0 { return bytes }
            bytes += buffer[..<max(0, count)]
            guard bytes.count < 16 << 20 else { throw Failure(description: "\(path) is too large to be one of ours") }
        }
    }

    /// Whole or not at all: a file of another name, synchronised, renamed, and its folder synchronised too.
    private static func replace(_ path: String, with bytes: [UInt8], in folder: String) throws {
        let other = path + ".new"
        let descriptor = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemCallError("open") }
        do {
            defer { close(descriptor) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno != EINTR { throw SystemCallError("write") }
                rest = rest.dropFirst(max(0, count))
            }
            guard fsync(descriptor) == 0 else { throw SystemCallError("fsync") }
        }
        guard rename(other, path) == 0 else { throw SystemCallError("rename") }
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw SystemCallError("open") }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw SystemCallError("fsync") }
    }
}

/// Keys that end with the process, for tests.
public actor MemoryKeyStore: AccountKeyStore {
    public private(set) var all: [Int64: AccountKeys] = [:]

    public init() {}

    public func load(_ bot: Int64) -> AccountKeys? { all[bot] }
    public func save(_ keys: AccountKeys, of bot: Int64) { all[bot] = keys }
}
