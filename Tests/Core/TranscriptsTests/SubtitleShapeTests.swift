import Testing
import Transcripts

@Suite("Subtitle shaping")
struct SubtitleShapeTests {
    private func cues(
        _ text: String, length: Double = 6, shape: SubtitleShape = SubtitleShape(), words: [Word] = []
    ) -> [Cue] {
        let segment = Segment(span: TimeSpan(start: 0, end: length), text: text, words: words)
        return Transcript(duration: length, engine: "e", model: "m", segments: [segment])
            .cues(shape: shape, speakerLabels: true)
    }

    private func lines(_ text: String, length: Double = 6, width: Int = 42, maxLines: Int = 2) -> [[String]] {
        cues(text, length: length, shape: SubtitleShape(maxLineLength: width, maxLines: maxLines)).map(\.lines)
    }

    private func words(_ text: String, each: Double = 0.4, gapAfter: Int? = nil, gap: Double = 0) -> [Word] {
        var time = 0.0
        return text.split(separator: " ").enumerated().map { index, word in
            defer { time += each + (index == gapAfter ? gap : 0) }
            return Word(span: TimeSpan(start: time, end: time + each), text: String(word))
        }
    }

    @Test("a short text is one line")
    func short() {
        #expect(lines("Hello there.") == [["Hello there."]])
    }

