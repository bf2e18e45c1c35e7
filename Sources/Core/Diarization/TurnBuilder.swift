import Transcription

/// Turns from the speakers of windows.
struct TurnBuilder {
    /// A pause inside one speaker's turn.
    static let pause = PCMFormat.sample(at: 1)
    /// Speech detection cuts a little close.
    static let padding = PCMFormat.sample(at: 0.1)
    /// Two speakers as similar as this to a window are both in it.
    static let overlap: Float = 0.01
    /// A difference of cosines that leaves no doubt.
    static let clear: Float = 0.2

    private let plan: WindowPlan
    private let path: SpeakerPath

    init(_ plan: WindowPlan, _ path: SpeakerPath) {
        self.plan = plan
        self.path = path
    }

    /// - Parameter samples: of the audio in all.
    func turns(samples: Int) -> [SpeakerTurn] {
        let own = padded(ranges(), samples: samples)
        var turns = Self.joined(own)
        turns += Self.joined(second(own), within: Self.pause / 4).filter { other in
            !turns.contains { $0.speaker == other.speaker && $0.range.overlaps(other.range) }
        }
        return Self.numbered(turns.sorted { ($0.range.lowerBound, $0.speaker) < ($1.range.lowerBound, $1.speaker) })
    }

    /// Each window's share of its stretch: to the middle between it and its neighbours.
    private func ranges() -> [SpeakerTurn] {
        plan.windows.indices.map { index in
            let window = plan.windows[index]
            let stretch = plan.speech[window.stretch]
            func border(_ other: Int) -> Int? {
                guard plan.windows.indices.contains(other), plan.windows[other].stretch == window.stretch else {
                    return nil
                }
                return (plan.windows[other].center + window.center) / 2
            }
            let range = (border(index - 1) ?? stretch.lowerBound)..<(border(index + 1) ?? stretch.upperBound)
            let (confidence, isOverlapped) = certainty(index)
            return SpeakerTurn(
                speaker: path.labels[index], range: range, confidence: confidence, isOverlapped: isOverlapped)
        }
    }

    private func certainty(_ index: Int) -> (Double, isOverlapped: Bool) {
        let row = path.similarities[index]
        guard row.count > 1 else { return (1, false) }
        let own = row[path.labels[index]]
        let other = row.indices.filter { $0 != path.labels[index] }.map { row[$0] }.max() ?? 0
        return (Double(min(max(0.5 + (own - other) / (2 * Self.clear), 0), 1)), abs(own - other) < Self.overlap)
    }

    /// The other speaker of windows that hold two.
    private func second(_ own: [SpeakerTurn]) -> [SpeakerTurn] {
        own.indices.compactMap { index in
            guard own[index].isOverlapped else { return nil }
            let row = path.similarities[index]
            let other = row.indices.filter { $0 != path.labels[index] }.max { row[$0] < row[$1] }
            return other.map {
                SpeakerTurn(speaker: $0, range: own[index].range, confidence: own[index].confidence, isOverlapped: true)
            }
        }
    }

    /// Stretches grow into the silence around them, as far as half way to the next.
    private func padded(_ ranges: [SpeakerTurn], samples: Int) -> [SpeakerTurn] {
        var turns = ranges
        for index in turns.indices {
            let before = index > 0 ? ranges[index - 1].range.upperBound : -ranges[index].range.lowerBound
            let after = index + 1 < ranges.count ? ranges[index + 1].range.lowerBound : samples * 2
            let range = ranges[index].range
            let start = max(range.lowerBound - Self.padding, (before + range.lowerBound + 1) / 2, 0)
            let end = min(range.upperBound + Self.padding, (after + range.upperBound) / 2, samples)
            turns[index].range = min(start, range.lowerBound)..<max(end, range.lowerBound)
        }
        return turns
    }

    /// Neighbours of one speaker with no more than a pause between them are one turn.
    static func joined(_ turns: [SpeakerTurn], within pause: Int = pause) -> [SpeakerTurn] {
        var result: [SpeakerTurn] = []
        for turn in turns where !turn.range.isEmpty {
            if let last = result.last, last.speaker == turn.speaker,
                turn.range.lowerBound - last.range.upperBound <= pause
            {
                let (a, b) = (Double(last.range.count), Double(turn.range.count))
                result[result.count - 1].confidence = (last.confidence * a + turn.confidence * b) / (a + b)
                result[result.count - 1].isOverlapped = last.isOverlapped && turn.isOverlapped
                result[result.count - 1].range =
                    last.range.lowerBound..<max(last.range.upperBound, turn.range.upperBound)
            } else {
                result.append(turn)
            }
        }
        return result
    }

    /// Speakers in order of appearance.
    static func numbered(_ turns: [SpeakerTurn]) -> [SpeakerTurn] {
        var numbers: [Int: Int] = [:]
        return turns.map { turn in
            let number = numbers[turn.speaker] ?? numbers.count
            numbers[turn.speaker] = number
            var turn = turn
            turn.speaker = number
            return turn
        }
    }
}
