import Testing
import Transcripts

@Suite("Transcript")
struct TranscriptTests {
    @Test("the whole text leaves out empty segments")
    func wholeText() {
        let segments = ["one two", "", "three"].map { Segment(span: TimeSpan(start: 0, end: 1), text: $0) }
        let transcript = Transcript(duration: 1, engine: "sphinx", model: "en-us", segments: segments)
        #expect(transcript.text == "one two three")
    }

    @Test("spans that only touch share nothing")
    func touchingSpans() {
        #expect(TimeSpan(start: 0, end: 1).overlap(TimeSpan(start: 1, end: 2)) == 0)
        #expect(TimeSpan(start: 0, end: 1.5).overlap(TimeSpan(start: 1, end: 2)) == 0.5)
    }
}
