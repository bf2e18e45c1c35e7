import Transcripts

/// A transcript with speakers, `diarized_json`.
struct Diarized: Encodable {
    struct Piece: Encodable {
        let type = "transcript.text.segment"
        let id: String
        let start: Double
        let end: Double
        let text: String
        let speaker: String
    }

    let task = "transcribe"
    let duration: Double
    let text: String
    let segments: [Piece]
    let usage: OpenAIBodies.Usage

    init(_ transcript: Transcript) {
        duration = TranscriptBody.rounded(transcript.duration)
        segments = Self.pieces(transcript)
        text = Self.lines(segments)
        usage = .init(transcript)
    }

    private static func pieces(_ transcript: Transcript) -> [Piece] {
        let speakers = Set(transcript.segments.compactMap(\.speaker))
        var letters = SpeakerLetters(names: speakers.filter { !$0.hasPrefix("SPEAKER_") })
        return transcript.segments.enumerated().map { number, segment in
            let digits = String(number + 1)
            return Piece(
                id: "seg_" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits,
                start: TranscriptBody.rounded(segment.span.start), end: TranscriptBody.rounded(segment.span.end),
                text: segment.text, speaker: letters.letter(for: segment.speaker ?? ""))
        }
    }

    /// One line for each turn.
    private static func lines(_ pieces: [Piece]) -> String {
        var lines: [(speaker: String, text: String)] = []
        for piece in pieces where !piece.text.isEmpty {
            if let last = lines.indices.last, lines[last].speaker == piece.speaker {
                lines[last].text += " " + piece.text
            } else {
                lines.append((piece.speaker, piece.text))
            }
        }
        return lines.map { "\($0.speaker): \($0.text)" }.joined(separator: "\n")
    }
}

/// Names speakers A, B … Z, AA … in the order in which they first speak; known ones keep their names.
struct SpeakerLetters {
    private var letters: [String: String] = [:]
    private var next = 0
    private let names: Set<String>

    init(names: Set<String> = []) {
        self.names = names
    }

    mutating func letter(for speaker: String) -> String {
        if let known = letters[speaker] { return known }
        if names.contains(speaker) { return speaker }
        // Somebody may be called A.
        while names.contains(Self.letter(next)) { next += 1 }
        let letter = Self.letter(next)
        next += 1
        letters[speaker] = letter
        return letter
    }

    static func letter(_ number: Int) -> String {
        let last = String(UnicodeScalar(UInt8(0x41 + number % 26)))
        return number < 26 ? last : letter(number / 26 - 1) + last
    }
}
