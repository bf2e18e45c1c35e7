import ModelLibrary
import Synchronization

/// Tells on standard error how far a download is; called on any thread.
final class PullReporter: Sendable {
    private struct State {
        var lastShown: ContinuousClock.Instant?
        var lastTenth = 0
        var step: PullProgress.Step?
    }

    private let console: Console
    private let name: String
    private let isQuiet: Bool
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(_ console: Console, name: String, isQuiet: Bool) {
        self.console = console
        self.name = name
        self.isQuiet = isQuiet
    }

    func report(_ progress: PullProgress) {
        guard !isQuiet else { return }
        let isDue = state.withLock { state in
            if state.step != progress.step {
                state.step = progress.step
                state.lastTenth = 0
            }
            let tenth = Int(progress.fraction * 10)
            if console.errorIsTerminal {
                if let last = state.lastShown, ContinuousClock.now - last < .milliseconds(200) { return false }
                state.lastShown = .now
                return true
            }
            defer { state.lastTenth = max(state.lastTenth, tenth) }
            return tenth > state.lastTenth
        }
        guard isDue else { return }
        console.errorIsTerminal ? console.status("\r\u{1B}[K\(line(progress))") : console.note(line(progress))
    }

    /// Removes the changing line.
    func finish() {
        if !isQuiet, console.errorIsTerminal { console.status("\r\u{1B}[K") }
    }

    private func line(_ progress: PullProgress) -> String {
        let what = progress.step == .downloading ? "downloading" : "unpacking"
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let rate = seconds > 0 ? Int64(Double(progress.done) / seconds) : 0
        return "\(name)  \(what)  \(Int(progress.fraction * 100)) %  \(ModelTable.size(progress.done)) of "
            + "\(ModelTable.size(progress.total))  \(ModelTable.size(rate))/s"
    }
}
