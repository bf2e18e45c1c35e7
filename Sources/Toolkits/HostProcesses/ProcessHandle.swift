import Glibc
import Synchronization

/// A child's process number, safe against signalling a number the system has given to somebody else.
final class ProcessHandle: Sendable {
    private struct State {
        var isReaped = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let identifier: pid_t
    private let state = Mutex(State())

    init(_ identifier: pid_t) {
        self.identifier = identifier
    }

    func kill() {
        state.withLock { state in
            if !state.isReaped { _ = Glibc.kill(identifier, SIGKILL) }
        }
    }

    /// Waits until the child has ended and returns how. Blocks: for the child's own listening thread.
    func reap() -> ChildProcess.Ending {
        var info = siginfo_t()
        // Waits without reaping, so that `kill` cannot meet a number that is free already.
        while waitid(P_PID, id_t(identifier), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let (ending, waiters) = state.withLock { state in
            var status: CInt = 0
            while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            state.isReaped = true
            let signal = status & 0x7f
            let ending: ChildProcess.Ending = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
            return (ending, state.waiters)
        }
        waiters.forEach { $0.resume() }
        return ending
    }

    /// Waits until the child is gone.
    func reaped() async {
        await withCheckedContinuation { waiter in
            let isReaped = state.withLock { state in
                if !state.isReaped { state.waiters.append(waiter) }
                return state.isReaped
            }
            if isReaped { waiter.resume() }
        }
    }
}
