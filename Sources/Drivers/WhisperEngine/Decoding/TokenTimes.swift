import CSpeechKernels
import SpeechKernels

/// When each token was spoken, from where the decoder listened: dynamic time warping over the mean of its heads'
/// standardised, median-filtered attention (openai-whisper, timing.py).
struct TokenTimes {
    private static let framesPerSecond = 50.0
    /// Numbers on each side of the one in a median.
    private static let medianEdge = 3

    /// Seconds at which the row of each token begins; one more than there are text tokens, for the end.
    let starts: [Double]

    /// - Parameters:
    ///   - heard: for the start sequence, the text and the end.
    ///   - prefix: tokens before the one that announces the first text token.
    ///   - frames: frames that are sound, of which there is at least one.
    init(_ heard: HeardFrames, prefix: Int, frames: Int, _ kernels: Kernels, _ pool: WorkerPool) {
        let rows = heard.tokens - 1 - prefix
        let width = max(1, min(frames, GGMLShape.audioContext))
        let attention = AlignedBuffer<Float>(rows * width)
        pool.run(heard.heads) { Self.standardise(heard, head: $0, width: width) }
        // Rows are shared out, not heads: every sum is added up in the same order, whoever does it.
        pool.parts(of: rows) { part in
            var padded = [Float](repeating: 0, count: width + 2 * Self.medianEdge)
            for row in part {
                for head in 0..<heard.heads {
                    Self.reflect(heard.row(head: head, token: prefix + row), width, into: &padded)
                    kernels.table.pointee.add_medians(padded, Int32(width), attention.base + row * width)
                }
            }
        }
        starts = TimeWarp(attention.base, rows: rows, columns: width).firstColumns
            .map { Double($0) / Self.framesPerSecond }
    }

    /// Probabilities over the frames that are sound, then for each frame the distance from the mean of all tokens in
    /// standard deviations.
    private static func standardise(_ heard: HeardFrames, head: Int, width: Int) {
        let tokens = heard.tokens
        let values = heard.row(head: head, token: 0)
        let stride = GGMLShape.audioContext
        var means = [Float](repeating: 0, count: width)
        var squares = [Float](repeating: 0, count: width)
        for token in 0..<tokens {
            let row = values + token * stride
            var sum: Float = 0
            for frame in 0..<width { sum += row[frame] }
            let factor = sum > 0 ? 1 / sum : 0
            for frame in 0..<width {
                row[frame] *= factor
                means[frame] += row[frame]
            }
        }
        for frame in 0..<width { means[frame] /= Float(tokens) }
        for token in 0..<tokens {
            let row = values + token * stride
            for frame in 0..<width {
                row[frame] -= means[frame]
                squares[frame] += row[frame] * row[frame]
            }
        }
        for frame in 0..<width {
            let deviation = (squares[frame] / Float(tokens)).squareRoot()
            squares[frame] = deviation > 0 ? 1 / deviation : 0
        }
        for token in 0..<tokens {
            let row = values + token * stride
            for frame in 0..<width { row[frame] *= squares[frame] }
        }
    }

    /// A row with its ends reflected; a row too short for that repeats its ends.
    private static func reflect(_ row: UnsafePointer<Float>, _ width: Int, into padded: inout [Float]) {
        for index in 0..<width { padded[medianEdge + index] = row[index] }
        for index in 1...medianEdge {
            padded[medianEdge - index] = row[min(index, width - 1)]
            padded[medianEdge + width - 1 + index] = row[max(width - 1 - index, 0)]
        }
    }
}

/// The way through a matrix from corner to corner with the largest sum, going right, down or both.
struct TimeWarp {
    /// The first column on the way in each row.
    let firstColumns: [Int]

    private enum Step: UInt8 { case both, down, right }

    init(_ matrix: UnsafePointer<Float>, rows: Int, columns: Int) {
        var steps = [Step](repeating: .right, count: (rows + 1) * (columns + 1))
        var above = [Float](repeating: .infinity, count: columns + 1)
        var costs = above
        above[0] = 0
        for row in 1...max(rows, 1) where rows > 0 {
            costs[0] = .infinity
            for column in 1...columns {
                let (both, down, right) = (above[column - 1], above[column], costs[column - 1])
                var best = right
                var step = Step.right
                if both < down, both < right {
                    (best, step) = (both, .both)
                } else if down < both, down < right {
                    (best, step) = (down, .down)
                }
                costs[column] = best - matrix[(row - 1) * columns + column - 1]
                steps[row * (columns + 1) + column] = step
            }
            swap(&above, &costs)
        }
        firstColumns = Self.trace(steps, rows: rows, columns: columns)
    }

    private static func trace(_ steps: [Step], rows: Int, columns: Int) -> [Int] {
        var first = [Int](repeating: 0, count: rows)
        var (row, column) = (rows, columns)
        while row > 0, column > 0 {
            first[row - 1] = column - 1
            switch steps[row * (columns + 1) + column] {
            case .both: (row, column) = (row - 1, column - 1)
            case .down: row -= 1
            case .right: column -= 1
            }
        }
        return first
    }
}
