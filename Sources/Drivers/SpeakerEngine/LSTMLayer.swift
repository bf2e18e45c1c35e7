import CSpeechKernels
import SpeechKernels

/// One LSTM (Hochreiter & Schmidhuber 1997, with PyTorch's order of gates) over many windows side by side. Input and
/// state of a step lie in one row, so that a step is one product.
final class LSTMLayer {
    private static let hidden = VoiceEncoder.hidden
    private static let gates = 4 * hidden

    private let kernels: Kernels
    private let width: Int
    private let weights: FloatMatrix
    private let rows: AlignedBuffer<Float>
    private let sums: AlignedBuffer<Float>
    private let cells: AlignedBuffer<Float>

    /// - Parameter batch: windows at most.
    init(_ kernels: Kernels, _ values: VoiceWeights.Layer, batch: Int) {
        self.kernels = kernels
        let hidden = Self.hidden
        width = values.width
        let depth = width + hidden
        // Both biases of a gate are added anyway.
        weights = FloatMatrix(
            kernels, outputs: Self.gates, depth: depth, bias: zip(values.inputBias, values.stateBias).map { $0 + $1 })
        for gate in 0..<Self.gates {
            let row =
                values.input[gate * width..<(gate + 1) * width] + values.state[gate * hidden..<(gate + 1) * hidden]
            weights.setWeights(Array(row), output: gate)
        }
        rows = AlignedBuffer(batch * depth)
        sums = AlignedBuffer(batch * Self.gates)
        cells = AlignedBuffer(batch * hidden)
    }

    /// - Parameters:
    ///   - input: `frames` × `windows` rows of `width`.
    ///   - output: as many rows of 256.
    func run(
        _ input: UnsafePointer<Float>, windows: Int, frames: Int, into output: UnsafeMutablePointer<Float>
    ) {
        let depth = width + Self.hidden
        rows.base.update(repeating: 0, count: windows * depth)
        cells.base.update(repeating: 0, count: windows * Self.hidden)
        for frame in 0..<frames {
            for window in 0..<windows {
                (rows.base + window * depth).update(from: input + (frame * windows + window) * width, count: width)
            }
            weights.apply(rows.base, rowStride: depth, windows, into: sums.base, stride: Self.gates)
            for window in 0..<windows {
                let state = rows.base + window * depth + width
                kernels.table.pointee.lstm_step(
                    sums.base + window * Self.gates, Int32(Self.hidden), cells.base + window * Self.hidden, state)
                (output + (frame * windows + window) * Self.hidden).update(from: state, count: Self.hidden)
            }
        }
    }
}
