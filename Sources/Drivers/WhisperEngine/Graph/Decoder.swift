import CSpeechKernels
import SpeechKernels
import Transcription

/// The decoder of one sequence with what it said so far as keys and values.
final class Decoder {
    /// Rows of one pass: a prompt goes through in blocks of this many.
    static let rowsAtOnce = 32

    private let network: WhisperNetwork
    private let kernels: Kernels
    private let pool: WorkerPool
    private let crossing: CrossAttention
    private let state: Int
    /// Keys and values of every layer: rows of both, one row for each position.
    private let spoken: [AlignedBuffer<Float>]
    private let stream, wide, mixed, scores: AlignedBuffer<Float>
    private let bytes: ByteScratch
    /// Scores of the tokens that may follow, after `step`.
    let logits: AlignedBuffer<Float>
    /// Positions that hold something.
    private(set) var position = 0

    init(_ network: WhisperNetwork, _ pool: WorkerPool, _ crossing: CrossAttention) {
        self.network = network
        self.pool = pool
        self.crossing = crossing
        kernels = network.kernels
        let shape = network.shape
        let state = shape.audioState
        self.state = state
        spoken = network.decoderLayers.map { _ in AlignedBuffer(shape.textContext * 2 * state) }
        stream = AlignedBuffer(Self.rowsAtOnce * state)
        wide = AlignedBuffer(Self.rowsAtOnce * 4 * state)
        mixed = AlignedBuffer(Self.rowsAtOnce * state)
        scores = AlignedBuffer(shape.textHeads * shape.textContext)
        bytes = ByteScratch(rows: Self.rowsAtOnce, depth: 4 * state)
        logits = AlignedBuffer(shape.vocabulary)
    }

    var positionsLeft: Int { network.shape.textContext - position }

    /// Forgets everything from `position` on.
    func rewind(to position: Int = 0) { self.position = min(position, self.position) }

    /// Takes tokens in and leaves in `logits` what may follow the last one. There must be room: see `positionsLeft`.
    /// - Parameter heard: asks for the cross-attention's probabilities of every layer and head.
    func step(_ tokens: [Int], heard: HeardFrames? = nil) {
        var last = 0
        for first in stride(from: 0, to: tokens.count, by: Self.rowsAtOnce) {
            let block = tokens[first..<min(first + Self.rowsAtOnce, tokens.count)]
            last = block.count - 1
            pass(Array(block), first, heard)
        }
        network.decoderNorm.apply(stream.base + last * state, into: mixed.base)
        bytes.rows.quantise(mixed.base, row: 0, depth: state, kernels)
        spread(network.tokens, 1, into: logits.base, stride: network.shape.vocabulary)
    }

    private func pass(_ tokens: [Int], _ first: Int, _ heard: HeardFrames?) {
        for (row, token) in tokens.enumerated() {
            let target = stream.base + row * state
            network.tokens.weights(output: token, into: target)
            let places = (position + row) * state
            for index in 0..<state { target[index] += network.textPositions[places + index] }
        }
        for (index, layer) in network.decoderLayers.enumerated() {
            normalise(layer.norm, tokens.count)
            spread(layer.queryKeyValue, tokens.count, into: wide.base, stride: 3 * state)
            attendSpoken(index, tokens.count)
            quantise(mixed.base, tokens.count, depth: state)
            spread(layer.out, tokens.count, into: stream.base, stride: state, .add)
            normalise(layer.crossNorm, tokens.count)
            spread(layer.crossQuery, tokens.count, into: wide.base, stride: state)
            attendHeard(index, tokens.count, first, heard)
            quantise(mixed.base, tokens.count, depth: state)
            spread(layer.crossOut, tokens.count, into: stream.base, stride: state, .add)
            normalise(layer.feedForward.norm, tokens.count)
            spread(layer.feedForward.up, tokens.count, into: wide.base, stride: 4 * state, .gelu)
            quantise(wide.base, tokens.count, depth: 4 * state)
            spread(layer.feedForward.down, tokens.count, into: stream.base, stride: state, .add)
        }
        position += tokens.count
    }

    private func normalise(_ norm: Norm, _ rows: Int) {
        for row in 0..<rows {
            norm.apply(stream.base + row * state, into: mixed.base)
            bytes.rows.quantise(mixed.base, row: row, depth: state, kernels)
        }
    }

    private func quantise(_ values: UnsafePointer<Float>, _ rows: Int, depth: Int) {
        for row in 0..<rows { bytes.rows.quantise(values + row * depth, row: row, depth: depth, kernels) }
    }

    /// A product shared among the threads by its columns.
    private func spread(
        _ linear: Linear, _ rows: Int, into result: UnsafeMutablePointer<Float>, stride: Int,
        _ epilogue: Epilogue = .store
    ) {
        pool.parts(of: linear.panelCount) { panels in
            linear.apply(bytes.rows, rows, into: result, stride: stride, epilogue, panels: panels)
        }
    }

    /// Attention over what was said: every row sees itself and what came before it.
    private func attendSpoken(_ layer: Int, _ rows: Int) {
        let head = network.shape.head
        let width = 2 * state
        let memory = spoken[layer].base
        for row in 0..<rows {
            let target = memory + (position + row) * width
            target.update(from: wide.base + row * 3 * state + state, count: width)
        }
        pool.parts(of: network.shape.textHeads) { heads in
            for index in heads {
                for row in 0..<rows {
                    kernels.table.pointee.attend_floats(
                        wide.base + row * 3 * state + index * head, memory + index * head,
                        memory + state + index * head, width, Int32(position + row + 1), Int32(head),
                        1 / Float(head).squareRoot(), scores.base + index * network.shape.textContext,
                        mixed.base + row * state + index * head)
                }
            }
        }
    }

    private func attendHeard(_ layer: Int, _ rows: Int, _ first: Int, _ heard: HeardFrames?) {
        let head = network.shape.head
        pool.run(network.shape.textHeads) { index in
            crossing.attend(
                layer: layer, head: index, queries: wide.base + index * head, stride: state, rows: rows,
                into: mixed.base + index * head, resultStride: state,
                weights: heard?.rows(layer: layer, head: index, token: first))
        }
    }
}
