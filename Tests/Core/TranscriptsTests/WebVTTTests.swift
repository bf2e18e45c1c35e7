import Testing
import Transcripts

@Suite("WebVTT")
struct WebVTTTests {
    private func parse(_ text: String) throws -> [Cue] { try WebVTT.parse(Array(text.utf8)) }

    @Test("hours are written when needed, markup is escaped, speakers are voices")
    func rendering() {
        let cues = [
            Cue(start: 0, end: 3_599_999, lines: ["a < b & c --> d"], speaker: "A<b>", settings: "align:start"),
            Cue(start: 3_600_000, end: 360_000_000, lines: ["late"]),
        ]
        #expect(
            WebVTT.render(cues)
                == "WEBVTT\n\n00:00.000 --> 59:59.999 align:start\n<v A&lt;b&gt;>a &lt; b &amp; c --&gt; d\n\n"
                + "01:00:00.000 --> 100:00:00.000\nlate\n\n")
    }

    @Test(
        "the signature must be there and alone",
        arguments: ["", "WEBVT", "WEBVTTX\n", "webvtt\n", "\nWEBVTT\n", "1\n0:01 --> 0:02\nx"])
    func signature(file: String) {
        #expect(throws: SubtitleError(.missingSignature, line: 1)) { try parse(file) }
    }

    @Test("heading, comments, styles and regions are no cues")
    func blocks() throws {
        let file = """
            \u{FEFF}WEBVTT - a title
            Kind: captions

            STYLE
            ::cue { color: red }

            REGION
            id:fred

            NOTE a comment
            of two lines

            intro
            00:01.000 --> 00:02.000 position:10%,line-left align:left
            Hello
            NOTE is text here

            NOTE
            00:03.000 --> 01:00:04.000
            after a comment without an end
            """
        let cues = try parse(file)
        #expect(cues.map(\.lines) == [["Hello", "NOTE is text here"], ["after a comment without an end"]])
        #expect(cues.first?.identifier == "intro")
        #expect(cues.first?.settings == "position:10%,line-left align:left")
        #expect(cues.last?.end == 3_604_000)
    }

    @Test("a heading that no empty line ends does not swallow the first cue")
    func headingWithoutEnd() throws {
        #expect(try parse("WEBVTT\n00:01.000 --> 00:02.000\nx").map(\.text) == ["x"])
        #expect(try parse("WEBVTT").isEmpty)
    }

    @Test("tags go, references are decoded, the first voice is the speaker")
    func text() throws {
        let cues = try parse(
            "WEBVTT\n\n0:01.000 --> 0:02.000\n"
                + "<v.loud Ann &amp; Bo>Hi <c.x>there</c></v> <00:01.500>&lt;b&gt; &#x41;&#66;&bogus; &amp;lt; 1 < 2\n<v Bo>x"
        )
        #expect(cues.map(\.lines) == [["Hi there <b> AB&bogus; &lt; 1 < 2", "x"]])
        #expect(cues.first?.speaker == "Ann & Bo")
    }

    @Test(
        "references to no character stay as they are",
        arguments: ["&#xD800;", "&#x110000;", "&#;", "&;", "&#-1;", "&#99999999999;"])
    func badReferences(reference: String) throws {
        #expect(try parse("WEBVTT\n\n0:01.000 --> 0:02.000\na\(reference)b").first?.lines == ["a\(reference)b"])
    }

    @Test("a text that belongs to no cue is an error with its line, not lost")
    func stray() throws {
        #expect(throws: SubtitleError(.textOutsideCue, line: 6)) {
            try parse("WEBVTT\n\n0:01.000 --> 0:02.000\nx\n\nlost\n\n0:03.000 --> 0:04.000\ny")
        }
        #expect(throws: SubtitleError(.textOutsideCue, line: 3)) { try parse("WEBVTT\n\nlost") }
        #expect(throws: SubtitleError(.textOutsideCue, line: 3)) {
            try parse("WEBVTT\n\nid\nsecond\n0:03.000 --> 0:04.000\ny")
        }
    }

    @Test("wrong times are an error with their line")
    func wrongTimes() {
        #expect(throws: SubtitleError(.malformedTime, line: 3)) { try parse("WEBVTT\n\n0:61.000 --> 0:62.000\nx") }
        #expect(throws: SubtitleError(.endsBeforeItStarts, line: 3)) { try parse("WEBVTT\n\n0:02.000 --> 0:01.000\nx") }
    }
}
