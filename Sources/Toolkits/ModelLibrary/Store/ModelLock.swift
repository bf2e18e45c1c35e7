internal import EventLoops
internal import Glibc

/// The right to change one model, held by one process at a time. The kernel lets go of it when the process ends,
/// however it ends; the file itself stays, since removing it would let two processes lock two files.
final class ModelLock: Sendable {
    private let descriptor: OwnedDescriptor

    /// - Throws: `ModelError.busy` when another holds it.
    init(_ path: String, model: String) throws(ModelError) {
        do {
            descriptor = try Disk.open(path, O_RDWR | O_CREAT, mode: 0o644)
            let number = descriptor.number
            _ = try check("flock") { flock(number, LOCK_EX | LOCK_NB) }
        } catch {
            if error.code == EWOULDBLOCK { throw .busy(model) }
            throw .system(error)
        }
    }
}
