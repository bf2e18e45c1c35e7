import CSystem
import Glibc

/// Tries from inside what a confined host must not be able to do, and says what the system answered.
public enum ConfinementProbe {
    public struct Attempt: Sendable, Codable {
        public let name: String
        public let isRefused: Bool
    }

    /// Every attempt; after `seal` all of them are refused.
    public static func attempts() -> [Attempt] {
        [
            Attempt(name: "open a socket", isRefused: csystem_probe(CSYSTEM_SOCKET) != 0),
            Attempt(name: "read another file", isRefused: isClosed("/etc/passwd", O_RDONLY)),
            Attempt(name: "write a file", isRefused: isClosed("/tmp/stentor-probe", O_WRONLY | O_CREAT)),
            Attempt(name: "start a process", isRefused: csystem_probe(CSYSTEM_FORK) != 0),
            Attempt(name: "run a program", isRefused: csystem_probe(CSYSTEM_EXECUTE) != 0),
            Attempt(name: "signal a process", isRefused: csystem_probe(CSYSTEM_SIGNAL) != 0),
            Attempt(name: "trace a process", isRefused: csystem_probe(CSYSTEM_TRACE) != 0),
            Attempt(name: "take hold of a process", isRefused: csystem_probe(CSYSTEM_PROCESS_DESCRIPTOR) != 0),
        ]
    }

    private static func isClosed(_ path: String, _ flags: CInt) -> Bool {
        let descriptor = csystem_open(path, flags, 0o600)
        guard descriptor >= 0 else { return true }
        close(descriptor)
        return false
    }
}
