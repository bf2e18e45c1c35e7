import HTTPTypes
import Jobs
import Scheduling
import Transcription
import Transcripts

/// The query of whisper-asr-webservice (`app/webservice.py`), with what subgen and Bazarr add to it.
struct ASRForm: DialectForm {
    var common: RequestForm
    private(set) var output = OutputFormat.txt
    private(set) var includesWords = false
    private var isEncoded = true

    init(_ common: RequestForm) { self.common = common }

    /// `encode=false`: the body is bare samples, 16-bit mono at 16 kHz.
    var mediaHeader: [UInt8] { isEncoded ? [] : RawAudio().header }

    mutating func take(_ name: String, _ value: String) throws {
        guard !value.isEmpty else { return }
        switch name {
        case "encode": isEncoded = try RequestForm.truth(name, value)
        case "task", "min_speakers", "max_speakers", "upload_id": try common.take(name, value)
        case "language": try common.take(name, LanguageNames.code(of: value))
        case "initial_prompt": try common.take("prompt", value)
        case "word_timestamps": includesWords = try RequestForm.truth(name, value)
        case "diarize": try takeDiarize(value)
        case "output": output = try Self.output(value)
        case "detect_lang_length": try takeLength(value)
        case "detect_lang_offset": try common.take("from", value)
        // Silence is always looked for; file names of videos are nothing to us.
        default: break
        }
    }

    private mutating func takeDiarize(_ value: String) throws {
        if try RequestForm.truth("diarize", value) { common.wish.speakers = common.wish.speakers ?? SpeakerWish() }
    }

    private mutating func takeLength(_ value: String) throws {
        length = Double(try RequestForm.integer("detect_lang_length", value, 1...3600))
    }

    /// Seconds that are listened to when only the language is asked for.
    private(set) var length = 30.0

    mutating func check() throws { try common.check() }

    /// Listens to a piece of the file only, for its language.
    mutating func listenBriefly() {
        common.wish.to = (common.wish.from ?? 0) + length
        common.wish.engine.language = nil
        common.wish.engine.task = .transcribe
    }

    private static func output(_ value: String) throws -> OutputFormat {
        let known: [OutputFormat] = [.txt, .vtt, .srt, .tsv, .json]
        guard let format = known.first(where: { $0.rawValue == value.lowercased() }) else {
            throw RequestForm.bad("output", "one of \(known.map(\.rawValue).joined(separator: ", "))")
        }
        return format
    }
}
