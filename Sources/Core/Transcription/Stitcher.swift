import Transcripts

/// Joins the words of two parts of which both heard the same few seconds, so that each word is there once.
enum Stitcher {
    /// Two words with the same letters are the same word when their middles are this near, in seconds.
    static let tolerance = 0.6

    /// Leaves out of both sides what the other one heard better.
    /// - Parameter overlap: what both heard, in seconds on the time line of the whole audio.
    static func join(_ left: inout [Word], _ right: inout [Word], overlap: TimeSpan) {
        guard overlap.end > overlap.start, !left.isEmpty, !right.isEmpty else { return }
        let seam = seam(left, right, overlap)
        left.removeSubrange(seam.left...)
        right.removeSubrange(..<seam.right)
        // The two sides' times may differ a little; order is kept.
        guard let floor = left.last?.span.start else { return }
        for index in right.indices where right[index].span.start < floor {
            right[index].span = TimeSpan(start: floor, end: max(floor, right[index].span.end))
        }
    }

    /// How many words of the left are kept, and how many of the right are left out.
    private static func seam(_ left: [Word], _ right: [Word], _ overlap: TimeSpan) -> (left: Int, right: Int) {
        let centre = (overlap.start + overlap.end) / 2
        let lefts = left.indices.filter { left[$0].middle >= overlap.start - tolerance }
        let rights = right.indices.filter { right[$0].middle <= overlap.end + tolerance }
        func nearest(_ word: Word, _ words: [Word], _ indices: [Int]) -> Int? {
            indices.filter { isSame(word, words[$0]) }.min {
                abs(words[$0].middle - word.middle) < abs(words[$1].middle - word.middle)
            }
        }
        // Words that both heard, each the other's nearest: a word said twice must not be taken for one.
        let pairs = lefts.compactMap { one -> (left: Int, right: Int, middle: Double)? in
            guard let other = nearest(left[one], right, rights), nearest(right[other], left, lefts) == one else {
                return nil
            }
            return (one, other, (left[one].middle + right[other].middle) / 2)
        }
        // The one nearest to the centre: words cut in two lie at the edges.
        if let best = pairs.min(by: { abs($0.middle - centre) < abs($1.middle - centre) }) {
            return (best.left + 1, best.right + 1)
        }
        // They agree on nothing: each is believed for its own half.
        return (
            left.firstIndex { $0.middle >= centre } ?? left.count,
            right.firstIndex { $0.middle >= centre } ?? right.count
        )
    }

    private static func isSame(_ one: Word, _ other: Word) -> Bool {
        abs(one.middle - other.middle) <= tolerance && letters(one.text) == letters(other.text)
    }

    /// Punctuation and capitals depend on what else was heard.
    private static func letters(_ text: String) -> String {
        let letters = text.lowercased().filter { $0.isLetter || $0.isNumber }
        return letters.isEmpty ? text : letters
    }
}

extension Word {
    fileprivate var middle: Double { (span.start + span.end) / 2 }
}
