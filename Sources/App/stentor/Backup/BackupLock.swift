import CSystem
import FoundationEssentials
import Glibc
import HostProcesses

/// One backup of a data folder at a time.
struct BackupLock {
    private let file: Descriptor

    init(folder: String) throws {
        let raw = csystem_open("\(folder)/backup.lock", O_RDWR | O_CREAT, 0o600)
        guard raw >= 0 else { throw OutputError("the data folder cannot be written; STENTOR_DATA_DIR names another") }
        file = Descriptor(owning: raw)
        guard flock(raw, LOCK_EX | LOCK_NB) == 0 else {
            throw OutputError("another backup of this data folder is being made; wait for its end")
        }
    }

    /// Removes the second names of media.
    static func release(_ held: String) throws {
        guard access(held, F_OK) == 0 else { return }
        try FileManager.default.removeItem(atPath: held)
    }

    /// What a backup that was killed left in a data folder would keep media for ever; nothing while one is being made.
    static func sweep(_ folder: String) {
        guard let lock = try? BackupLock(folder: folder) else { return }
        try? release("\(folder)/backup.held")
        withExtendedLifetime(lock) {}
    }
}
