import Crypto
import FoundationEssentials
import Glibc
import Transcripts

/// One transcript on disk: the SHA-256 of key and text in 64 hexadecimal digits, a line break, the text. The key is in
/// the digest, so an entry under another's name is as good as damaged.
enum EntryFile {
    struct Found {
        var key: String
        var bytes: Int
        /// Seconds since 1970.
        var modified: Double
    }

    private static let suffix = ".json"

    /// Keys are digests in hexadecimal; nothing else becomes part of a path.
    static func isName(_ key: String) -> Bool { SHA256Digest(hex: key) != nil }

    static func all(in folder: String) -> [Found] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name in
            let key = String(name.dropLast(suffix.count))
            var status = stat()
            guard name.hasSuffix(suffix), isName(key), stat("\(folder)/\(name)", &status) == 0 else { return nil }
            return Found(key: key, bytes: Int(status.st_size), modified: Double(status.st_mtim.tv_sec))
        }
    }

    static func read(_ key: String, in folder: String) -> Transcript? {
        guard let data = FileManager.default.contents(atPath: path(key, folder)) else { return nil }
        let bytes = [UInt8](data)
        guard bytes.count > 65, bytes[64] == UInt8(ascii: "\n") else { return nil }
        let text = String(decoding: bytes[65...], as: UTF8.self)
        guard String(decoding: bytes[..<64], as: UTF8.self) == digest(key, text) else { return nil }
        return try? TranscriptJSON.decode(Array(bytes[65...]))
    }

    /// Returns the size of the file; writes beside and renames, so that a reader finds the old or the new one.
    static func write(_ transcript: Transcript, for key: String, in folder: String) -> Int? {
        let text = TranscriptJSON.encode(transcript, includesWords: true)
        guard let digest = digest(key, text) else { return nil }
        let bytes = Data((digest + "\n" + text).utf8)
        let part = "\(folder)/\(key).part"
        guard FileManager.default.createFile(atPath: part, contents: bytes, attributes: [.posixPermissions: 0o600]),
            rename(part, path(key, folder)) == 0
        else {
            unlink(part)
            return nil
        }
        return bytes.count
    }

    static func remove(_ key: String, in folder: String) {
        if isName(key) { unlink(path(key, folder)) }
    }

    private static func path(_ key: String, _ folder: String) -> String { "\(folder)/\(key)\(suffix)" }

    private static func digest(_ key: String, _ text: String) -> String? {
        try? SHA256.digest(of: Array((key + "\n" + text).utf8)).hex
    }
}
