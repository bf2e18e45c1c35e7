import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Transcription
import Transcripts
import Uploads

/// The fields of a request, from its query and its form, in whatever order they come. Values are checked as they come:
/// a wrong one is refused before a gigabyte has been sent after it.
struct RequestForm: Sendable {
    static let longestPrompt = 4000
    /// Bytes of one field.
    static let longestField = 64 * 1024

    var wish: TranscriptionWish
    var id: JobID?
    var priority = 0
    var address: String?
    /// A file that was uploaded before.
    var upload: UploadID?
    var callback: JobCallback?
    var includesWords = false
    var format = OutputFormat.json
    var isAsync = false
    /// Stays with its media for those who work on with it.
    var keeping = Keeping()
    private let history: Keeping
    /// Fields that mean nothing here.
    private(set) var ignored: [String] = []

    /// - Parameter history: how long what the field `history` asks for is kept.
    init(providers: [String], model: String?, history: Keeping = Keeping()) {
        self.history = history
        wish = TranscriptionWish(engine: EngineWish(providers: providers, model: model))
    }

    /// What belongs into the result beside the transcript's own warnings.
    var warnings: [String] {
        ignored.map { "The field “\($0)” is not known here and was ignored." }
    }

    mutating func take(_ items: QueryItems) throws(HTTPError) {
        for pair in items.pairs { try take(pair.name, pair.value) }
    }

    mutating func take(_ name: String, _ value: String) throws(HTTPError) {
        // An empty value is how forms say nothing.
        guard !value.isEmpty else { return }
        switch name {
        case "language": wish.engine.language = try Self.language(value)
        case "task": wish.engine.task = try Self.word(name, value)
        case "engine", "provider": wish.engine.providers = try Self.engines(value)
        case "model": wish.engine.model = try Self.short(name, value)
        case "prompt": wish.prompt = try Self.prompt(value)
        case "hotwords", "keyterms": wish.hotwords = try Self.hotwords(name, value)
        case "track": wish.track = try Self.integer(name, value, 1...1000)
        case "from": wish.from = try Self.seconds(name, value)
        case "to": wish.to = try Self.seconds(name, value)
        case "speakers", "diarize": try takeSpeakers(value)
        case "min_speakers":
            let least = try Self.integer(name, value, 1...100)
            wish.speakers = SpeakerWish(
                minimum: least, maximum: wish.speakers?.maximum, byChannel: wish.speakers?.byChannel)
        case "max_speakers":
            let most = try Self.integer(name, value, 1...100)
            wish.speakers = SpeakerWish(
                minimum: wish.speakers?.minimum, maximum: most, byChannel: wish.speakers?.byChannel)
        case "multichannel":
            guard try Self.truth(name, value) else { return }
            wish.speakers = SpeakerWish(
                minimum: wish.speakers?.minimum, maximum: wish.speakers?.maximum, byChannel: true)
        case "priority": priority = try Self.integer(name, value, -100...100)
        case "job_id", "task_id": try takeID(value)
        case "url": address = value
        case "upload_id":
            guard let id = UploadID(value) else { throw Self.bad("upload_id", "the last part of an upload's address") }
            upload = id
        case "words": includesWords = try Self.truth(name, value)
        case "format", "output": format = try Self.outputFormat(value)
        case "history": keeping = try Self.truth(name, value) ? history : Keeping()
        case "async": isAsync = try Self.truth(name, value)
        case "callback_url": try take(callback: value, form: CallbackBodies.standard)
        default: if ignored.count < 20, name.utf8.count <= 64 { ignored.append(name) }
        }
    }

    /// An announcement says what the answer would: words too, where they were asked for.
    private mutating func completeCallback() throws(HTTPError) {
        guard includesWords, let plain = callback, plain.form == CallbackBodies.standard else { return }
        try take(callback: plain.address, form: CallbackBodies.standardWithWords)
    }

    /// A callback is a promise: the answer does not wait.
    mutating func take(
        callback address: String, form: String, method: JobCallback.Method = .post
    ) throws(HTTPError) {
        do throws(JobFailure) {
            callback = try JobCallback(address, form: form, method: method)
        } catch {
            throw ErrorTable.http(.badRequest, error.code, error.description, parameter: "callback_url")
        }
        isAsync = true
    }

