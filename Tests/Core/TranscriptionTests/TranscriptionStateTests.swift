import Testing
import Transcripts

@testable import Transcription

@Suite("Transcription state")
struct TranscriptionStateTests {
    private func samples(_ seconds: Double) -> Int { PCMFormat.sample(at: seconds) }

    private func span(_ start: Double, _ end: Double) -> Range<Int> { samples(start)..<samples(end) }

    private func said(_ text: String) -> Recognition { Recognition(text: text) }

    /// A file of 10 s with one span of speech, decoded and detected.
    private func oneChunk(concurrency: Int = 1) -> (TranscriptionState, Chunk)? {
        var state = TranscriptionState(concurrency: concurrency)
        _ = state.event(.decoded(samples: samples(10), isFinal: true))
        guard case .recognise(let chunk, false) = state.event(.detected(spans: [span(2, 6)])).first else { return nil }
        return (state, chunk)
    }

    @Test("detection waits for a whole window, or for the end of the audio")
    func windows() {
        var state = TranscriptionState(concurrency: 1)
        #expect(state.event(.decoded(samples: samples(14), isFinal: false)).isEmpty)
        #expect(state.event(.decoded(samples: samples(16), isFinal: false)) == [.detect(span(0, 15))])
        #expect(state.event(.decoded(samples: samples(20), isFinal: true)).isEmpty)
        #expect(state.event(.detected(spans: [])) == [.detect(span(14.5, 20))])
        #expect(state.event(.detected(spans: [])) == [.finish])
    }

    @Test("audio without speech is finished without recognising anything")
    func silence() {
        var state = TranscriptionState(concurrency: 2)
        #expect(state.event(.decoded(samples: samples(3), isFinal: true)) == [.detect(span(0, 3))])
        #expect(state.event(.detected(spans: [])) == [.finish])
        #expect(state.outcomes.isEmpty)
    }

    @Test("speech that touches a window's end is heard again from its beginning")
    func openSpan() {
        var state = TranscriptionState(concurrency: 1)
        _ = state.event(.decoded(samples: samples(15), isFinal: false))
        _ = state.event(.detected(spans: [span(1, 4), span(12, 15)]))
        let next = state.event(.decoded(samples: samples(20), isFinal: true))
        #expect(next == [.detect(span(11.5, 20))])
    }

    @Test("speech through a whole window is cut instead of being heard for ever")
    func endlessSpeech() {
        var state = TranscriptionState(concurrency: 1)
        var actions = state.event(.decoded(samples: samples(600), isFinal: true))
        var detections = 0
        var recognised = 0
        while let action = actions.first {
            actions.removeFirst()
            switch action {
            case .detect(let range):
                detections += 1
                actions += state.event(.detected(spans: SpeechSpans.split(range) { _ in 1 }))
            case .recognise(let chunk, _):
                recognised += chunk.speech.reduce(0) { $0 + $1.count }
                actions += state.event(.recognised(chunk.number, said("word")))
            case .finish: #expect(actions.isEmpty)
            case .diarize: Issue.record("nobody asked for speakers")
            case .fail(let error): Issue.record("\(error)")
            }
            if detections > 40 { break }
        }
        #expect(detections < 40)
        #expect(recognised == samples(600))
    }

    @Test("no more chunks run side by side than the engine takes")
    func concurrency() {
        var state = TranscriptionState(concurrency: 2)
        _ = state.event(.decoded(samples: samples(60), isFinal: true))
        let first = state.event(.detected(spans: [span(1, 2), span(10, 11)]))
        let more = state.event(.detected(spans: [span(20, 21), span(40, 41)]))
        let running = (first + more).filter { if case .recognise = $0 { true } else { false } }
        #expect(running.count == 2)
        let next = state.event(.recognised(0, said("one")))
        #expect(next.contains { if case .recognise(let chunk, _) = $0 { chunk.number == 2 } else { false } })
    }

    @Test("a chunk that kills its engine once is recognised again, and is given up the second time")
    func crashes() throws {
        var (state, chunk) = try #require(oneChunk())
        let crash = EngineError(.crashed, "gone")
        #expect(state.event(.broke(chunk.number, crash)) == [.recognise(chunk, isSecondLook: false)])
        #expect(state.event(.broke(chunk.number, crash)) == [.finish])
        #expect(state.outcomes[chunk.number]?.outcome == .failed(reason: "gone"))
    }

