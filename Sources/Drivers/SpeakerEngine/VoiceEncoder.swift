internal import SpeechKernels
internal import Transcription

/// The GE2E speaker encoder (Wan et al. 2018, arXiv:1710.10467) with Resemblyzer's weights: 160 frames of 40 mel powers
/// through three LSTMs of 256, the last state projected, made positive and of length 1.
///
/// Every window is made equally loud first: who speaks must not depend on how near the microphone stands.
final class VoiceEncoder: VoiceEngine {
    static let frames = 160
    static let hidden = 256
    /// Windows that go through the network side by side: a weight that was loaded serves all of them.
    private static let batch = 32
    /// Root mean square that windows are brought to: −25 dB of full scale.
    private static let loudness: Float = 0.056_23

    private let kernels: Kernels
    private let spectrum: MelPower
    private let layers: [LSTMLayer]
    private let projection: FloatMatrix
    private let rows: (input: AlignedBuffer<Float>, output: AlignedBuffer<Float>)

    init(_ weights: VoiceWeights, _ kernels: Kernels) {
        self.kernels = kernels
        spectrum = MelPower(kernels)
        layers = weights.layers.map { LSTMLayer(kernels, $0, batch: Self.batch) }
        projection = FloatMatrix(
            kernels, outputs: Self.hidden, depth: Self.hidden, bias: weights.projectionBias)
        for output in 0..<Self.hidden {
            let row = Array(weights.projection[output * Self.hidden..<(output + 1) * Self.hidden])
            projection.setWeights(row, output: output)
        }
        let count = Self.batch * Self.frames * Self.hidden
        rows = (AlignedBuffer(count), AlignedBuffer(count))
    }

    func embed(
        _ samples: [Int16], windows: [Int], isCancelled: () -> Bool
    ) throws(EngineError) -> [[Float]] {
        let powers = spectrum.compute(samples)
        let loudness = Loudness(samples)
        var vectors: [[Float]] = []
        vectors.reserveCapacity(windows.count)
        for start in stride(from: 0, to: windows.count, by: Self.batch) {
            if isCancelled() { throw EngineError(.cancelled, "Cancelled.") }
            let part = Array(windows[start..<min(start + Self.batch, windows.count)])
            for (row, window) in part.enumerated() {
                // Frames lie on a grid; a window begins at the nearest.
                let frame = Int((Double(window) / Double(MelPower.hop)).rounded())
                let gain = Self.loudness / max(loudness.level(window..<window + VoiceWindow.length), 1e-6)
                place(powers, from: frame, gain: gain * gain, row: row, of: part.count)
            }
            vectors += embed(count: part.count)
        }
        return vectors
    }

    /// The vectors of mel powers that are given, `frames` rows of 40 for each window.
    func embed(_ powers: [[Float]]) -> [[Float]] {
        precondition(powers.count <= Self.batch, "more windows than fit")
        for (row, window) in powers.enumerated() { place(window, from: 0, gain: 1, row: row, of: powers.count) }
        return embed(count: powers.count)
    }

    /// Frames of all windows lie together, step by step in time. Those that are not there are silence.
    private func place(_ powers: [Float], from first: Int, gain: Float, row: Int, of count: Int) {
        powers.withUnsafeBufferPointer { powers in
            let frames = powers.count / MelPower.mels
            for frame in 0..<Self.frames {
                let target = rows.input.base + (frame * count + row) * MelPower.mels
                let source = first + frame
                guard source >= 0, source < frames else {
                    target.update(repeating: 0, count: MelPower.mels)
                    continue
                }
                for mel in 0..<MelPower.mels { target[mel] = powers[source * MelPower.mels + mel] * gain }
            }
        }
    }

    private func embed(count: Int) -> [[Float]] {
        var (input, output) = rows
        for layer in layers {
            layer.run(input.base, windows: count, frames: Self.frames, into: output.base)
            swap(&input, &output)
        }
        let last = input.base + (Self.frames - 1) * count * Self.hidden
        projection.apply(last, rowStride: Self.hidden, count, into: output.base, stride: Self.hidden)
        return (0..<count).map { Self.unit(output.base + $0 * Self.hidden) }
    }

    private static func unit(_ values: UnsafePointer<Float>) -> [Float] {
        var vector = (0..<hidden).map { max(0, values[$0]) }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        // Silence may give nothing; a direction is still wanted.
        guard length > 0, length.isFinite else {
            return [Float](repeating: 1 / Float(hidden).squareRoot(), count: hidden)
        }
        for index in vector.indices { vector[index] /= length }
        return vector
    }
}

/// How loud parts of a sound are, from sums that are made once.
struct Loudness {
    /// The sum of squares before each sample.
    private let sums: [Double]

    init(_ samples: [Int16]) {
        var sums = [Double](repeating: 0, count: samples.count + 1)
        for index in samples.indices {
            let value = Double(samples[index]) / 32768
            sums[index + 1] = sums[index] + value * value
        }
        self.sums = sums
    }

    /// The root mean square, 1 for full scale; what lies beyond the sound does not count.
    func level(_ range: Range<Int>) -> Float {
        let range = range.clamped(to: 0..<sums.count - 1)
        guard !range.isEmpty else { return 0 }
        return Float(((sums[range.upperBound] - sums[range.lowerBound]) / Double(range.count)).squareRoot())
    }
}
