import Crypto
import FoundationEssentials
import Glibc
import Streaming

/// The keys that sign links: `link-keys` in the data folder, one `number:hex` a line, for the server's user alone.
///
/// The highest number signs; every key that is there is believed. To change keys add a line; to withdraw every link of
/// a key remove its line; then restart.
struct LinkKeys: LinkSigner {
    private static let length = 32
    let currentKey: UInt8
    private let keys: [UInt8: [UInt8]]

    /// Reads the keys, and makes the first one.
    static func load(folder: String) throws -> LinkKeys {
        let path = "\(folder)/link-keys"
        if access(path, F_OK) != 0 { try create(path) }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), let keys = LinkKeys(text) else {
            throw OutputError(
                "\(path) holds no keys for links: each line is a number from 1 to 255, a colon and 64 hexadecimal digits"
            )
        }
        // Copied from elsewhere it may be open to everybody.
        chmod(path, 0o600)
        return keys
    }

    /// The same on all nodes: kept with everything that they share, and made by the first.
    static func load(from nodes: Stores.Nodes) async throws -> LinkKeys {
        guard let keys = LinkKeys(try await nodes.secret("link-keys", fresh())) else {
            throw OutputError("the keys for links that all nodes share cannot be read")
        }
        return keys
    }

    /// A word that only those know who have the keys.
    func word(for purpose: String) -> String {
        let bytes = signature(of: Array(purpose.utf8), key: currentKey) ?? []
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    init?(_ text: String) {
        var keys: [UInt8: [UInt8]] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let number = UInt8(parts[0]), number > 0, keys[number] == nil,
                let key = SHA256Digest(hex: parts[1])
            else { return nil }
            keys[number] = key.bytes
        }
        guard let current = keys.keys.max() else { return nil }
        currentKey = current
        self.keys = keys
    }

    /// Whole or not at all, and never readable by others, not for a moment.
    private static func create(_ path: String) throws {
        let draft = path + ".new"
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        let failure = OutputError("the key for links cannot be written into the data folder")
        guard file >= 0 else { throw failure }
        let line = Array(fresh().utf8)
        let isWritten = write(file, line, line.count) == line.count && fsync(file) == 0
        close(file)
        guard isWritten, rename(draft, path) == 0 else { throw failure }
    }

    /// One new key, as a line of the file.
    private static func fresh() -> String {
        var generator = SystemRandomNumberGenerator()
        let key = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return "1:\(key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())\n"
    }

    func signature(of message: [UInt8], key: UInt8) -> [UInt8]? {
        keys[key].flatMap { try? HMACSHA256.authenticate(message, key: $0) }
    }

    func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool { ConstantTime.equal(left, right) }
}
