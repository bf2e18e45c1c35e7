import CSystem
import EventLoops
import FoundationEssentials
import Glibc
import HostProcesses

/// What administrators did: `audit.log` in the data folder, one JSON object a line, only ever appended to. It holds who,
/// what, on which id and how it ended; never a key, a name of a file, or a text.
final class AuditFile: Sendable {
    struct Entry: Codable, Sendable, Equatable {
        /// ISO 8601, UTC.
        let time: String
        /// A key's id, `local` without keys, `command line`.
        let who: String
        let address: String?
        /// The program's own words: `POST /keys`.
        let action: String
        let target: String?
        let status: Int
    }

    /// A file that has grown beyond this makes room for a new one and stays as `audit.log.1`.
    private static let largest = 16 << 20

    private let path: String
    private let pool: BlockingPool

    init(folder: String) throws {
        path = "\(folder)/audit.log"
        pool = try BlockingPool(threads: 1, queue: 10_000, name: "audit")
    }

    /// Returns when the line is on the disk.
    func append(_ entry: Entry) async throws {
        let path = path
        try await pool.run { try Self.append(entry, to: path) }
    }

    /// An action of the command line on the data folder.
    func appendCommand(_ action: String, target: String? = nil) async throws {
        try await append(
            Entry(
                time: Date().formatted(.iso8601), who: "command line", address: nil, action: action, target: target,
                status: 0))
    }

    /// Blocks.
    static func append(_ entry: Entry, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = try Array(encoder.encode(entry)) + [0x0a]
        var status = stat()
        if stat(path, &status) == 0, Int(status.st_size) > largest { rename(path, path + ".1") }
        let raw = csystem_open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        guard raw >= 0 else { throw OutputError("audit.log in the data folder cannot be written") }
        let file = Descriptor(owning: raw)
        guard Descriptor.writeAll(line, to: file.raw), fsync(file.raw) == 0 else {
            throw OutputError("audit.log in the data folder cannot be written")
        }
    }
}
