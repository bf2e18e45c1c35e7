import Testing
import Transcripts

@Suite("SubRip")
struct SubRipTests {
    private func parse(_ text: String) throws -> [Cue] { try SubRip.parse(Array(text.utf8)) }

    @Test("cues are numbered from 1 and hours go past 99")
    func rendering() {
        let cues = [
            Cue(start: 0, end: 1_500, lines: ["One", "two"]), Cue(start: 5, end: 6, lines: [" \n"]),
            Cue(start: 360_000_000 - 1, end: 3_600_000_000, lines: ["late"]),
        ]
        #expect(
            SubRip.render(cues)
                == "1\n00:00:00,000 --> 00:00:01,500\nOne\ntwo\n\n2\n99:59:59,999 --> 1000:00:00,000\nlate\n\n")
    }

    @Test(
        "text cannot break the file: arrows, empty lines and controls",
        arguments: ["-->", "---->", "--\u{7}>", "--\u{3E}\u{338}"])
    func hostileText(arrow: String) throws {
        let cue = Cue(start: 0, end: 1, lines: ["a\n\n2\n00:00:01,000 \(arrow) 00:00:02,000\n\nb"])
        let file = SubRip.render([cue])
        #expect(
            String(decoding: file.utf8.map { $0 < 0x80 ? $0 : 0x20 }, as: UTF8.self).split(separator: "-->").count == 2)
        #expect(try parse(file).count == 1)
    }

    @Test("line endings of all three kinds and a byte order mark are read", arguments: ["\n", "\r\n", "\r"])
    func lineEndings(ending: String) throws {
        let file = [
            "1", "00:00:01,000 --> 00:00:02,000", "One", "two", "", "2", "00:00:03,000 --> 00:00:04,000", "Three",
        ]
        let cues = try parse("\u{FEFF}" + file.joined(separator: ending))
        #expect(cues.map(\.lines) == [["One", "two"], ["Three"]])
        #expect(cues.map(\.identifier) == ["1", "2"])
        #expect(cues.map(\.start) == [1_000, 3_000])
    }

    @Test(
        "odd times are read",
        arguments: [
            ("1:02,5", 62_500), ("00:00:01.234", 1_234), ("0:0:1,2", 1_200), ("100:00:00,000", 360_000_000),
            ("00:00:01", 1_000), ("00:00:01,23456", 1_234), ("9999:59:59,999", 35_999_999_999),
        ])
    func oddTimes(time: String, milliseconds: Int) throws {
        let cues = try parse("\(time)  -->  9999:59:59,999\nx")
        #expect(cues.first?.start == milliseconds)
    }

    @Test("coordinates behind the times are no text")
    func coordinates() throws {
        let cues = try parse("1\n00:00:01,000 --> 00:00:02,000 X1:100 X2:200 Y1:10 Y2:20\nHello\n")
        #expect(cues.map(\.lines) == [["Hello"]])
    }

    @Test(
        "wrong times are an error with their line",
        arguments: [
            "00:61:00,000 --> 00:00:02,000", "00:00:61,000 --> 00:02:00,000", "10000:00:00,000 --> 10000:00:01,000",
            "00:00:01,000 --> ", "00:00:01,000 --> later", "00:00:01,000 -> --> 00:00:02,000", "00:00:01, --> 00:00:02",
            "1:2:3:4 --> 00:00:09", "00:00:01,000 --> 00:00:02,000x", "99999999999999999999:00 --> 1:00",
        ])
    func wrongTimes(line: String) {
        do throws(SubtitleError) {
            _ = try SubRip.parse(Array("1\n00:00:00,000 --> 00:00:01,000\nok\n\n2\n\(line)\nx\n".utf8))
            Issue.record("no error")
        } catch {
            #expect(error.code == .malformedTime)
            #expect(error.line == 6)
            #expect(error.description.hasPrefix("line 6: "))
        }
    }

    @Test("an end before its start is an error; an empty cue time is not")
    func backwards() throws {
        #expect(throws: SubtitleError(.endsBeforeItStarts, line: 1)) { try parse("00:00:02,000 --> 00:00:01,000\nx") }
        #expect(try parse("00:00:02,000 --> 00:00:02,000\nx").count == 1)
    }

    @Test("missing numbers and missing empty lines lose nothing")
    func missingParts() throws {
        let file =
            "00:00:01,000 --> 00:00:02,000\nOne\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n00:00:05,000 --> 00:00:06,000\nThree"
        let cues = try parse(file)
        #expect(cues.map(\.text) == ["One", "Two", "Three"])
        #expect(cues.map(\.identifier) == [nil, "2", nil])
    }

    @Test("an empty line inside a text and a text of digits stay text")
    func inside() throws {
        let cues = try parse(
            "1\n00:00:01,000 --> 00:00:02,000\nOne\n\nmore\n42\n\n2\n00:00:03,000 --> 00:00:04,000\n7\n\n")
        #expect(cues.map(\.lines) == [["One", "more", "42"], ["7"]])
    }

    @Test("formatting tags go, other angle brackets stay")
    func tags() throws {
        let cues = try parse("1:00 --> 1:01\n{\\an8}<i>a</i> <FONT color=\"red\">b</font> <b>c</B> x < y <q> {d}")
        #expect(cues.map(\.lines) == [["a b c x < y <q> {d}"]])
    }

    @Test("an arrow in prose is text")
    func prose() throws {
        #expect(try parse("1:00 --> 1:01\na --> b\n5 --> 6 apples").map(\.lines) == [["a --> b", "5 --> 6 apples"]])
    }

    @Test("text before the first times is an error, an empty file is not")
    func stray() throws {
        #expect(throws: SubtitleError(.textOutsideCue, line: 2)) { try parse("\nHello\n1:00 --> 1:01\nx") }
        #expect(throws: SubtitleError(.textOutsideCue, line: 1)) { try parse("7\n\n1:00 --> 1:01\nx") }
        #expect(try parse("") == [])
        #expect(try parse("\u{FEFF}\r\n\r\n") == [])
    }

    @Test("bytes that are not UTF-8 are refused with their line")
    func encoding() {
        let bytes = Array("1\n1:00 --> 1:01\ncaf".utf8) + [0xE9]
        #expect(throws: SubtitleError(.notUTF8, line: 3)) { try SubRip.parse(bytes) }
        #expect(throws: SubtitleError(.notUTF8, line: 1)) { try SubRip.parse([0xFF, 0xFE, 0x31, 0, 0x0A, 0]) }
    }

    @Test("size and number of cues are bounded")
    func limits() {
        let file = Array("1:00 --> 1:01\nx\n\n1:00 --> 1:01\ny\n\n".utf8)
        #expect(throws: SubtitleError(.tooLarge(limit: 4), line: 1)) {
            try SubRip.parse(file, limits: SubtitleLimits(bytes: 4))
        }
        #expect(throws: SubtitleError(.tooManyCues(limit: 1), line: 4)) {
            try SubRip.parse(file, limits: SubtitleLimits(cues: 1))
        }
    }
}
