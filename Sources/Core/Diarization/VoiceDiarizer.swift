public import Transcription

/// Tells speakers apart by their voices: windows, vectors, clusters, turns.
public struct VoiceDiarizer: Diarizer {
    /// Runs computations that take long where they hold up nobody.
    public typealias Offload = @Sendable (@escaping @Sendable () -> [SpeakerTurn]) async throws -> [SpeakerTurn]

    /// The share of the work that listening is; the rest is comparing.
    private static let listening = 0.95

    private let embedder: any VoiceEmbedder
    private let offload: Offload

    public init(_ embedder: any VoiceEmbedder, offload: @escaping Offload) {
        self.embedder = embedder
        self.offload = offload
    }

    public func diarize(
        _ sound: DiarizedSound, _ wish: SpeakerWish, report: @escaping @Sendable (Double) -> Void
    ) async throws -> [SpeakerTurn] {
        let plan = WindowPlan(sound.speech)
        guard !plan.windows.isEmpty else { return [] }
        let prints = try await listen(plan, sound.pcm, report)
        try Task.checkCancellation()
        return try await offload { Self.turns(plan, prints, samples: sound.samples, wish) }
    }

    /// All windows' prints in order, several requests side by side.
    private func listen(
        _ plan: WindowPlan, _ pcm: any PCM, _ report: @Sendable (Double) -> Void
    ) async throws -> VoicePrints {
        let requests = plan.requests
        var parts = [VoicePrints?](repeating: nil, count: requests.count)
        var done = 0
        try await withThrowingTaskGroup(of: (Int, VoicePrints).self) { group in
            var next = 0
            func start() {
                guard next < requests.count else { return }
                let (number, windows) = (next, plan.windows[requests[next]].map(\.start))
                next += 1
                group.addTask { (number, try await embedder.embed(windows, of: pcm)) }
            }
            for _ in 0..<max(1, embedder.concurrency) { start() }
            while let (number, prints) = try await group.next() {
                guard prints.count == requests[number].count else {
                    throw EngineError(.failed, "The speaker encoder answered for other windows than were asked for.")
                }
                try Task.checkCancellation()
                parts[number] = prints
                done += prints.count
                report(Self.listening * Double(done) / Double(plan.windows.count))
                start()
            }
        }
        return parts.reduce(into: VoicePrints()) { all, part in if let part { all.append(part) } }
    }

    static func turns(
        _ plan: WindowPlan, _ prints: VoicePrints, samples: Int, _ wish: SpeakerWish
    ) -> [SpeakerTurn] {
        let vectors = smoothed(prints, plan)
        let clusters = SpeakerClusters(vectors, wish)
        let path = SpeakerPath(vectors, clusters.centroids)
        return TurnBuilder(plan, path).turns(samples: samples)
    }

    /// Each window with its neighbours of the same stretch: what one window hears of a voice is uncertain.
    private static func smoothed(_ prints: VoicePrints, _ plan: WindowPlan) -> [[Float]] {
        let vectors = (0..<prints.count).map(prints.vector)
        return vectors.indices.map { index in
            var sum = vectors[index]
            for other in [index - 1, index + 1]
            where vectors.indices.contains(other) && plan.windows[other].stretch == plan.windows[index].stretch {
                for dimension in sum.indices { sum[dimension] += vectors[other][dimension] }
            }
            return sum.normalised
        }
    }
}
