import Transcripts

/// Transcripts of every kind a recogniser may give, ordinary and odd, from a seed.
struct RandomTranscript {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// Words that have broken subtitle writers: markup, arrows, joined emoji, right-to-left text, ideographs,
    /// combining marks, controls, line breaks, numbers on their own, very long words.
    private static let vocabulary = [
        "the", "river", "Yes.", "well,", "and", "so", "“Quite,”", "3.14", "42", "7", "Mr.", "J.", "a", "I", "end?",
        "no!",
        "x<y", "a&b", "&amp;", "&#65;", "<v", "b>", "-->", "--->", "a-->b", "WEBVTT", "NOTE", "STYLE", "00:01", "{x}",
        "👩‍👩‍👧‍👦", "🇮🇩", "👍🏽", "❤️", "e\u{301}\u{301}", "\u{301}", "ไทยภาษา", "สวัสดี", "\u{2067}שלום\u{2069}", "مرحبا،",
        "\u{200F}", "عالم",
        "日本語の文章。", "今日は、", "「はい」", "中文没有空格", "한국어", "ｆｕｌｌ", "\u{A0}", "two\nlines", "two\n\nparagraphs",
        "tab\there", "bell\u{7}", "nul\u{0}", "next\u{85}line", "sep\u{2028}sep", "\u{FEFF}mark", "1\n2",
        String(repeating: "long", count: 30), String(repeating: "語", count: 60), String(repeating: "👨‍👩‍👦", count: 30),
        String(repeating: "a\u{308}", count: 50), "http://example.org/a/very/long/path?with=query&and=more#fragment",
    ]

    mutating func transcript(maxSegments: Int = 12) -> Transcript {
        var segments: [Segment] = []
        var time = Double.random(in: 0..<5, using: &generator)
        if Int.random(in: 0..<8, using: &generator) == 0 { time += 360_000 }
        for _ in 0..<Int.random(in: 0...maxSegments, using: &generator) {
            let segment = segment(at: time)
            segments.append(segment)
            // Now and then the next one starts before this one ends, as two people talking do.
            let isOverlap = Int.random(in: 0..<5, using: &generator) == 0
            time = isOverlap ? segment.span.start : segment.span.end + Double.random(in: 0..<3, using: &generator)
        }
        let end = segments.map(\.span.end).max() ?? 0
        return Transcript(
            duration: rounded(end + 1), language: Bool.random(using: &generator) ? "en" : nil, engine: "sphinx",
            model: "en-us", segments: segments,
            timeline: [Stretch(span: TimeSpan(start: 0, end: rounded(end + 1)), kind: .speech)],
            warnings: Bool.random(using: &generator) ? ["A warning with \"quotes\" and a \\."] : [])
    }

    private mutating func segment(at start: Double) -> Segment {
        var time = start
        var words: [Word] = []
        for _ in 0..<Int.random(in: 0...25, using: &generator) {
            let text = Self.vocabulary.randomElement(using: &generator) ?? ""
            let end = time + Double.random(in: 0.01..<0.8, using: &generator)
            let confidence = Double(Int.random(in: 0...1_000, using: &generator)) / 1_000
            words.append(
                Word(span: TimeSpan(start: rounded(time), end: rounded(end)), text: text, confidence: confidence))
            time = end + (Int.random(in: 0..<6, using: &generator) == 0 ? 1 : 0)
        }
        let speakers = [nil, nil, "SPEAKER_00", "SPEAKER_01", "Ann <the> \"host\" & co"]
        let hasWords = Bool.random(using: &generator)
        return Segment(
            span: TimeSpan(start: rounded(start), end: rounded(time)), text: words.map(\.text).joined(separator: " "),
            words: hasWords ? words : [], speaker: speakers.randomElement(using: &generator) ?? nil,
            flags: Int.random(in: 0..<6, using: &generator) == 0 ? [.repetition, .retried] : [])
    }

    private func rounded(_ time: Double) -> Double { (time * 1_000).rounded() / 1_000 }
}
