import Glibc

/// Ctrl-C and SIGTERM: the first cancels the work, which then cleans up; a second ends the process.
struct Interruption: Sendable {
    /// What a shell reports for a program that SIGINT ended.
    static let exitCode: CInt = 130

    /// Blocks the signals in this thread and all that it starts.
    init() {
        var signals = Self.signals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        // A closed pipe is an error of the write, and so is a file that may not grow; not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Waits for the signals on the calling thread, for ever. Dispatch's own main loop would unblock them.
    func wait(_ cancel: () -> Void) -> Never {
        var signals = Self.signals
        var number: CInt = 0
        sigwait(&signals, &number)
        cancel()
        sigwait(&signals, &number)
        _exit(Self.exitCode)
    }

    private static var signals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        return signals
    }
}
