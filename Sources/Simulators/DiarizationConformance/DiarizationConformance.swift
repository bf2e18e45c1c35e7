internal import Transcription

/// What every method of telling speakers apart must do, whatever it listens to. Each check returns the promises that
/// were broken.
public struct DiarizationConformance: Sendable {
    let stage: any DiarizationStage

    public init(_ stage: any DiarizationStage) {
        self.stage = stage
    }

    /// Runs all checks.
    public func violations() async -> [String] {
        var broken: [String] = []
        for (name, check) in checks {
            do {
                broken += try await check().map { "\(name): \($0)" }
            } catch {
                broken.append("\(name): \(error)")
            }
        }
        return broken
    }

    private typealias Check = @Sendable () async throws -> [String]

    private var checks: [(String, Check)] {
        [
            ("a dialogue", dialogue), ("one word", word), ("silence", silence), ("music", music),
            ("the same on both sides", sameOnBoth), ("many speakers", many), ("one speaker for long", monologue),
            ("crosstalk", crosstalk), ("numbers asked for", bounds), ("more asked for than there are", tooMany),
            ("minimum above maximum", crossed), ("progress", progress), ("cancelled before", cancelledBefore),
            ("cancelled inside", cancelledInside), ("a fault", fault), ("a fault, end to end", faultInPipeline),
        ]
    }

    /// Two people take turns, with a pause.
    static let talk = SpeakerScript([
        .init([], 1), .init([0], 8), .init([1], 7), .init([0], 6), .init([], 2), .init([1], 7), .init([], 1),
    ])

    // MARK: - What is heard

    @Sendable private func dialogue() async throws -> [String] {
        let (turns, broken) = try await turns(Self.talk)
        // Pauses may end a turn or not.
        var order: [Int] = []
        for turn in turns where turn.speaker != order.last { order.append(turn.speaker) }
        guard order == [0, 1, 0, 1] else { return broken + ["speakers come as \(order)"] }
        let starts = order.indices.map { place in
            var seen = -1
            var last: Int?
            return turns.first { turn in
                if turn.speaker != last { seen += 1 }
                last = turn.speaker
                return seen == place
            }.map { PCMFormat.seconds($0.range.lowerBound) } ?? -1
        }
        return broken
            + zip(starts, [1.0, 9, 16, 24]).filter { abs($0 - $1) > stage.promises.precision }
            .map { "a turn begins at \($0) instead of \($1)" }
    }

    @Sendable private func word() async throws -> [String] {
        let script = SpeakerScript([.init([], 3), .init([0], 0.3), .init([], 3)])
        let (turns, broken) = try await turns(script)
        return turns.count > 1 ? broken + ["\(turns.count) turns"] : broken
    }

    @Sendable private func silence() async throws -> [String] {
        let (turns, broken) = try await turns(SpeakerScript([.init([], 20)]))
        return turns.isEmpty ? broken : broken + ["somebody speaks"]
    }

    @Sendable private func music() async throws -> [String] {
        try await turns(SpeakerScript([.init([], 30, isMusic: true)])).broken
    }

    @Sendable private func sameOnBoth() async throws -> [String] {
        var script = SpeakerScript((0, 40))
        script.isSameOnAllChannels = true
        return speakers(try await turns(script), 1...1)
    }

    @Sendable private func many() async throws -> [String] {
        let count = stage.promises.mostSpeakers
        let script = SpeakerScript((0..<count).map { .init([$0 * 7 % count], 12) })
        return speakers(try await turns(script), count...count)
    }

    @Sendable private func monologue() async throws -> [String] {
        let script = SpeakerScript(
            // Long pauses: an hour of windows takes minutes in a debug build.
            (0..<Int(stage.promises.longest / 20)).flatMap { _ -> [SpeakerScript.Part] in
                [.init([0], 2.5), .init([], 17.5)]
            })
        return speakers(try await turns(script), 1...1)
    }

    @Sendable private func crosstalk() async throws -> [String] {
        speakers(try await turns(SpeakerScript([.init([0], 5), .init([0, 1], 30), .init([1], 5)])), 1...4)
    }

    // MARK: - What is asked for

    @Sendable private func bounds() async throws -> [String] {
        guard stage.promises.obeysBounds else { return [] }
        let script = SpeakerScript((0, 10), (1, 10), (2, 10), (3, 10))
        var broken: [String] = []
        for (wish, wanted) in [
            (SpeakerWish(), 4...4), (SpeakerWish(maximum: 2), 1...2), (SpeakerWish(maximum: 1), 1...1),
            (SpeakerWish(minimum: 3, maximum: 3), 3...3), (SpeakerWish(minimum: 2), 2...4),
            (SpeakerWish(minimum: 4, maximum: 4), 4...4),
        ] {
            broken += speakers(try await turns(script, wish), wanted).map {
                "\(wish.minimum ?? 0)…\(wish.maximum ?? 0): \($0)"
            }
        }
        return broken
    }

    @Sendable private func tooMany() async throws -> [String] {
        try await turns(SpeakerScript((0, 3)), SpeakerWish(minimum: 50)).broken
    }

    /// Doors refuse it; what comes through is still answered, and the upper bound holds.
    @Sendable private func crossed() async throws -> [String] {
        let found = try await turns(Self.talk, SpeakerWish(minimum: 5, maximum: 2))
        return stage.promises.obeysBounds ? speakers(found, 1...2) : found.broken
    }

    // MARK: - One run

    typealias Found = (turns: [SpeakerTurn], broken: [String])

    private func turns(_ script: SpeakerScript, _ wish: SpeakerWish = SpeakerWish()) async throws -> Found {
        let scene = try await stage.scene(script)
        let turns = try await scene.diarizer.diarize(scene.sound, wish) { _ in }
        return (turns, Self.faults(turns, samples: scene.sound.samples))
    }

    private func speakers(_ found: Found, _ wanted: ClosedRange<Int>) -> [String] {
        let count = Set(found.turns.map(\.speaker)).count
        return wanted.contains(count) ? found.broken : found.broken + ["\(count) speakers instead of \(wanted)"]
    }

    /// What the port promises of any list of turns.
    static func faults(_ turns: [SpeakerTurn], samples: Int) -> [String] {
        var broken: [String] = []
        var ends: [Int: Int] = [:]
        var last = 0
        for turn in turns {
            if turn.speaker > ends.count || turn.speaker < 0 {
                broken.append("speakers are not numbered as they appear")
            }
            if turn.range.isEmpty || turn.range.lowerBound < 0 || turn.range.upperBound > samples {
                broken.append("a turn lies at \(turn.range) of \(samples)")
            }
            if turn.range.lowerBound < last { broken.append("turns are not in order") }
            if turn.range.lowerBound < ends[turn.speaker] ?? 0 { broken.append("turns of one speaker overlap") }
            if !(0...1).contains(turn.confidence) { broken.append("a turn has the confidence \(turn.confidence)") }
            last = turn.range.lowerBound
            ends[turn.speaker] = turn.range.upperBound
        }
        return Array(Set(broken)).sorted()
    }
}
