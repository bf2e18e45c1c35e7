import CSystem
import Glibc
import HostProcesses

/// Keeps two servers from working on one data folder: the second would take the first one's jobs for abandoned.
struct DataLock: Sendable {
    private let file: Descriptor

    init(folder: String) throws(OutputError) {
        let raw = csystem_open("\(folder)/server.lock", O_RDWR | O_CREAT, 0o600)
        guard raw >= 0 else { throw OutputError("the data folder cannot be written; STENTOR_DATA_DIR names another") }
        file = Descriptor(owning: raw)
        guard flock(raw, LOCK_EX | LOCK_NB) == 0 else {
            throw OutputError("another Stentor works on this data folder; stop it, or set STENTOR_DATA_DIR")
        }
    }
}
