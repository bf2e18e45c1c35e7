import Glibc
import Synchronization

/// A child's process number, safe against signalling a number the system has given to somebody else.
final class ProcessHandle: Sendable {
    let identifier: pid_t
    private let isReaped = Mutex(false)

    init(_ identifier: pid_t) {
        self.identifier = identifier
    }

    func kill() {
        isReaped.withLock { isReaped in
            if !isReaped { _ = Glibc.kill(identifier, SIGKILL) }
        }
    }

    /// Waits until the child has ended and returns how. Blocks: for the child's own listening thread.
    func reap() -> ChildProcess.Ending {
        var info = siginfo_t()
        // Waits without reaping, so that `kill` cannot meet a number that is free already.
        while waitid(P_PID, id_t(identifier), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return isReaped.withLock { isReaped in
            var status: CInt = 0
            while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            isReaped = true
            let signal = status & 0x7f
            return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
        }
    }
}
