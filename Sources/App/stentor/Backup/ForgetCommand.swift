import FoundationEssentials
import Glibc
import Jobs
import SQLite
import Settings
import StoresSQLite
import Uploads

/// `stentor forget OWNER`: jobs, media, texts, changes, the search, links, what the bot remembers, uploads, the key.
struct ForgetCommand {
    private let settings: Settings
    private let console: Console
    private let owner: String

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        let parsed = try OptionTable([]).parse(words)
        let owner = parsed.operands.first?.text ?? ""
        guard parsed.operands.count == 1, Self.isOwner(owner) else {
            throw UsageError("forget wants one owner: telegram:ID, key:ID (“stentor keys list”), or local")
        }
        self.settings = settings
        self.console = console
        self.owner = owner
    }

    private static func isOwner(_ text: String) -> Bool {
        if text == "local" { return true }
        if text.hasPrefix("telegram:") { return Int64(text.dropFirst("telegram:".count)) != nil }
        return text.hasPrefix("key:") && text.count > "key:".count
    }

    func run() async throws {
        let folder = settings.dataFolder
        guard access("\(folder)/stentor.sqlite", F_OK) == 0 else {
            throw OutputError("the data folder \(folder) holds no database; STENTOR_DATA_DIR names another")
        }
        // A server holds texts in its memory, and would write them again.
        let lock = try DataLock(folder: folder)
        let database = try await StoreSchema.open(path: "\(folder)/stentor.sqlite")
        let removal: OwnerRemoval
        do {
            removal = try await OwnerRemoval.perform(owner, database)
        } catch {
            try? await database.close()
            throw error
        }
        try await database.close()
        for name in removal.media { unlink("\(folder)/media/\(name)") }
        let uploads = removeUploads(folder)
        // What can be had again, and cannot be told apart by its owner.
        for name in ["cache", "pages", "backup.held"] where access("\(folder)/\(name)", F_OK) == 0 {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        try await AuditFile(folder: folder).appendCommand("forget")
        withExtendedLifetime(lock) {}
        console.note(
            "stentor: forgotten: \(removal.jobs) jobs with \(removal.media.count) media, \(removal.links) links, "
                + "\(uploads) uploads. Backups made before still hold them, and what was sent cannot be called back.")
    }

    private struct Note: Decodable { let record: UploadRecord }

    private func removeUploads(_ folder: String) -> Int {
        let place = "\(folder)/uploads"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        var count = 0
        for name in names where name.hasSuffix(".json") {
            guard let json = FileManager.default.contents(atPath: "\(place)/\(name)"),
                let note = try? JSONDecoder().decode(Note.self, from: json), note.record.owner.text == owner
            else { continue }
            unlink("\(place)/\(name)")
            unlink("\(place)/\(name.dropLast(".json".count)).part")
            count += 1
        }
        return count
    }
}
