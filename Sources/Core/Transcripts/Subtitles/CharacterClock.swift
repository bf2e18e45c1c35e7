/// Says when each character of a segment is spoken, from the times of its words.
///
/// Words and text usually hold the same characters, and then each character falls on its own word. Where they differ
/// (an engine that spells numbers out, a corrected text) the clock maps by proportion, so times stay in order and
/// within the words' times. Without words the segment's time is shared out evenly.
struct CharacterClock {
    private struct Piece {
        var offset: Int
        var count: Int
        var span: TimeSpan
    }

    private let pieces: [Piece]
    private let wordCharacters: Int
    private let textCharacters: Int

    /// - Parameter characterCount: how many characters the text has, white space not counted.
    init(_ segment: Segment, characterCount: Int) {
        var pieces: [Piece] = []
        var offset = 0
        var latest = 0.0
        for word in segment.words where word.span.start.isFinite && word.span.end.isFinite {
            let count = word.text.singleLine.count { $0 != " " }
            guard count > 0 else { continue }
            // Engines now and then step back; a subtitle must not.
            let start = max(latest, word.span.start)
            pieces.append(Piece(offset: offset, count: count, span: TimeSpan(start: start, end: word.span.end)))
            offset += count
            latest = start
        }
        if pieces.isEmpty {
            pieces = [Piece(offset: 0, count: max(1, characterCount), span: segment.span)]
            offset = max(1, characterCount)
        }
        self.pieces = pieces
        wordCharacters = offset
        textCharacters = max(1, characterCount)
    }

    /// Seconds at which the character at `offset` begins.
    func start(of offset: Int) -> Double { time(at: offset, endsBefore: false) }

    /// Seconds at which the character before `offset` ends.
    func end(of offset: Int) -> Double { time(at: offset, endsBefore: true) }

    /// Whether a word begins exactly at `offset`; only to be trusted when words and text hold the same characters.
    func wordBegins(at offset: Int) -> Bool {
        guard wordCharacters == textCharacters else { return false }
        return pieces[index(at: Double(offset), endsBefore: false)].offset == offset
    }

    private func time(at offset: Int, endsBefore: Bool) -> Double {
        let position = Double(offset) * Double(wordCharacters) / Double(textCharacters)
        let piece = pieces[index(at: position, endsBefore: endsBefore)]
        let fraction = min(1, max(0, (position - Double(piece.offset)) / Double(piece.count)))
        return piece.span.start + fraction * piece.span.duration
    }

    /// The piece that holds the position; at a seam, the earlier one when an end is asked for.
    private func index(at position: Double, endsBefore: Bool) -> Int {
        var (low, high) = (0, pieces.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            let offset = Double(pieces[middle].offset)
            if offset < position || (offset == position && !endsBefore) { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
