import Jobs
import Testing

@testable import Scheduling

@Suite("Progress")
struct ProgressTests {
    private func progress() -> JobProgress {
        JobProgress(job: JobID("j") ?? .fallback, stage: .queued, progress: 0, message: "", startTime: 0)
    }

    @Test("it never goes back, whatever comes")
    func monotonic() {
        var progress = progress()
        var last = 0.0
        let events: [ProgressEvent] = [
            .uploading(50, of: 100), .uploading(100, of: 100), .uploading(10, of: 100), .queued(position: 3),
            .transcribing(.init(done: 50, total: 100), eta: 1, partialText: "a"), .uploading(1, of: 100),
            .transcribing(.init(done: 10, total: 100), eta: 1, partialText: nil),
            .waiting(JobFailure(.transient, code: "x", "x")),
            .transcribing(.init(done: 0, total: nil), eta: nil, partialText: nil), .formatting,
            .transcribing(.init(done: 90, total: 100), eta: nil, partialText: nil), .completed,
        ]
        for event in events {
            _ = progress.apply(event)
            #expect(progress.progress >= last)
            last = progress.progress
        }
        #expect(progress.stage == .completed && progress.progress == 100)
    }

    @Test("after the end nothing happens any more")
    func finality() {
        for end in [ProgressEvent.completed, .cancelled, .failed(JobFailure(.permanent, code: "x", "x"))] {
            var progress = progress()
            let isNew = progress.apply(end)
            #expect(isNew)
            let stage = progress.stage
            for event in [ProgressEvent.completed, .cancelled, .queued(position: 0), .formatting] {
                let isNews = progress.apply(event)
                #expect(!isNews)
            }
            #expect(progress.stage == stage)
        }
    }

    @Test("recognition spans 10 to 90, and an upload 0 to 5")
    func spans() {
        var progress = progress()
        _ = progress.apply(.uploading(1 << 40, of: 10))
        #expect(progress.progress == 5)
        _ = progress.apply(.transcribing(.init(done: 0, total: 10), eta: nil, partialText: nil))
        #expect(progress.progress == 10)
        _ = progress.apply(.transcribing(.init(done: 5, total: 10), eta: nil, partialText: nil))
        #expect(progress.progress == 50)
        _ = progress.apply(.transcribing(.init(done: 99, total: 10), eta: nil, partialText: nil))
        #expect(progress.progress == 90)
    }

    @Test("time left is learned from runs of the same model, and from this one once it says enough")
    func expectations() {
        let key = SpeedBook.Key(engine: "e", model: "m")
        func run(_ seconds: Double, _ took: Double, model: String = "m") -> RecentRun {
            RecentRun(engine: "e", model: model, lane: .short, audioSeconds: seconds, wait: 0, run: took)
        }
        #expect(SpeedBook().eta(.init(done: 0, total: 100), elapsed: 0, key) == nil)
        let book = SpeedBook([run(100, 10), run(100, 1000, model: "other"), run(1, 100)])
        #expect(book.eta(.init(done: 0, total: 100), elapsed: 0, key) == 10)
        #expect(book.eta(.init(done: 0, total: nil), elapsed: 0, key) == nil)
        #expect(book.eta(.init(done: 50, total: 100), elapsed: 25, key) == 25)
    }
}

extension JobID {
    fileprivate static var fallback: JobID {
        var generator = SystemRandomNumberGenerator()
        return .random(using: &generator)
    }
}
