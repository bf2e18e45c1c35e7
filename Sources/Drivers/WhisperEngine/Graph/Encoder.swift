import SpeechKernels
import Transcription

/// The encoder over one window of 30 s. Rows are independent outside attention, so one thread takes a block of rows
/// through everything between two attentions while its numbers stay in its cache.
final class Encoder {
    private static let length = GGMLShape.audioContext
    private static let rowsAtOnce = 48
    private static let queriesAtOnce = 24

    private let network: WhisperNetwork
    private let kernels: Kernels
    private let pool: WorkerPool
    private let state: Int
    /// The residual stream, row by row.
    private let stream: AlignedBuffer<Float>
    private let mel: AlignedBuffer<Float>
    private let convolved: AlignedBuffer<Float>
    private let queryKeyValue: AlignedBuffer<Float>
    private let mixed: AlignedBuffer<Float>
    private let heads: PackedHeads
    private let lanes: [Lane]

    /// Scratch memory of one thread.
    private struct Lane {
        let bytes: ByteScratch
        let floats: AlignedBuffer<Float>
    }

    init(_ network: WhisperNetwork, _ pool: WorkerPool) {
        self.network = network
        self.pool = pool
        kernels = network.kernels
        let state = network.shape.audioState
        self.state = state
        stream = AlignedBuffer(Self.length * state)
        // A row of zeros on both sides is the padding of a convolution.
        mel = AlignedBuffer((LogMel.frames + 2) * network.shape.mels)
        convolved = AlignedBuffer((LogMel.frames + 2) * state)
        queryKeyValue = AlignedBuffer(Self.length * 3 * state)
        mixed = AlignedBuffer(Self.length * state)
        heads = PackedHeads(
            kernels, count: network.shape.audioHeads, head: network.shape.head, length: Self.length)
        lanes = (0..<pool.threads).map { _ in
            Lane(
                bytes: ByteScratch(rows: Self.rowsAtOnce, depth: 4 * state),
                floats: AlignedBuffer(Self.rowsAtOnce * 4 * state))
        }
    }

    /// Where the spectrogram goes: `LogMel.frames` rows.
    var input: UnsafeMutablePointer<Float> { mel.base + network.shape.mels }

    /// The last layer's result, normalised, after `run`.
    var output: UnsafePointer<Float> { UnsafePointer(mixed.base) }

    /// Encodes `input`; `crossing` gets keys and values for every decoder layer.
    func run(into crossing: CrossAttention, isCancelled: () -> Bool) throws(EngineError) {
        convolve()
        for index in network.encoderLayers.indices {
            if isCancelled() { throw EngineError(.cancelled, "The work was cancelled.") }
            blocks { rows, lane in
                if index > 0 { finish(network.encoderLayers[index - 1], rows, lane) }
                begin(network.encoderLayers[index], rows, lane)
            }
            attend()
        }
        blocks { rows, lane in
            if let last = network.encoderLayers.last { finish(last, rows, lane) }
            for row in rows { network.encoderNorm.apply(stream.base + row * state, into: mixed.base + row * state) }
        }
        crossing.fill(from: output, scratch: queryKeyValue.base)
    }

    private func blocks(_ body: (Range<Int>, Lane) -> Void) {
        let count = (Self.length + Self.rowsAtOnce - 1) / Self.rowsAtOnce
        pool.lanes(count) { block, lane in
            let first = block * Self.rowsAtOnce
            body(first..<min(first + Self.rowsAtOnce, Self.length), lanes[lane])
        }
    }

    private func convolve() {
        let mels = network.shape.mels
        let step = Self.rowsAtOnce
        pool.run((LogMel.frames + step - 1) / step) { block in
            let first = block * step
            network.firstConvolution.apply(
                mel.base + first * mels, rowStride: mels, min(step, LogMel.frames - first),
                into: convolved.base + (first + 1) * state, stride: state, .gelu)
        }
        blocks { rows, _ in
            network.secondConvolution.apply(
                convolved.base + rows.lowerBound * 2 * state, rowStride: 2 * state, rows.count,
                into: stream.base + rows.lowerBound * state, stride: state, .gelu)
            for index in rows.lowerBound * state..<rows.upperBound * state {
                stream.base[index] += network.audioPositions[index]
            }
        }
    }

    /// From the stream to queries, keys and values.
    private func begin(_ layer: WhisperNetwork.EncoderLayer, _ rows: Range<Int>, _ lane: Lane) {
        normalise(layer.norm, rows, lane)
        layer.queryKeyValue.apply(
            lane.bytes.rows, rows.count, into: queryKeyValue.base + rows.lowerBound * 3 * state, stride: 3 * state)
    }

    /// From what attention mixed to the end of the layer.
    private func finish(_ layer: WhisperNetwork.EncoderLayer, _ rows: Range<Int>, _ lane: Lane) {
        let stream = stream.base + rows.lowerBound * state
        for (index, row) in rows.enumerated() {
            lane.bytes.rows.quantise(mixed.base + row * state, row: index, depth: state, kernels)
        }
        layer.out.apply(lane.bytes.rows, rows.count, into: stream, stride: state, .add)
        normalise(layer.feedForward.norm, rows, lane)
        layer.feedForward.up.apply(lane.bytes.rows, rows.count, into: lane.floats.base, stride: 4 * state, .gelu)
        for index in 0..<rows.count {
            lane.bytes.rows.quantise(lane.floats.base + index * 4 * state, row: index, depth: 4 * state, kernels)
        }
        layer.feedForward.down.apply(lane.bytes.rows, rows.count, into: stream, stride: state, .add)
    }

    private func normalise(_ norm: Norm, _ rows: Range<Int>, _ lane: Lane) {
        for (index, row) in rows.enumerated() {
            norm.apply(stream.base + row * state, into: lane.floats.base)
            lane.bytes.rows.quantise(lane.floats.base, row: index, depth: state, kernels)
        }
    }

    private func attend() {
        let head = network.shape.head
        let stride = 3 * state
        pool.run(network.shape.audioHeads) { index in
            let first = queryKeyValue.base + index * head
            heads.pack(
                index, keys: first + state, values: first + 2 * state, stride: stride, length: Self.length)
        }
        let blocks = (Self.length + Self.queriesAtOnce - 1) / Self.queriesAtOnce
        pool.run(network.shape.audioHeads * blocks) { piece in
            let (index, first) = (piece / blocks, piece % blocks * Self.queriesAtOnce)
            heads.attend(
                index, length: Self.length, queries: queryKeyValue.base + first * stride + index * head,
                stride: stride, rows: min(Self.queriesAtOnce, Self.length - first), precise: false,
                into: mixed.base + first * state + index * head, resultStride: state)
        }
    }
}
