import Transcription

/// Which voice each window is: how many speakers there are, and what they sound like.
struct SpeakerClusters {
    struct Tuning {
        /// Groups whose windows differ more, on average, are different speakers: one minus the cosine.
        var distance: Float = 0.34
        /// Windows a speaker needs: two seconds. Who says less is taken for the most similar other.
        var least = 8
        /// The same where more speakers are asked for than are found.
        var leastAsked = 2
        /// Windows clustered at once; beyond, groups are made first. Bounds memory to 16 MiB of distances.
        var mostAtOnce = 2048
        /// Groups made first are kept this much purer.
        var margin: Float = 0.06
    }

    /// For each window the number of its speaker.
    let labels: [Int]
    /// One direction for each speaker.
    let centroids: [[Float]]

    init(_ vectors: [[Float]], _ wish: SpeakerWish, _ tuning: Tuning = Tuning()) {
        guard !vectors.isEmpty else {
            (labels, centroids) = ([], [])
            return
        }
        let groups = Self.groups(vectors, tuning)
        let items = groups.map { members in
            Agglomeration.Item(sum: Self.sum(members.lazy.map { vectors[$0] }), count: members.count)
        }
        let tree = Agglomeration(items)
        let chosen = Self.cut(tree, items.map(\.count), wish, tuning)
        var labels = [Int](repeating: 0, count: vectors.count)
        for (group, label) in zip(groups, chosen.labels) { for member in group { labels[member] = label } }
        (self.labels, centroids) = Self.speakers(vectors, labels, kept: chosen.kept)
    }

    // MARK: - Groups

    /// Each window by itself where that is few enough; else windows that are surely one voice, together.
    private static func groups(_ vectors: [[Float]], _ tuning: Tuning) -> [[Int]] {
        var groups = vectors.indices.map { [$0] }
        while groups.count > tuning.mostAtOnce {
            let before = groups.count
            groups = stride(from: 0, to: groups.count, by: tuning.mostAtOnce).flatMap { start -> [[Int]] in
                let block = Array(groups[start..<min(start + tuning.mostAtOnce, groups.count)])
                return joined(block, vectors, most: tuning.mostAtOnce / 2, tuning)
            }
            // Nothing alike anywhere: halving is enforced by `most`, so this cannot go on for ever.
            if groups.count >= before { break }
        }
        return groups
    }

    private static func joined(_ block: [[Int]], _ vectors: [[Float]], most: Int, _ tuning: Tuning) -> [[Int]] {
        let items = block.map { members in
            Agglomeration.Item(sum: sum(members.lazy.map { vectors[$0] }), count: members.count)
        }
        let tree = Agglomeration(items)
        let pure = tree.merges(within: tuning.distance - tuning.margin)
        let labels = tree.labels(afterMerges: min(tree.merges.count, max(pure, block.count - most)))
        var groups: [[Int]] = []
        for (members, label) in zip(block, labels) {
            if label == groups.count { groups.append([]) }
            groups[label] += members
        }
        return groups
    }

    private static func sum(_ vectors: some Sequence<[Float]>) -> [Float] {
        var sum = [Float](repeating: 0, count: VoicePrints.dimensions)
        for vector in vectors { for index in sum.indices { sum[index] += vector[index] } }
        return sum
    }

    // MARK: - How many

    private struct Cut {
        var labels: [Int]
        /// Clusters large enough to be speakers.
        var kept: [Int]
    }

    /// Where the tree is cut: at the usual distance, further up while there are too many speakers, further down while
    /// there are too few.
    private static func cut(_ tree: Agglomeration, _ sizes: [Int], _ wish: SpeakerWish, _ tuning: Tuning) -> Cut {
        let maximum = max(wish.maximum ?? .max, 1)
        let minimum = min(max(wish.minimum ?? 1, 1), maximum)
        func cut(_ merges: Int, _ least: Int) -> Cut {
            let labels = tree.labels(afterMerges: merges)
            var count = [Int](repeating: 0, count: (labels.max() ?? 0) + 1)
            for (label, size) in zip(labels, sizes) { count[label] += size }
            let large = count.indices.filter { count[$0] >= least }
            return Cut(labels: labels, kept: large.isEmpty ? [count.indices.max { count[$0] < count[$1] } ?? 0] : large)
        }
        var merges = tree.merges(within: tuning.distance)
        var result = cut(merges, tuning.least)
        while result.kept.count > maximum, merges < tree.merges.count {
            merges += 1
            result = cut(merges, tuning.least)
        }
        guard result.kept.count < minimum else { return result }
        for least in [tuning.least, tuning.leastAsked, 1] {
            for merges in stride(from: merges, through: 0, by: -1) {
                let finer = cut(merges, least)
                if finer.kept.count > result.kept.count, finer.kept.count <= maximum { result = finer }
                if result.kept.count >= minimum { return result }
            }
        }
        return result
    }

    /// What is no speaker goes to the most similar one.
    private static func speakers(
        _ vectors: [[Float]], _ labels: [Int], kept: [Int]
    ) -> (labels: [Int], centroids: [[Float]]) {
        let centroids = kept.map { label in
            sum(zip(labels, vectors).lazy.filter { $0.0 == label }.map(\.1)).normalised
        }
        let numbers = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
        let assigned = zip(labels, vectors).map { label, vector in
            numbers[label] ?? centroids.indices.max { dot(centroids[$0], vector) < dot(centroids[$1], vector) } ?? 0
        }
        return (assigned, centroids)
    }
}
