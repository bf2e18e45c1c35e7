import Archives
import EventLoops
import FoundationEssentials
import Glibc
import SQLite
import Settings
import StoresSQLite

/// `stentor backup FILE`: one file with everything that cannot be had again, while the server works or not.
struct BackupCommand {
    private let settings: Settings
    private let console: Console
    private let target: String

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        let parsed = try OptionTable([]).parse(words)
        guard parsed.operands.count == 1, let target = parsed.operands.first?.text, !target.isEmpty else {
            throw UsageError("backup wants the name of one file")
        }
        self.settings = settings
        self.console = console
        self.target = target
    }

    func run() async throws {
        let pool = try BlockingPool(threads: 1, name: "backup")
        defer { pool.shutDown() }
        let (folder, target) = (settings.dataFolder, target)
        let summary = try await pool.run { try Backup(folder: folder, target: target).make() }
        try await AuditFile(folder: folder).appendCommand("backup")
        for name in summary.missing {
            console.note("stentor: the medium \(name) was missing before; jobs that need it will fail.")
        }
        console.note(
            "stentor: \(target) holds \(summary.parts) files, \(summary.bytes) bytes. It holds keys and what people "
                + "said: keep it to yourself.")
    }
}

/// The making of a backup. Blocks.
struct Backup {
    struct Summary: Sendable {
        let parts: Int
        let bytes: Int64
        let missing: [String]
    }

    let folder: String
    let target: String

    private var held: String { "\(folder)/backup.held" }

    func make() throws -> Summary {
        let database = "\(folder)/\(BackupParts.database)"
        guard access(database, R_OK) == 0 else {
            throw OutputError("the data folder \(folder) holds no database; STENTOR_DATA_DIR names another")
        }
        let lock = try BackupLock(folder: folder)
        return try withExtendedLifetime(lock) { try makeAlone(of: database) }
    }

    private func makeAlone(of database: String) throws -> Summary {
        let installation = try InstallationName.load(folder)
        let writer = try ArchiveWriter(path: target)
        let copy = target + ".database"
        try BackupLock.release(held)
        unlink(copy)
        defer {
            unlink(copy)
            try? BackupLock.release(held)
        }
        try FileManager.default.createDirectory(
            atPath: held, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // A second name keeps a medium that the server has finished with until it is copied; it takes no room.
        let (facts, missing) = try StoreSchema.copy(database, to: copy) { name in
            link("\(folder)/\(BackupParts.media)/\(name)", "\(held)/\(name)") == 0 || errno == EEXIST
        }
        try writer.add(BackupParts.database, file: copy)
        var count = 1
        for name in BackupParts.files where access("\(folder)/\(name)", F_OK) == 0 {
            try writer.add(name, file: "\(folder)/\(name)")
            count += 1
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: held).sorted() {
            try writer.add("\(BackupParts.media)/\(name)", file: "\(held)/\(name)")
            count += 1
        }
        count += try addUploads(to: writer)
        let bytes = try writer.finish(about: [
            BackupParts.Word.program: Help.version, BackupParts.Word.schema: String(facts.schema),
            BackupParts.Word.oldestReader: String(facts.oldestReader), BackupParts.Word.installation: installation,
            BackupParts.Word.madeAt: Date().formatted(.iso8601),
        ])
        return Summary(parts: count, bytes: bytes, missing: missing)
    }

    /// Uploads in pieces that are not whole yet. The description first: it never promises more than the bytes beside
    /// it. One that ends meanwhile has become a medium, or is nothing any more.
    private func addUploads(to writer: ArchiveWriter) throws -> Int {
        let place = "\(folder)/\(BackupParts.uploads)"
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: place) else { return 0 }
        var count = 0
        for name in names.sorted() where name.hasSuffix(".json") {
            let bytes = String(name.dropLast(".json".count)) + ".part"
            guard let note = FileManager.default.contents(atPath: "\(place)/\(name)") else { continue }
            guard try addIfThere("\(BackupParts.uploads)/\(bytes)", to: writer) else { continue }
            try writer.add("\(BackupParts.uploads)/\(name)", Array(note))
            count += 2
        }
        return count
    }

    /// - Returns: false when the file is gone.
    private func addIfThere(_ name: String, to writer: ArchiveWriter) throws -> Bool {
        do {
            try writer.add(name, file: "\(folder)/\(name)")
            return true
        } catch {
            if access("\(folder)/\(name)", F_OK) != 0 { return false }
            throw error
        }
    }
}
