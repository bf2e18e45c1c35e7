import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Transcription

/// The query of `POST /v1/listen`.
struct DeepgramForm: DialectForm {
    /// What the answer shows beside words.
    struct Features: Sendable, Equatable {
        var punctuates = false
        var utterances = false
        var paragraphs = false
        var detectsLanguage = false
        var tags: [String] = []
        /// Said back in the answer.
        var extra: [String: String] = [:]
        /// Asked for and not done here.
        var undone: [String] = []
    }

    /// Deepgram's own models: their names ask for the best there is.
    private static let ownModels = ["nova", "base", "enhanced", "whisper", "general", "flux", "auto", "default"]
    private static let unsupported: Set<String> = [
        "summarize", "topics", "intents", "sentiment", "detect_entities", "redact", "replace", "search",
        "profanity_filter", "measurements", "dictation", "multichannel", "custom_topic", "custom_intent",
    ]
    private static let mostExtra = 50

    var common: RequestForm
    private(set) var features = Features()
    private(set) var callback: String?
    private var callbackMethod = JobCallback.Method.post
    /// As it came: what the announcement shows follows from it again.
    private let query: String
    private var encoding: RawAudio.Encoding?
    private var rate: Int?
    private var channels: Int?

    init(_ common: RequestForm, query: String = "") {
        self.common = common
        self.query = query
    }

    var mediaHeader: [UInt8] {
        guard let encoding else { return [] }
        return RawAudio(encoding: encoding, rate: rate ?? 16_000, channels: channels ?? 1).header
    }

    mutating func take(_ name: String, _ value: String) throws {
        guard !value.isEmpty else { return }
        switch name {
        case "model": if !Self.isOwn(value) { try common.take("model", value) }
        case "language": if value != "multi" { try common.take("language", value) }
        case "upload_id": try common.take(name, value)
        case "detect_language": try takeDetection(value)
        case "punctuate", "smart_format": if try RequestForm.truth(name, value) { features.punctuates = true }
        case "utterances": features.utterances = try RequestForm.truth(name, value)
        case "paragraphs": features.paragraphs = try RequestForm.truth(name, value)
        case "diarize": if try RequestForm.truth(name, value) { common.wish.speakers = SpeakerWish() }
        case "diarize_model": common.wish.speakers = SpeakerWish()
        case "keyterm", "keywords": try takeTerm(value)
        case "encoding": try takeEncoding(value)
        case "sample_rate": rate = try RequestForm.integer(name, value, RawAudio.rates)
        case "channels": channels = try RequestForm.integer(name, value, 1...RawAudio.mostChannels)
        case "callback": callback = value
        case "callback_method": try takeMethod(value)
        case "tag": if features.tags.count < Self.mostExtra { features.tags.append(value) }
        case "extra": takeExtra(value)
        case _ where Self.unsupported.contains(name): takeUnsupported(name, value)
        default: break
        }
    }

    mutating func check() throws {
        if let callback {
            try common.take(callback: callback, form: CallbackBodies.deepgram + query, method: callbackMethod)
        }
        try common.check()
    }

    private static func isOwn(_ model: String) -> Bool {
        let family = model.lowercased().prefix { $0 != "-" }
        return ownModels.contains(String(family))
    }

    /// `true`, or the languages it may be.
    private mutating func takeDetection(_ value: String) throws {
        if let isWanted = try? RequestForm.truth("detect_language", value) {
            features.detectsLanguage = isWanted
        } else {
            features.detectsLanguage = true
        }
        if features.detectsLanguage { common.wish.engine.language = nil }
    }

    /// A term, with its weight after a colon where there is one.
    private mutating func takeTerm(_ value: String) throws {
        let term = value.split(separator: ":").first.map(String.init) ?? value
        try common.take("hotwords", (common.wish.hotwords + [term]).joined(separator: ","))
    }

    /// Encodings with a container or frames of their own need no help.
    private mutating func takeEncoding(_ value: String) throws {
        switch value.lowercased() {
        case "linear16": encoding = .linear16
        case "mulaw": encoding = .mulaw
        case "alaw": encoding = .alaw
        case "flac", "amr-nb", "amr-wb", "opus", "speex", "g729", "ogg-opus": encoding = nil
        default:
            throw RequestForm.bad(
                "encoding", "one of linear16, mulaw, alaw, flac, amr-nb, amr-wb, opus, ogg-opus, speex, g729")
        }
    }

    private mutating func takeMethod(_ value: String) throws {
        guard let method = JobCallback.Method(rawValue: value.uppercased()) else {
            throw RequestForm.bad("callback_method", "POST or PUT")
        }
        callbackMethod = method
    }

    private mutating func takeExtra(_ value: String) {
        guard features.extra.count < Self.mostExtra, let colon = value.firstIndex(of: ":") else { return }
        features.extra[String(value[..<colon])] = String(value[value.index(after: colon)...])
    }

    private mutating func takeUnsupported(_ name: String, _ value: String) {
        if value.lowercased() != "false", !features.undone.contains(name) { features.undone.append(name) }
    }
}
