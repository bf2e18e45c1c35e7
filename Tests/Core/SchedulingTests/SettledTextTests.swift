import Testing
import Transcripts

@testable import Scheduling

@Suite("Text that will not change any more")
struct SettledTextTests {
    private func segment(_ start: Double, _ text: String) -> Segment {
        Segment(span: TimeSpan(start: start, end: start + 1), text: text)
    }

    @Test("it grows only, in the order of time, whatever the order in which parts become known")
    func order() {
        var text = SettledText()
        text.add([segment(28, "third"), segment(30, "fourth")], before: 0)
        #expect(text.text.isEmpty)
        text.add([segment(0, "first"), segment(5, "")], before: 20)
        #expect(text.text == "first")
        text.add([segment(20, "second")], before: 29)
        #expect(text.text == "first second third")
        text.add([], before: .infinity)
        #expect(text.text == "first second third fourth")
    }
}
