import Transcripts

/// A recogniser that may take a whole medium in one request, and then hears its silences and speakers itself.
public protocol WholeMediaRecognizer: Recognizer {
    /// `nil` when the medium has to be decoded and cut into parts, for whatever reason. Throws what ends the
    /// transcription.
    func recogniseWhole(
        _ media: any MediaSource, _ decoding: DecodingOptions, _ options: RecognitionOptions
    ) async throws -> WholeRecognition?
}

/// What was heard in a whole medium.
public struct WholeRecognition: Sendable, Hashable {
    public var recognition: Recognition
    /// Of the audio: measured where it was decoded, else what the file says.
    public var seconds: Double
    /// What was wrong with a file that still gave audio.
    public var remark: String?

    public init(recognition: Recognition, seconds: Double, remark: String? = nil) {
        self.recognition = recognition
        self.seconds = seconds
        self.remark = remark
    }
}

extension TranscriptionPipeline {
    /// The transcript of a medium that was recognised in one piece: speech is where its words are.
    static func transcript(
        of whole: WholeRecognition, _ request: Request, _ capabilities: RecognizerCapabilities
    ) -> Transcript {
        let words = whole.recognition.words
        // Words may end a little after what the file says of itself.
        let end = PCMFormat.sample(at: min(max(whole.seconds, words.map(\.end).max() ?? 0), 1e8))
        var speech: [Range<Int>] = []
        for word in words {
            let start = PCMFormat.sample(at: min(max(0, word.start), whole.seconds))
            let last = min(max(start, PCMFormat.sample(at: min(max(0, word.end), 1e8))), end)
            if let before = speech.last, start - before.upperBound < PCMFormat.sample(at: SegmentBuilder.pause) {
                speech[speech.count - 1] = before.lowerBound..<max(before.upperBound, last)
            } else if start < last {
                speech.append(start..<last)
            }
        }
        if words.isEmpty, !whole.recognition.text.allSatisfy(\.isWhitespace), end > 0 { speech = [0..<end] }
        let chunk = Chunk(number: 0, range: 0..<end, speech: speech)
        var warnings = request.warnings(capabilities)
        if let remark = whole.remark { warnings.append(remark) }
        let flags = Plausibility.flags(
            words.map(\.text), speech: PCMFormat.seconds(speech.reduce(0) { $0 + $1.count }))
        return TranscriptAssembly.transcript(
            samples: end, offset: request.decoding.from ?? 0,
            outcomes: [(chunk, .recognised(whole.recognition, flags: flags))], capabilities: capabilities,
            language: request.language, warnings: warnings)
    }
}
