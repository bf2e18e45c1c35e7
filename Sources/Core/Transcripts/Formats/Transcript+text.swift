extension Transcript {
    /// Plain text without times: one segment a line; with speakers `SPEAKER_00: …`, one turn a paragraph.
    public var plainText: String { lines(showsTimes: false) }

    /// Text with times: `[00:00] Hello`, from one hour on `[1:02:03] Hello`; with speakers
    /// `[00:00] SPEAKER_00: Hello` and an empty line between turns.
    public var formattedText: String { lines(showsTimes: true) }

    private func lines(showsTimes: Bool) -> String {
        let turns = self.turns
        let hasSpeakers = turns.contains { $0.speaker != nil }
        let paragraphs = turns.map { turn in
            let label = turn.speaker.map { "\($0): " } ?? ""
            // A turn reads as one paragraph; without speakers nothing but the segments themselves parts the text.
            let pieces = hasSpeakers ? [(turn.span.start, turn.text)] : turn.pieces
            return pieces.map { start, text in
                (showsTimes ? "[\(Timecode.clock(start))] " : "") + label + text
            }.joined(separator: "\n")
        }
        return paragraphs.joined(separator: "\n\n")
    }
}
