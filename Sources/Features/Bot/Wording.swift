import Accounts
import BotAPI
import Jobs
import Scheduling
import Transcripts

/// What a request's message says from its first second to its answer.
struct Wording: Sendable {
    /// UTF-16 units of the text in a message.
    static let longestText = 4000

    let request: MediaRequest
    /// Files can be published.
    var publishes = false

    private var language: Language { Language(rawValue: request.interface) ?? .en }
    private var name: String { MessageText.escaped(MessageText.beginning(request.file.name, limit: 32)) }

    var cancelButton: InlineKeyboard { Keyboards.cancel(request, language) }

    /// How the queue is, as far as people waiting in it care.
    struct Queue: Sendable, Hashable {
        /// Before this one.
        var position: Int?
        var busy: Int
        var workers: Int
        /// Seconds.
        var expected: Double?
        /// Files of the same person before it, when more are not worked on at once.
        var ownLimit: Int?
    }

    // MARK: - On its way

    func queued(_ queue: Queue) -> String {
        var lines = ["🕐 <b>\(language.text(.queued))</b> · <code>\(request.shortID)</code> · \(name)"]
        if let position = queue.position {
            lines.append(
                position == 0 ? language.text(.queuedNext) : language.text(.queuedPlace, String(position + 1)))
        }
        lines.append(
            language.text(
                .workers, String(queue.busy), String(queue.workers), String(max(0, queue.workers - queue.busy))))
        if let expected = queue.expected { lines.append(language.text(.expected, Self.time(expected))) }
        if let limit = queue.ownLimit { lines.append(language.text(.yourLine, String(limit))) }
        lines.append(language.text(.comesByItself))
        return lines.joined(separator: "\n")
    }

    func found() -> String { "⚡ <b>\(language.text(.fromCache))</b> · \(name)" }

    func progress(_ progress: JobProgress, _ queue: Queue) -> String {
        switch progress.stage {
        case .queued:
            guard progress.position == nil, progress.progress > 0 else { return queued(queue) }
            return "🕐 \(language.text(.waitingAgain)) · \(name)"
        case .formatting: return "⏳ <b>\(language.text(.formatting))</b> · \(name)\n\(Self.bar(progress.progress))"
        default: break
        }
        var text = "⏳ <b>\(language.text(.working))</b> · <code>\(request.shortID)</code> · \(name)\n"
        text += Self.bar(progress.progress)
        if let eta = progress.eta { text += " · " + language.text(.left, Self.time(eta)) }
        if let partial = progress.partialText, !partial.isEmpty {
            text += "\n\n<i>\(MessageText.escaped(Self.end(partial, 600)))</i>"
        }
        return text
    }

    static func bar(_ percent: Double) -> String {
        let share = min(max(percent, 0), 100)
        let full = Int((share / 10).rounded(.down))
        return String(repeating: "▓", count: full) + String(repeating: "░", count: 10 - full) + " \(Int(share)) %"
    }

    /// 0:07, 12:34, 1:02:03.
    static func time(_ seconds: Double) -> String {
        let whole = seconds.isFinite ? Int(min(max(seconds.rounded(.up), 0), 1e6)) : 0
        let minutes = (whole / 60) % 60
        func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return whole >= 3600
            ? "\(whole / 3600):\(pad(minutes)):\(pad(whole % 60))" : "\(minutes):\(pad(whole % 60))"
    }

    private static func end(_ text: String, _ limit: Int) -> String {
        text.count <= limit ? text : "…" + text.suffix(limit)
    }

    // MARK: - The end

    struct Answer: Sendable {
        var text: String
        var keyboard: InlineKeyboard?
        /// The text does not fit: files come whatever was chosen.
        var isCut = false
    }

    func answer(_ transcript: Transcript) -> Answer {
        let sign = request.isCached ? "⚡ \(language.text(.fromCache))" : "✅"
        let engine = MessageText.escaped(transcript.engine.prefix(20))
        let head = "\(sign) <b>\(name)</b> · \(Self.time(transcript.duration)) · \(engine)"
        let hasSpeakers = transcript.segments.contains { $0.speaker != nil }
        let text = hasSpeakers ? transcript.plainText : transcript.text
        let keyboard = Keyboards.answer(request, language).adding(links)
        if text.isEmpty {
            return Answer(
                text: "\(head)\n\n\(language.text(.noSpeech))\(warnings(transcript, 1000))", keyboard: keyboard)
        }
        if MessageText.length(text) <= Self.longestText {
            let body = "\(head)\n\n\(MessageText.escaped(text))"
            return Answer(
                text: body + warnings(transcript, Self.longestText - MessageText.length(text)), keyboard: keyboard)
        }
        let note = language.text(.goesOn)
        let beginning = MessageText.beginning(text, limit: Self.longestText - MessageText.length(note) - 4)
        return Answer(
            text: "\(head)\n\n\(MessageText.escaped(beginning))…\n\n📎 \(note)", keyboard: keyboard, isCut: true)
    }

    /// Sentences about the result, where there is room for them.
    private func warnings(_ transcript: Transcript, _ room: Int) -> String {
        var text = ""
        for warning in transcript.warnings.prefix(3)
        where MessageText.length(text) + MessageText.length(warning) + 5 <= room {
            text += "\n⚠️ \(warning)"
        }
        return text.isEmpty ? "" : "\n" + MessageText.escaped(text)
    }

    func failure(_ failure: JobFailure) -> Answer {
        if failure.code == "cancelled" || request.isCancelled {
            return Answer(text: "✖ \(language.text(.cancelled)) · \(name)", keyboard: nil)
        }
        let phrase: Phrase? =
            switch failure.code {
            case "not_media", "unsupported_container", "unsupported_codec", "damaged", "nothing_decoded": .notMedia
            case "no_audio": .noAudio
            case "empty": .emptyFile
            case "too_long": .tooLong
            case "telegram_too_large", "too_large": .tooLargeHere
            case "telegram_file_gone": .fileGone
            default: nil
            }
        if let phrase {
            return Answer(
                text: "⚠️ \(name): \(language.text(phrase))",
                keyboard: phrase == .fileGone ? nil : links.map { InlineKeyboard([$0]) })
        }
        if failure.code == Self.tooManyWaiting {
            return Answer(text: "⚠️ \(name): \(language.text(.tooManyWaiting, failure.description))", keyboard: nil)
        }
        let reason = MessageText.escaped(failure.description.prefix(1000))
        return Answer(
            text: "⚠️ \(name): \(language.text(.failed, reason))",
            keyboard: Keyboards.failure(request, language).adding(links))
    }

    /// The row that leads to the file's addresses; protected content has none.
    private var links: [InlineButton]? {
        publishes && request.file.isProtected != true && request.file.bytes != nil
            ? [InlineButton("🔗 " + language.text(.buttonLinks), "k:\(request.job)")] : nil
    }

    /// The description is the time to wait, as people read it.
    static let tooManyWaiting = "too_many_waiting"

    func album(done: Int, of count: Int) -> String { "🗂 " + language.text(.albumDone, String(done), String(count)) }
    var deletedText: String { language.text(.deleted) }
}
