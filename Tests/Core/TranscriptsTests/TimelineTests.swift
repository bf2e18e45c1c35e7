import Testing
import Transcripts

@Suite("Timeline check")
struct TimelineTests {
    private func fault(_ stretches: [(Double, Double)], duration: Double) -> TimelineFault.Kind? {
        let timeline = stretches.map { Stretch(span: TimeSpan(start: $0.0, end: $0.1), kind: .speech) }
        return TimelineCheck.firstFault(in: timeline, duration: duration)?.kind
    }

    @Test("a time line that covers everything has no fault")
    func whole() {
        #expect(fault([(0, 1), (1, 2.5)], duration: 2.5) == nil)
        #expect(fault([], duration: 0) == nil)
        // A third of a millisecond is lost in rounding.
        #expect(fault([(0, 1), (1.000_3, 2)], duration: 2.000_3) == nil)
    }

    @Test("each fault is told apart")
    func faults() {
        #expect(fault([(0.1, 1)], duration: 1) == .startsLate)
        #expect(fault([(0, 1), (1.1, 2)], duration: 2) == .gap(before: 1))
        #expect(fault([(0, 1), (0.9, 2)], duration: 2) == .overlap(at: 1))
        #expect(fault([(0, 1), (1, 1)], duration: 1) == .emptyStretch(at: 1))
        #expect(fault([(0, 1)], duration: 2) == .endsEarly)
        #expect(fault([], duration: 2) == .endsEarly)
        #expect(fault([(0, 3)], duration: 2) == .endsLate)
        #expect(fault([(0, .infinity)], duration: 2) == .notATime(at: 0))
        #expect(fault([(.nan, 1)], duration: 2) == .notATime(at: 0))
    }

    @Test("a skipped stretch says why")
    func reasons() {
        let span = TimeSpan(start: 0, end: 1)
        let mute = Transcript(
            duration: 1, engine: "sphinx", model: "m", timeline: [Stretch(span: span, kind: .skipped, reason: "")])
        #expect(mute.timelineFault?.kind == .skippedWithoutReason(at: 0))
        var spoken = mute
        spoken.timeline[0].reason = "the engine ended twice on this part"
        #expect(spoken.timelineFault == nil)
    }

    @Test("a fault's sentence says where it is")
    func sentence() {
        let timeline = [Stretch(span: TimeSpan(start: 1.5, end: 2), kind: .silence)]
        let fault = TimelineCheck.firstFault(in: timeline, duration: 2)
        #expect(fault?.description == "the time line does not start at 0 but at 1.5 s")
    }
}
