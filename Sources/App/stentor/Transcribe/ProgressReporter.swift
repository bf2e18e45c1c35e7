import Transcription

/// Tells on standard error how far a file is: one line that changes on a terminal, a line every tenth elsewhere.
struct ProgressReporter {
    private let console: Console
    private let name: String
    private let isQuiet: Bool
    private let start = ContinuousClock.now
    private var lastShown: ContinuousClock.Instant?
    private var lastTenth = 0

    init(_ console: Console, name: String, isQuiet: Bool) {
        self.console = console
        self.name = name
        self.isQuiet = isQuiet
    }

    mutating func report(_ progress: TranscriptionProgress) {
        guard !isQuiet else { return }
        let line = ProgressLine(
            name: name, progress: progress, elapsed: (ContinuousClock.now - start) / .seconds(1))
        if console.errorIsTerminal {
            if let lastShown, ContinuousClock.now - lastShown < .milliseconds(200) { return }
            lastShown = .now
            console.status("\r\u{1B}[K\(line.text)")
        } else if let percent = line.percent, percent / 10 > lastTenth {
            lastTenth = percent / 10
            console.note(line.text)
        }
    }

    /// Removes the changing line.
    func finish() {
        if !isQuiet, console.errorIsTerminal { console.status("\r\u{1B}[K") }
    }
}

/// One line about a file in work.
struct ProgressLine {
    let name: String
    let progress: TranscriptionProgress
    /// Seconds since the start.
    let elapsed: Double

    var percent: Int? { progress.fraction.map { Int($0 * 100) } }

    /// Times real time.
    var speed: Double? { elapsed > 0 && progress.done > 0 ? progress.done / elapsed : nil }

    var secondsLeft: Double? {
        guard let speed, let total = progress.total else { return nil }
        return max(0, total - progress.done) / speed
    }

    var text: String {
        var parts = [name, percent.map { "\($0) %" } ?? "\(Self.clock(progress.done)) done"]
        if let speed { parts.append("\((speed * 10).rounded() / 10)× real time") }
        if let secondsLeft { parts.append("\(Self.clock(secondsLeft)) left") }
        return parts.joined(separator: "  ")
    }

    static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }
}
