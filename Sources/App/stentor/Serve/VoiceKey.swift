import Crypto
import Glibc
import StoresSQLite

/// What seals known voices: `voice-key` in the data folder, 64 hexadecimal digits, for the server's user alone. Without
/// the file nobody reads them any more, not even from an old copy of the database.
enum VoiceKey {
    static func seal(folder: String) throws -> SQLiteRosterStore.Seal {
        let key = try load(folder: folder)
        return SQLiteRosterStore.Seal(
            seal: { try SealedBox.seal($0, key: key) }, open: { SealedBox.open($0, key: key) })
    }

    private static func load(folder: String) throws -> [UInt8] {
        let path = "\(folder)/voice-key"
        if access(path, F_OK) != 0 { try create(path) }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        let failure = OutputError("\(path) holds no key for voices: it has 64 hexadecimal digits")
        guard file >= 0 else { throw failure }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 66)
        let count = read(file, &bytes, bytes.count)
        guard count >= 64, let key = SHA256Digest(hex: String(decoding: bytes.prefix(64), as: UTF8.self)) else {
            throw failure
        }
        // Copied from elsewhere it may be open to everybody.
        fchmod(file, 0o600)
        return key.bytes
    }

    /// Whole or not at all, and never readable by others, not for a moment.
    private static func create(_ path: String) throws {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let draft = path + ".new"
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        let failure = OutputError("the key for voices cannot be written into the data folder")
        guard file >= 0 else { throw failure }
        let line = Array("\(digits)\n".utf8)
        let isWritten = write(file, line, line.count) == line.count && fsync(file) == 0
        close(file)
        guard isWritten, rename(draft, path) == 0 else { throw failure }
    }
}
