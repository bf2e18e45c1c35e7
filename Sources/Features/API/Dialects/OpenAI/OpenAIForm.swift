import HTTPTypes
import Jobs
import Scheduling
import Transcription

/// The fields of a transcription in OpenAI's dialect, in whatever order and spelling they come.
struct OpenAIForm: DialectForm {
    enum Format: String, CaseIterable {
        case json, text, srt, vtt
        case verbose = "verbose_json"
        case diarized = "diarized_json"

        /// Others are complete only at the end.
        var isStreamable: Bool { self == .json || self == .text || self == .diarized }
    }

    enum Granularity: String, CaseIterable { case word, segment }

    /// Names under which clients ask for whatever is best here.
    private static let ownNames: Set<String> = ["auto", "default"]

    var common: RequestForm
    private(set) var format = Format.json
    private(set) var granularities: Set<Granularity> = []
    private(set) var includesLogProbabilities = false
    private(set) var known = KnownSpeakerFields()
    private var asksForStream = false
    private var model: String?

    init(_ common: RequestForm, task: TranscriptionOrder.Task = .transcribe) {
        self.common = common
        self.common.wish.engine.task = task
    }

    mutating func take(_ name: String, _ value: String) throws {
        guard !value.isEmpty else { return }
        let field = FieldName(name)
        switch field.base {
        case "model": try takeModel(value)
        case "language": try common.take("language", LanguageNames.code(of: value))
        case "languages": try takeLanguages(value)
        case "prompt": try common.take("prompt", value)
        case "upload_id": try common.take(name, value)
        case "keywords": for word in FieldName.elements(value) { try takeKeyword(word) }
        case "response_format": format = try Self.word("response_format", value)
        case "temperature": try Self.checkTemperature(value)
        case "timestamp_granularities":
            for word in FieldName.elements(value) {
                granularities.insert(try Self.word("timestamp_granularities", word))
            }
        case "include": try takeIncludes(value)
        case "stream": asksForStream = try RequestForm.truth("stream", value)
        case "known_speaker_names": for name in Self.names(value) { try known.take(name: name) }
        case "known_speaker_references": try known.take(reference: value)
        // Silence is always found here, and what other fields there may be changes nothing.
        default: break
        }
    }

    /// Once everything has come.
    mutating func check() throws {
        if format == .diarized { common.wish.speakers = common.wish.speakers ?? SpeakerWish() }
        try known.check()
        guard known.isEmpty || format == .diarized else {
            throw ErrorTable.http(
                .badRequest, "unsupported_value", "Known speakers are named in the response_format diarized_json.",
                parameter: "known_speaker_names")
        }
        if asksForStream, !format.isStreamable, model != "whisper-1" {
            throw ErrorTable.http(
                .badRequest, "unsupported_value",
                "The response_format “\(format.rawValue)” cannot be streamed; use json, text or diarized_json.",
                parameter: "response_format")
        }
        try common.check()
    }

    static func longestField(_ name: String) -> Int {
        FieldName(name).base == "known_speaker_references" ? KnownSpeakerFields.longest : RequestForm.longestField
    }

    /// A list in JSON, or one name: names may hold commas.
    private static func names(_ value: String) -> [String] {
        value.hasPrefix("[") ? FieldName.elements(value) : [value]
    }

    var isStreamed: Bool { asksForStream && format.isStreamable }
    /// Segments unless only words were asked for; both may be.
    var wantsWords: Bool { granularities.contains(.word) }

    // MARK: - Values

    private mutating func takeModel(_ value: String) throws {
        model = value
        if Self.isAlias(value) { return }
        try common.take("model", value)
    }

    /// OpenAI's own models are not installed anywhere else: their names ask for the best there is.
    static func isAlias(_ model: String) -> Bool {
        let name = model.lowercased()
        return ownNames.contains(name) || name == "whisper-1" || name.hasPrefix("gpt-")
    }

    /// One language is taken as said; among several the engine finds out.
    private mutating func takeLanguages(_ value: String) throws {
        let languages = FieldName.elements(value)
        if languages.count == 1 { try common.take("language", LanguageNames.code(of: languages[0])) }
    }

    private mutating func takeKeyword(_ word: String) throws {
        try common.take("hotwords", (common.wish.hotwords + [word]).joined(separator: ","))
    }

    private mutating func takeIncludes(_ value: String) throws {
        for word in FieldName.elements(value) {
            guard word == "logprobs" else { throw RequestForm.bad("include", "logprobs") }
            includesLogProbabilities = true
        }
    }

    private static func checkTemperature(_ value: String) throws {
        guard let number = Double(value), (0...1).contains(number) else {
            throw RequestForm.bad("temperature", "a number from 0 to 1")
        }
    }

    private static func word<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ value: String
    ) throws -> Value {
        guard let word = Value(rawValue: value) else {
            throw ErrorTable.http(
                .badRequest, "unsupported_value",
                "The field “\(name)” must be one of \(Value.allCases.map(\.rawValue).joined(separator: ", ")).",
                parameter: name)
        }
        return word
    }
}