    mutating func takeID(_ value: String) throws(HTTPError) {
        guard let id = JobID(value) else {
            throw Self.bad("job_id", "1 to \(JobID.longest) letters, digits, - _ and .")
        }
        if let known = self.id, known != id { throw Self.bad("job_id", "the same wherever it is given") }
        self.id = id
    }

    /// Once everything has come.
    mutating func check() throws(HTTPError) {
        if let from = wish.from, let to = wish.to, to <= from { throw Self.bad("to", "after “from”") }
        if let least = wish.speakers?.minimum, let most = wish.speakers?.maximum, most < least {
            throw Self.bad("max_speakers", "at least min_speakers")
        }
        try completeCallback()
    }

    // MARK: - Values

    private mutating func takeSpeakers(_ value: String) throws(HTTPError) {
        if let number = Int(value), (2...100).contains(number) {
            wish.speakers = SpeakerWish(minimum: number, maximum: number)
        } else if try Self.truth("speakers", value) {
            wish.speakers = wish.speakers ?? SpeakerWish()
        }
    }

    private static func language(_ value: String) throws(HTTPError) -> String? {
        let code = value.lowercased()
        if code == "auto" { return nil }
        let parts = code.split(separator: "-", omittingEmptySubsequences: false)
        guard (2...3).contains(parts[0].utf8.count), parts.count <= 3,
            parts.allSatisfy({ (2...8).contains($0.utf8.count) && $0.utf8.allSatisfy { $0 > 0x2f && $0 < 0x7b } })
        else { throw bad("language", "a code such as en, id or pt, or auto") }
        return String(parts[0])
    }

    private static func word<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ value: String
    ) throws(HTTPError) -> Value {
        guard let word = Value(rawValue: value.lowercased()) else {
            throw bad(name, "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    private static func engines(_ value: String) throws(HTTPError) -> [String] {
        let names = value.lowercased().split(separator: ",").map { String($0.trimmingHTTPWhitespace()) }
        guard !names.isEmpty, names.count <= 10, names.allSatisfy({ $0.utf8.count <= 32 }) else {
            throw bad("engine", "auto, or engines in order of preference")
        }
        return names
    }

    private static func short(_ name: String, _ value: String) throws(HTTPError) -> String {
        guard value.utf8.count <= 128 else { throw bad(name, "shorter") }
        return value
    }

    private static func prompt(_ value: String) throws(HTTPError) -> String {
        guard value.count <= longestPrompt else { throw bad("prompt", "at most \(longestPrompt) characters long") }
        return value
    }

    private static func hotwords(_ name: String, _ value: String) throws(HTTPError) -> [String] {
        let terms = value.split { $0 == "," || $0 == "\n" }.map { String($0.trimmingHTTPWhitespace()) }
            .filter { !$0.isEmpty }
        guard terms.count <= 100, terms.allSatisfy({ $0.count <= 100 }) else {
            throw bad(name, "at most 100 terms of at most 100 characters, with commas between")
        }
        return terms
    }

    static func integer(_ name: String, _ value: String, _ range: ClosedRange<Int>) throws(HTTPError) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw bad(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func seconds(_ name: String, _ value: String) throws(HTTPError) -> Double {
        guard let number = Double(value), number.isFinite, number >= 0, number < 1e7 else {
            throw bad(name, "seconds from the start, not negative")
        }
        return number
    }

    static func truth(_ name: String, _ value: String) throws(HTTPError) -> Bool {
        switch value.lowercased() {
        case "true", "1", "yes", "on": return true
        case "false", "0", "no", "off": return false
        default: throw bad(name, "true or false")
        }
    }

    static func outputFormat(_ value: String) throws(HTTPError) -> OutputFormat {
        do {
            return try OutputFormat(parsing: value)
        } catch {
            throw ErrorTable.http(.badRequest, "bad_field", error.description)
        }
    }

    static func bad(_ name: String, _ what: String) -> HTTPError {
        ErrorTable.http(.badRequest, "bad_field", "The field “\(name)” must be \(what).", parameter: name)
    }
}
