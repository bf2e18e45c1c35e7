import FoundationEssentials
import Jobs
import Transcripts

/// A transcript as Deepgram's clients read it (deepgram-api-specs, `ListenV1Response`).
struct DeepgramBody: Encodable {
    struct Metadata: Encodable {
        struct Model: Encodable {
            let name: String
            let version: String
            let arch: String
        }

        struct Warning: Encodable {
            let parameter: String
            let type = "unsupported_parameter"
            let message: String
        }

        let transaction_key = "deprecated"
        let request_id: String
        let sha256: String
        let created: String
        let duration: Double
        let channels = 1
        let models: [String]
        let model_info: [String: Model]
        let tags: [String]?
        let extra: [String: String]?
        let warnings: [Warning]?
    }

    struct WordBody: Encodable {
        let word: String
        let start: Double
        let end: Double
        let confidence: Double?
        let punctuated_word: String?
        let speaker: Int?
    }

    struct Alternative: Encodable {
        let transcript: String
        let confidence: Double?
        let words: [WordBody]
        let paragraphs: DeepgramParagraphs?
    }

    struct Channel: Encodable {
        let detected_language: String?
        let alternatives: [Alternative]
    }

    struct Utterance: Encodable {
        let id: String
        let start: Double
        let end: Double
        let confidence: Double?
        let channel = 0
        let transcript: String
        let words: [WordBody]
        let speaker: Int?
    }

    struct Results: Encodable {
        let channels: [Channel]
        let utterances: [Utterance]?
    }

    let metadata: Metadata
    let results: Results

    init(
        _ transcript: Transcript, _ features: DeepgramForm.Features, id: JobID, sha256: String, created: Double
    ) {
        let words = SpokenWords(transcript, punctuates: features.punctuates)
        metadata = Self.metadata(transcript, features, id, sha256, created)
        results = Results(
            channels: [
                Channel(
                    detected_language: features.detectsLanguage ? transcript.language : nil,
                    alternatives: [
                        Alternative(
                            transcript: transcript.text, confidence: words.confidence, words: words.all,
                            paragraphs: features.paragraphs ? DeepgramParagraphs(transcript, words) : nil)
                    ])
            ], utterances: features.utterances ? Self.utterances(transcript, words, id) : nil)
    }

    private static func metadata(
        _ transcript: Transcript, _ features: DeepgramForm.Features, _ id: JobID, _ sha256: String, _ created: Double
    ) -> Metadata {
        Metadata(
            request_id: id.text, sha256: sha256,
            created: Date(timeIntervalSince1970: created).formatted(.iso8601),
            duration: TranscriptBody.rounded(transcript.duration), models: [transcript.model],
            model_info: [
                transcript.model: .init(name: transcript.model, version: transcript.model, arch: transcript.engine)
            ],
            tags: features.tags.isEmpty ? nil : features.tags, extra: features.extra.isEmpty ? nil : features.extra,
            warnings: features.undone.isEmpty
                ? nil
                : features.undone.map { .init(parameter: $0, message: "This server does not do it; it was ignored.") })
    }

    private static func utterances(_ transcript: Transcript, _ words: SpokenWords, _ id: JobID) -> [Utterance] {
        zip(transcript.segments, words.bySegment).enumerated().map { number, piece in
            let (segment, words) = piece
            return Utterance(
                id: "\(id.text)-\(number)", start: TranscriptBody.rounded(segment.span.start),
                end: TranscriptBody.rounded(segment.span.end),
                confidence: segment.confidence.map(TranscriptBody.rounded), transcript: segment.text, words: words,
                speaker: words.first?.speaker)
        }
    }
}

/// The words of a transcript with speakers as numbers.
struct SpokenWords {
    private(set) var bySegment: [[DeepgramBody.WordBody]] = []
    private(set) var confidence: Double?
    private var numbers: [String: Int] = [:]

    init(_ transcript: Transcript, punctuates: Bool) {
        for segment in transcript.segments {
            bySegment.append(segment.words.map { body($0, segment.speaker, punctuates) })
        }
        let known = transcript.segments.flatMap(\.words).compactMap(\.confidence)
        confidence = known.isEmpty ? nil : TranscriptBody.rounded(known.reduce(0, +) / Double(known.count))
    }

    var all: [DeepgramBody.WordBody] { bySegment.flatMap(\.self) }

    mutating func number(of speaker: String?) -> Int? {
        guard let speaker else { return nil }
        let number = numbers[speaker] ?? numbers.count
        numbers[speaker] = number
        return number
    }

    private mutating func body(_ word: Word, _ speaker: String?, _ punctuates: Bool) -> DeepgramBody.WordBody {
        DeepgramBody.WordBody(
            word: Self.bare(word.text), start: TranscriptBody.rounded(word.span.start),
            end: TranscriptBody.rounded(word.span.end), confidence: word.confidence.map(TranscriptBody.rounded),
            punctuated_word: punctuates ? word.text : nil, speaker: number(of: word.speaker ?? speaker))
    }

    /// Lower case without punctuation at its ends; what is nothing else stays as it is.
    private static func bare(_ text: String) -> String {
        var rest = text[...]
        while rest.first.map(isMark) == true { rest.removeFirst() }
        while rest.last.map(isMark) == true { rest.removeLast() }
        return rest.isEmpty ? text : rest.lowercased()
    }

    private static func isMark(_ character: Character) -> Bool { character.isPunctuation || character.isWhitespace }
}
