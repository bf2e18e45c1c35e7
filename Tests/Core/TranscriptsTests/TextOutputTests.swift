import Testing
import Transcripts

@Suite("Text, TSV, RTTM and Markdown output")
struct TextOutputTests {
    private func transcript(_ segments: [Segment]) -> Transcript {
        Transcript(duration: 4_000, language: "en", engine: "sphinx", model: "en-us", segments: segments)
    }

    private func segment(_ start: Double, _ end: Double, _ text: String, speaker: String? = nil) -> Segment {
        Segment(span: TimeSpan(start: start, end: end), text: text, speaker: speaker)
    }

    @Test("plain text has one segment a line, whatever breaks the segment holds")
    func plain() {
        let transcript = transcript([
            segment(0, 1, " Hello\r\nworld\u{7} "), segment(1, 2, "\n \t"), segment(2, 3, "Bye."),
        ])
        #expect(transcript.rendered(as: .txt) == "Hello world\nBye.\n")
    }

    @Test("timed text changes its form at one hour")
    func timed() {
        let transcript = transcript([
            segment(0.9, 1, "Hello world"), segment(3_599.999, 3_600, "almost"), segment(3_723, 3_724, "an hour"),
        ])
        #expect(transcript.formattedText == "[00:00] Hello world\n[59:59] almost\n[1:02:03] an hour")
    }

    @Test("turns have their speaker once and an empty line between them")
    func turns() {
        let transcript = transcript([
            segment(0, 1, "Hello", speaker: "SPEAKER_00"), segment(1, 2, "there.", speaker: "SPEAKER_00"),
            segment(2, 3, "", speaker: "SPEAKER_01"), segment(62, 63, "Hi.", speaker: "SPEAKER_01"),
            segment(64, 65, "Someone."),
        ])
        #expect(
            transcript.formattedText
                == "[00:00] SPEAKER_00: Hello there.\n\n[01:02] SPEAKER_01: Hi.\n\n[01:04] Someone.")
        #expect(transcript.plainText == "SPEAKER_00: Hello there.\n\nSPEAKER_01: Hi.\n\nSomeone.")
    }

    @Test("no speech is an empty text file")
    func empty() {
        #expect(transcript([]).rendered(as: .txt) == "")
        #expect(transcript([]).rendered(as: .tsv) == "start\tend\ttext\n")
        #expect(transcript([]).rendered(as: .rttm) == "")
    }

    @Test("TSV counts whole milliseconds and keeps tabs and breaks out of the text")
    func tsv() {
        let transcript = transcript([segment(0.0004, 1.2346, "a\tb\nc"), segment(400_000.5, 400_001, "late")])
        #expect(
            transcript.rendered(as: .tsv) == "start\tend\ttext\n0\t1235\ta b c\n400000500\t400001000\tlate\n")
    }

    @Test("times that are no numbers are written as numbers")
    func brokenTimes() {
        let transcript = transcript([segment(.nan, 1, "x"), segment(-5, .infinity, "y")])
        #expect(transcript.rendered(as: .tsv) == "start\tend\ttext\n0\t0\tx\n0\t35999999999\ty\n")
    }

    @Test("RTTM has ten fields a line, even where names have spaces")
    func rttm() {
        let transcript = transcript([
            segment(0, 1.25, "Hello", speaker: "Ann B"), segment(2, 3, "Hi"),
            segment(3, 3, "nothing", speaker: "SPEAKER_01"),
            segment(3.5, 4, "Yes", speaker: "SPEAKER_01"),
        ])
        let lines = transcript.rendered(as: .rttm, options: RenderingOptions(title: "my talk.mp4")).split(
            separator: "\n")
        #expect(lines.first == "SPEAKER my_talk.mp4 1 0.000 1.250 <NA> <NA> Ann_B <NA> <NA>")
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.split(separator: " ").count == 10 })
    }

    @Test("Markdown escapes what would be markup and parts paragraphs at silences and speakers")
    func markdown() {
        var transcript = transcript([
            segment(0, 1, "*Bold* _claims_", speaker: "A_B"), segment(1.5, 2, "# here", speaker: "A_B"),
            segment(9, 10, "<b>later</b>", speaker: "A_B"), segment(10, 11, "Me.", speaker: "C"),
        ])
        transcript.warnings = ["- careful"]
        let expected = """
            # 1\\. talk\\_a.mp4

            - Duration: 1:06:40
            - Language: en
            - Engine: sphinx, model en-us

            > \\- careful

            `[00:00]` **A\\_B:** \\*Bold\\* \\_claims\\_ \\# here

            `[00:09]` **A\\_B:** \\<b\\>later\\</b\\>

            `[00:10]` **C:** Me.

            """
        #expect(transcript.rendered(as: .md, options: RenderingOptions(title: "1. talk_a.mp4")) == expected)
    }
}