    @Test("two lines are balanced and rather broken behind a comma")
    func balance() {
        #expect(
            lines("It was the best of times, it was the worst of times.")
                == [["It was the best of times,", "it was the worst of times."]])
        #expect(lines("aaaa bbbb cccc dddd", width: 15) == [["aaaa bbbb", "cccc dddd"]])
    }

    @Test("a long text is cut at the ends of its sentences")
    func sentences() {
        let text =
            "The ship left the harbour at dawn with all its crew aboard. "
            + "Nobody on the quay waved, and nobody on the deck looked back at them."
        #expect(
            lines(text, length: 12).map { $0.joined(separator: " ") } == [
                "The ship left the harbour at dawn with all its crew aboard.",
                "Nobody on the quay waved, and nobody on the deck looked back at them.",
            ])
    }

    @Test("titles, initials and decimals end no sentence")
    func abbreviations() {
        let text =
            "Then the old and rather tired Dr. Brown of Baker Street met J. Smith and paid him 3.14 pounds for it."
        for cue in cues(text, length: 6, shape: SubtitleShape(maxLineLength: 24)) {
            for ending in ["Dr.", "J."] { #expect(!cue.text.hasSuffix(ending)) }
        }
    }

    @Test("a pause in the speech is where a cue ends")
    func pause() {
        let text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        let spoken = words(text, each: 0.2, gapAfter: 5, gap: 2.5)
        let result = cues(text, length: 10, words: spoken)
        #expect(result.first?.text == "one two three four five six")
        #expect(
            result.dropFirst().first?.start == spoken.dropFirst(6).first.map { Int(($0.span.start * 1_000).rounded()) })
    }

    @Test("times come from the words, not from the length of the text")
    func wordTimes() {
        let spoken = [
            Word(span: TimeSpan(start: 1, end: 1.25), text: "First."),
            Word(span: TimeSpan(start: 8, end: 8.5), text: "Then."),
        ]
        let result = cues("First. Then.", length: 10, words: spoken)
        #expect(result.map(\.start) == [1_000, 8_000])
    }

    @Test("words that do not match the text still give times in order")
    func mismatch() {
        let spoken = [
            Word(span: TimeSpan(start: 1, end: 2), text: "twenty"),
            Word(span: TimeSpan(start: 0.5, end: 0.6), text: "one"),
            Word(span: TimeSpan(start: .nan, end: 3), text: "x"),
        ]
        let result = cues(
            "21 and some more words that nobody said in this way at all, honestly, not one of them was", length: 4,
            words: spoken)
        #expect(result.count > 1)
        #expect(zip(result, result.dropFirst()).allSatisfy { $0.end <= $1.start })
    }

    @Test("a word that steps back in time does not turn the text around")
    func backwards() {
        let spoken = [("Later.", 5.0), ("Earlier.", 1.0)].map {
            Word(span: TimeSpan(start: $0.1, end: $0.1 + 0.5), text: $0.0)
        }
        let shape = SubtitleShape(maxLineLength: 8, maxLines: 1)
        #expect(cues("Later. Earlier.", length: 8, shape: shape, words: spoken).map(\.text) == ["Later.", "Earlier."])
    }

    @Test("a cue stays to be read, as far as the next one and the media leave room")
    func reading() {
        let shape = SubtitleShape(minimumDuration: 1, maximumDuration: 5, charactersPerSecond: 10)
        func segment(_ start: Double, _ end: Double, _ text: String) -> Segment {
            Segment(span: TimeSpan(start: start, end: end), text: text)
        }
        let transcript = Transcript(
            duration: 21, engine: "e", model: "m",
            segments: [
                segment(0, 0.2, "Yes."), segment(4, 4.5, "Twenty columns wide."), segment(5, 5.1, "No."),
                segment(10, 20, "Slowly."), segment(20.5, 20.6, "End."),
            ])
        let result = transcript.cues(shape: shape, speakerLabels: true)
        #expect(result.map(\.start) == [0, 4_000, 5_000, 10_000, 20_500])
        #expect(result.map(\.end) == [1_000, 5_000, 6_000, 15_000, 21_000])
    }

    @Test("two people at once are shown one after the other, both long enough to see")
    func overlap() {
        let segments = ["Yes, of course.", "Not at all."].map { Segment(span: TimeSpan(start: 1, end: 5), text: $0) }
        let result = Transcript(duration: 9, engine: "e", model: "m", segments: segments)
            .cues(shape: SubtitleShape(minimumDuration: 1), speakerLabels: true)
        #expect(result.map(\.start) == [1_000, 2_000])
        #expect(result.map(\.end) == [2_000, 5_000])
    }

    @Test("a word longer than a line is cut between characters that people see")
    func longWord() {
        let cut = lines("abcdefghij", width: 4)
        #expect(cut.flatMap { $0 } == ["abcd", "efgh", "ij"])
        #expect(cut.count == 2)
        let family = "👨‍👩‍👧‍👦"
        let result = lines(String(repeating: family, count: 7), width: 4).flatMap { $0 }
        #expect(result.joined() == String(repeating: family, count: 7))
        #expect(result.allSatisfy { $0.allSatisfy { String($0) == family } && $0.count <= 2 })
    }

    @Test("a character wider than the line is not lost")
    func tooWide() {
        #expect(lines("a\u{1F600}b 語", width: 1).flatMap { $0 }.joined() == "a\u{1F600}b語")
    }

    @Test("ideographs count two columns, break without spaces, and keep their punctuation")
    func ideographs() {
        let text = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"
        let result = lines(text, width: 20)
        #expect(result.flatMap { $0 }.joined() == text)
        for line in result.flatMap({ $0 }) {
            #expect(line.count <= 10)
            #expect(line.first != "。")
        }
        #expect(result.first?.joined() == "吾輩は猫である。名前はまだ無い。")
        #expect(Cue(start: 0, end: 1, lines: ["名前は", "まだ", "ab", "c"]).text == "名前はまだ ab c")
    }

    @Test("Thai breaks where the engine says a word begins")
    func thai() {
        let parts = ["สวัสดี", "ครับ", "ยินดี", "ต้อนรับ"]
        let spoken = parts.enumerated().map { Word(span: TimeSpan(start: Double($0), end: Double($0) + 1), text: $1) }
        let shape = SubtitleShape(maxLineLength: 9, maxLines: 1)
        let result = cues(parts.joined(), length: 4, shape: shape, words: spoken)
        #expect(result.map(\.text).joined() == parts.joined())
        let starts = parts.indices.map { parts[..<$0].joined().count }
        var offset = 0
        for cue in result {
            #expect(starts.contains(offset))
            offset += cue.text.count
        }
    }

    @Test("right-to-left text and its isolates keep their order")
    func rightToLeft() {
        let text = "\u{2067}שלום עולם\u{2069} and \u{200F}مرحبا بالعالم،\u{200F} then English again, to the end of it"
        let result = lines(text, width: 20).flatMap { $0 }.joined(separator: " ")
        #expect(Array(result.unicodeScalars) == Array(text.unicodeScalars))
    }

    @Test("an SRT turn begins with its speaker, once")
    func speakers() {
        let segments = [(0.0, "A"), (2, "A"), (4, "B"), (6, nil), (8, "B")].map {
            Segment(span: TimeSpan(start: $0.0, end: $0.0 + 1), text: "Hello.", speaker: $0.1)
        }
        let transcript = Transcript(duration: 10, engine: "e", model: "m", segments: segments)
        #expect(
            transcript.cues(shape: SubtitleShape(), speakerLabels: true).map(\.text)
                == ["A: Hello.", "Hello.", "B: Hello.", "Hello.", "B: Hello."])
        let voices = transcript.cues(shape: SubtitleShape(), speakerLabels: false)
        #expect(voices.map(\.text) == [String](repeating: "Hello.", count: 5))
        #expect(voices.map(\.speaker) == ["A", "A", "B", nil, "B"])
    }

    @Test("without a shape each segment is one cue as it is")
    func unshaped() {
        let text = String(repeating: "word ", count: 60)
        let segments = [
            Segment(span: TimeSpan(start: 5, end: 60), text: text),
            Segment(span: TimeSpan(start: 1, end: 7), text: "a\nb"),
        ]
        let result = Transcript(duration: 60, engine: "e", model: "m", segments: segments).cues(
            shape: nil, speakerLabels: true)
        #expect(result.map(\.start) == [1_000, 5_000])
        #expect(result.map(\.end) == [5_000, 60_000])
        #expect(result.map(\.lines.count) == [1, 1])
    }

    @Test("senseless options become the nearest sensible ones")
    func options() {
        let shape = SubtitleShape(
            maxLineLength: -1, maxLines: 0, minimumDuration: .nan, maximumDuration: -3, charactersPerSecond: .nan)
        #expect(shape.maxLineLength == 2)
        #expect(shape.maxLines == 1)
        #expect(shape.minimumDuration >= 100)
        #expect(shape.maximumDuration >= shape.minimumDuration)
        #expect(SubtitleShape(maxLineLength: .max, maxLines: .max).maxLineLength == 500)
    }

    @Test("whatever the text: nothing is lost, lines hold, times are in order", arguments: 0..<120)
    func invariants(seed: UInt64) {
        var random = RandomTranscript(seed: seed)
        var generator = SeededGenerator(seed: seed)
        let transcript = random.transcript()
        let shape = SubtitleShape(
            maxLineLength: Int.random(in: 2...60, using: &generator), maxLines: Int.random(in: 1...4, using: &generator)
        )
        let result = transcript.cues(shape: shape, speakerLabels: false)
        for cue in result {
            #expect(cue.start < cue.end)
            #expect(cue.end - cue.start <= shape.maximumDuration)
            #expect(!cue.lines.isEmpty && cue.lines.count <= shape.maxLines)
            for line in cue.lines {
                #expect(columns(line) <= shape.maxLineLength || line.filter { columns(String($0)) > 0 }.count == 1)
                #expect(!line.isEmpty)
            }
        }
        #expect(zip(result, result.dropFirst()).allSatisfy { $0.end <= $1.start })
        #expect(visible(result.flatMap(\.lines)).sorted() == visible(transcript.segments.map(\.text)).sorted())
        if transcript.segments.allSatisfy({ segment in
            transcript.segments.allSatisfy { $0.span.overlap(segment.span) == 0 || $0 == segment }
        }) {
            #expect(visible(result.flatMap(\.lines)) == visible(transcript.segments.map(\.text)))
        }
    }

    /// The scalars that can be seen, in order.
    private func visible(_ texts: [String]) -> [UInt32] {
        texts.flatMap(\.unicodeScalars).filter {
            $0.properties.generalCategory != .control && !($0.properties.isWhitespace && $0 != "\u{A0}")
        }.map(\.value)
    }

    /// A second, simpler count of columns than the one under test: wide characters of this suite's vocabulary.
    private func columns(_ text: String) -> Int {
        text.reduce(0) { total, character in
            let scalars = character.unicodeScalars
            if scalars.allSatisfy(\.properties.isDefaultIgnorableCodePoint) { return total }
            let isWide = scalars.contains {
                $0.value >= 0x2E80 && $0.value < 0xE000 || $0.value > 0x1F000 || $0 == "\u{FE0F}"
                    || (0xFF00...0xFF60).contains($0.value)
            }
            return total + (isWide ? 2 : 1)
        }
    }
}