    @Test(
        "an engine that cannot work at all ends everything", arguments: [EngineError.Code.unusable, .unknownLanguage])
    func unusable(code: EngineError.Code) throws {
        var (state, chunk) = try #require(oneChunk())
        let error = EngineError(code, "no")
        #expect(state.event(.broke(chunk.number, error)) == [.fail(error)])
        #expect(state.event(.recognised(chunk.number, said("late"))).isEmpty)
    }

    @Test("a loop is decoded once more, and the better text is kept and flagged")
    func secondLook() throws {
        var (state, chunk) = try #require(oneChunk())
        let loop = String(repeating: "again and ", count: 10)
        #expect(state.event(.recognised(chunk.number, said(loop))) == [.recognise(chunk, isSecondLook: true)])
        #expect(state.event(.recognised(chunk.number, said("all is well"))) == [.finish])
        #expect(
            state.outcomes[chunk.number]?.outcome == .recognised(said("all is well"), flags: [.retried]))
    }

    @Test("when the second look is no better the first text stays, with its flags")
    func secondLookNoBetter() throws {
        var (state, chunk) = try #require(oneChunk())
        let loop = String(repeating: "again and ", count: 10)
        _ = state.event(.recognised(chunk.number, said(loop)))
        _ = state.event(.recognised(chunk.number, said(loop + "more")))
        guard case .recognised(let kept, let flags) = state.outcomes[chunk.number]?.outcome else {
            Issue.record("nothing was kept")
            return
        }
        #expect(kept.text == loop)
        #expect(flags.contains(.repetition) && flags.contains(.retried))
    }

    @Test("a crash in the second look costs only the second look")
    func crashInSecondLook() throws {
        var (state, chunk) = try #require(oneChunk())
        let loop = String(repeating: "again and ", count: 10)
        _ = state.event(.recognised(chunk.number, said(loop)))
        #expect(state.event(.broke(chunk.number, EngineError(.timedOut, "slow"))) == [.finish])
        #expect(state.outcomes[chunk.number]?.outcome.flags.contains(.repetition) == true)
    }

    @Test("progress never goes back and ends at the whole")
    func progress() throws {
        var state = TranscriptionState(concurrency: 2)
        var actions = state.event(.decoded(samples: samples(120), isFinal: true))
        var last = 0
        while let action = actions.first {
            actions.removeFirst()
            switch action {
            case .detect(let range):
                let middle = (range.lowerBound + range.upperBound) / 2
                actions += state.event(.detected(spans: [middle - samples(1)..<middle + samples(1)]))
            case .recognise(let chunk, _): actions += state.event(.recognised(chunk.number, said("yes")))
            case .finish, .fail, .diarize: break
            }
            #expect(state.doneSamples >= last)
            last = state.doneSamples
        }
        #expect(last == samples(120))
    }

    @Test("speakers are asked for once, with all speech, and the end waits for them")
    func speakers() {
        var state = TranscriptionState(concurrency: 1, findsSpeakers: true)
        var actions = state.event(.decoded(samples: samples(20), isFinal: true))
        #expect(actions == [.detect(samples(0)..<samples(15))])
        actions = state.event(.detected(spans: [samples(1)..<samples(4)]))
        guard case .recognise(let chunk, _)? = actions.last else {
            Issue.record("\(actions)")
            return
        }
        actions = state.event(.detected(spans: [samples(16)..<samples(18)]))
        let speech = [samples(1)..<samples(4), samples(16)..<samples(18)]
        #expect(actions.last == .diarize(speech))
        guard case .recognise(let second, _)? = state.event(.recognised(chunk.number, said("yes"))).first else {
            Issue.record("the second chunk follows the first")
            return
        }
        #expect(state.event(.recognised(second.number, said("yes"))).isEmpty)
        #expect(state.event(.diarized) == [.finish])
    }

    @Test("silence has no speakers to wait for")
    func nobodySpeaks() {
        var state = TranscriptionState(concurrency: 1, findsSpeakers: true)
        _ = state.event(.decoded(samples: samples(5), isFinal: true))
        #expect(state.event(.detected(spans: [])) == [.diarize([])])
        #expect(state.event(.diarized) == [.finish])
    }
}
