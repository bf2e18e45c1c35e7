import Archives
import EventLoops
import FoundationEssentials
import Glibc
import SQLite
import Settings
import StoresSQLite

/// `stentor restore FILE`: what a backup holds, into a data folder that holds nothing yet.
struct RestoreCommand {
    static let options = OptionTable([
        ("--from-another-installation", nil, "the data folder is another installation's, and takes this one's data"),
        ("--check", nil, "only say whether the file is whole and could be restored here"),
    ])

    private let parsed: ParsedOptions
    private let settings: Settings
    private let console: Console
    private let source: String

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        parsed = try Self.options.parse(words)
        guard parsed.operands.count == 1, let source = parsed.operands.first?.text else {
            throw UsageError("restore wants the name of one file")
        }
        self.settings = settings
        self.console = console
        self.source = source
    }

    func run() async throws {
        let pool = try BlockingPool(threads: 1, name: "restore")
        defer { pool.shutDown() }
        let restore = Restore(
            folder: settings.dataFolder, source: source,
            takesOthers: parsed.switches.contains("--from-another-installation"))
        let onlyChecks = parsed.switches.contains("--check")
        let made = try await pool.run { try onlyChecks ? restore.check().about : restore.perform().about }
        if !onlyChecks { try await AuditFile(folder: settings.dataFolder).appendCommand("restore") }
        let time = made[BackupParts.Word.madeAt] ?? "an unknown time"
        console.note(
            onlyChecks
                ? "stentor: the backup of \(RawWord(time).display) is whole and can be restored here."
                : "stentor: restored what was kept at \(RawWord(time).display); “stentor serve” goes on with it.")
    }
}

/// The restoring of a backup. Blocks.
struct Restore {
    let folder: String
    let source: String
    /// The folder may be marked as another installation's.
    let takesOthers: Bool

    private var draft: String { "\(folder)/restore.new" }

    /// Reads the whole backup and looks at the folder; writes nothing.
    func check() throws -> ArchiveManifest {
        let manifest = try ArchiveReader(path: source).verify()
        guard manifest.parts.allSatisfy({ BackupParts.isKnown($0.name) }),
            manifest.parts.contains(where: { $0.name == BackupParts.database }),
            let schema = manifest.about[BackupParts.Word.schema].flatMap(Int.init),
            let oldest = manifest.about[BackupParts.Word.oldestReader].flatMap(Int.init),
            let installation = manifest.about[BackupParts.Word.installation], InstallationName.isName(installation)
        else { throw OutputError("\(source) is an archive, but no backup that this program knows") }
        guard StoreSchema.knows(.init(schema: schema, oldestReader: oldest)) else {
            throw OutputError(
                "the backup was made by a newer program (schema \(schema); this one knows "
                    + "\(StoreSchema.migrations.count)); restore it with that program")
        }
        try requireEmpty()
        if let here = try InstallationName.read(folder), here != installation, !takesOthers {
            throw OutputError(
                "the backup is of another installation than \(folder); --from-another-installation restores it all the "
                    + "same")
        }
        return manifest
    }

    private func requireEmpty() throws {
        guard access(folder, F_OK) == 0 else { return }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw OutputError("the data folder \(folder) cannot be read; STENTOR_DATA_DIR names another")
        }
        if names.contains("restore.new") {
            throw OutputError("\(folder) holds a restore that was not finished; empty the folder and begin anew")
        }
        if let other = names.sorted().first(where: { !BackupParts.harmless.contains($0) }) {
            throw OutputError(
                "the data folder \(folder) is not empty (\(RawWord(other).display)); empty it, or let STENTOR_DATA_DIR "
                    + "name another")
        }
    }

    func perform() throws -> ArchiveManifest {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let lock = try DataLock(folder: folder)
        return try withExtendedLifetime(lock) { try performAlone() }
    }

    private func performAlone() throws -> ArchiveManifest {
        let manifest = try check()
        do {
            try FileManager.default.createDirectory(
                atPath: draft, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try ArchiveReader(path: source).extract(manifest, into: draft)
            _ = try StoreSchema.inspect("\(draft)/\(BackupParts.database)")
        } catch {
            // Nothing of it is in its place yet.
            try? FileManager.default.removeItem(atPath: draft)
            throw error
        }
        try place()
        return manifest
    }

    /// The database last: without it nothing takes the folder for whole. Until the draft's folder is gone a second
    /// restore knows that this one was not finished.
    private func place() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: draft)
            .filter { $0 != BackupParts.database && !$0.hasPrefix(BackupParts.database + "-") }
        for name in names.sorted() + [BackupParts.database] {
            guard rename("\(draft)/\(name)", "\(folder)/\(name)") == 0 else {
                throw OutputError("\(name) cannot be put into the data folder: \(String(cString: strerror(errno)))")
            }
        }
        try FileManager.default.removeItem(atPath: draft)
    }
}
