import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Transcripts

/// A transcript in the forms of OpenAI's dialect.
enum OpenAIBodies {
    struct Usage: Encodable {
        let type = "duration"
        let seconds: Int

        init(_ transcript: Transcript) { seconds = Int(transcript.duration.rounded(.up)) }
    }

    struct Language: Encodable {
        let code: String
    }

    struct LogProbabilityBody: Encodable {
        let token: String
        let logprob: Double
        let bytes: [UInt8]

        static func list(_ transcript: Transcript) -> [LogProbabilityBody] {
            transcript.segments.flatMap(\.words).compactMap { word in
                word.confidence.map {
                    .init(token: word.text, logprob: LogProbability.of($0), bytes: Array(word.text.utf8))
                }
            }
        }
    }

    struct Plain: Encodable {
        let text: String
        let languages: [Language]?
        let logprobs: [LogProbabilityBody]?
        let usage: Usage

        init(_ transcript: Transcript, includesLogProbabilities: Bool) {
            text = transcript.text
            languages = transcript.language.map { [Language(code: $0)] }
            logprobs = includesLogProbabilities ? LogProbabilityBody.list(transcript) : nil
            usage = Usage(transcript)
        }
    }

    struct Verbose: Encodable {
        let task: String
        let language: String
        let duration: Double
        let text: String
        let words: [VerboseWord]?
        let segments: [VerboseSegment]
        let usage: Usage

        init(_ transcript: Transcript, task: String, includesWords: Bool) {
            self.task = task
            language = LanguageNames.name(of: transcript.language)
            duration = TranscriptBody.rounded(transcript.duration)
            text = transcript.text
            words = includesWords ? transcript.segments.flatMap(\.words).map(VerboseWord.init) : nil
            segments = transcript.segments.enumerated().map { VerboseSegment($0, $1) }
            usage = Usage(transcript)
        }
    }

    static func response(_ transcript: Transcript, _ form: OpenAIForm) throws -> HTTPResponse {
        switch form.format {
        case .json:
            try .json(Plain(transcript, includesLogProbabilities: form.includesLogProbabilities))
        case .verbose:
            try .json(
                Verbose(
                    transcript, task: form.common.wish.engine.task.rawValue, includesWords: form.wantsWords))
        case .diarized: try .json(Diarized(transcript))
        case .text: .text(transcript.text + "\n")
        case .srt: .text(transcript.rendered(as: .srt))
        case .vtt:
            HTTPResponse(
                .ok, fields: [.contentType: OutputFormat.vtt.mediaType], body: .text(transcript.rendered(as: .vtt)))
        }
    }
}
