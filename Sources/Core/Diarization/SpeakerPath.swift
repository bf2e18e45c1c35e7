import Transcription

/// The likeliest order of speakers: a change has to be worth its price, so that one odd window makes no turn
/// (Viterbi 1967).
struct SpeakerPath {
    /// What a change costs, as a difference of cosines.
    static let change: Float = 0.1

    let labels: [Int]
    /// For each window the cosines to all speakers.
    let similarities: [[Float]]

    init(_ vectors: [[Float]], _ centroids: [[Float]]) {
        similarities = vectors.map { vector in centroids.map { dot($0, vector) } }
        guard let first = similarities.first, centroids.count > 1 else {
            labels = vectors.map { _ in 0 }
            return
        }
        var scores = first
        var origins: [[Int]] = []
        for row in similarities.dropFirst() {
            let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
            let afterChange = scores[best] - Self.change
            origins.append(scores.indices.map { scores[$0] >= afterChange ? $0 : best })
            scores = scores.indices.map { max(scores[$0], afterChange) + row[$0] }
        }
        var path = [scores.indices.max { scores[$0] < scores[$1] } ?? 0]
        for origin in origins.reversed() { path.append(origin[path[path.count - 1]]) }
        labels = path.reversed()
    }
}
