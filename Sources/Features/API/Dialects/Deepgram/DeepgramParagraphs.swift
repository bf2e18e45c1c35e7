import Transcripts

/// Segments gathered into paragraphs: a new one begins with another speaker, or after a longer pause.
struct DeepgramParagraphs: Encodable {
    struct Sentence: Encodable {
        let text: String
        let start: Double
        let end: Double
    }

    struct Paragraph: Encodable {
        var sentences: [Sentence]
        let speaker: Int?
        var num_words: Int
        let start: Double
        var end: Double
    }

    /// Seconds.
    private static let pause = 2.0

    let transcript: String
    let paragraphs: [Paragraph]

    init(_ transcript: Transcript, _ words: SpokenWords) {
        var paragraphs: [Paragraph] = []
        for (segment, words) in zip(transcript.segments, words.bySegment) where !segment.text.isEmpty {
            let sentence = Sentence(
                text: segment.text, start: TranscriptBody.rounded(segment.span.start),
                end: TranscriptBody.rounded(segment.span.end))
            let speaker = words.first?.speaker
            if let last = paragraphs.indices.last, paragraphs[last].speaker == speaker,
                sentence.start - paragraphs[last].end < Self.pause
            {
                paragraphs[last].sentences.append(sentence)
                paragraphs[last].num_words += words.count
                paragraphs[last].end = sentence.end
            } else {
                paragraphs.append(
                    Paragraph(
                        sentences: [sentence], speaker: speaker, num_words: words.count, start: sentence.start,
                        end: sentence.end))
            }
        }
        self.paragraphs = paragraphs
        self.transcript = paragraphs.map { $0.sentences.map(\.text).joined(separator: " ") }.joined(separator: "\n\n")
    }
}
