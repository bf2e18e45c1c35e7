import Testing

@testable import Transcripts

@Suite struct WordDocumentTests {
    @Test func `The checksum is that of ISO 3309`() {
        #expect(StoredArchive.checksum(Array("123456789".utf8)) == 0xcbf4_3926)
        #expect(StoredArchive.checksum([]) == 0)
    }

    @Test func `Every part stands in the archive and in its directory, stored as it is`() {
        var archive = StoredArchive()
        archive.add("a.txt", Array("hello".utf8))
        archive.add("b/c.txt", [])
        let bytes = archive.finished()
        #expect(bytes.starts(with: [0x50, 0x4b, 3, 4]))
        #expect(Array(bytes[30..<40]) == Array("a.txthello".utf8))
        let end = Array(bytes.suffix(22))
        #expect(end.starts(with: [0x50, 0x4b, 5, 6]) && end[8] == 2 && end[10] == 2)
        let offset = Int(end[16]) | Int(end[17]) << 8
        #expect(Array(bytes[offset..<(offset + 4)]) == [0x50, 0x4b, 1, 2])
    }

    @Test func `Markup is text, and what XML cannot hold is left out`() {
        let segment = Segment(span: TimeSpan(start: 61, end: 62), text: "a < b & \u{1}c\u{FFFE}", speaker: "Ana <1>")
        let transcript = Transcript(duration: 62, engine: "e", model: "m", segments: [segment])
        let text = String(
            decoding: WordDocument.render(transcript, title: "T & U", showsTimes: true), as: UTF8.self)
        #expect(text.contains(">T &amp; U<") && text.contains(">a &lt; b &amp; c<"))
        #expect(text.contains(">[01:01] <") && text.contains(">Ana &lt;1&gt;: <"))
        let plain = String(
            decoding: WordDocument.render(transcript, title: "T", showsTimes: false), as: UTF8.self)
        #expect(!plain.contains("01:01"))
    }
}
