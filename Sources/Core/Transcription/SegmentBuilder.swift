import Transcripts

/// Cuts the words of a chunk into segments: where the speaker changes, at the end of sentences, at pauses, and before
/// they grow too long to read.
struct SegmentBuilder {
    /// A pause that ends a segment by itself, in seconds.
    static let pause = 0.7
    /// A shorter pause is enough once a segment has lasted this long.
    static let comfortable = 8.0
    static let shortPause = 0.2
    /// No segment lasts longer.
    static let longest = 20.0

    static func segments(_ words: [Word], flags: [SegmentFlag]) -> [Segment] {
        var segments: [Segment] = []
        var current: [Word] = []
        for word in words {
            if let last = current.last, let first = current.first, isBreak(first: first, last: last, next: word) {
                segments.append(segment(current, flags))
                current = []
            }
            current.append(word)
        }
        if !current.isEmpty { segments.append(segment(current, flags)) }
        return segments
    }

    private static func isBreak(first: Word, last: Word, next: Word) -> Bool {
        if last.speaker != next.speaker { return true }
        let gap = next.span.start - last.span.end
        let length = last.span.end - first.span.start
        if gap >= pause || next.span.end - first.span.start > longest { return true }
        if endsSentence(last.text), length >= 1 { return true }
        return length >= comfortable && (gap >= shortPause || last.text.last.map { ",;:،、，；".contains($0) } ?? false)
    }

    private static func endsSentence(_ word: String) -> Bool {
        let closers: Set<Character> = ["\"", "'", ")", "]", "»", "”", "’", "」", "』"]
        guard let mark = word.last(where: { !closers.contains($0) }) else { return false }
        return ".?!…。？！؟।".contains(mark)
    }

    private static func segment(_ words: [Word], _ flags: [SegmentFlag]) -> Segment {
        Segment(
            span: TimeSpan(start: words[0].span.start, end: words.map(\.span.end).max() ?? words[0].span.end),
            text: Script.join(words.map(\.text)), words: words,
            speaker: words[0].speaker, flags: flags)
    }
}
