/// What the decoder hears of one window: keys and values of every layer as bytes. They serve every attempt to decode
/// the window.
final class CrossAttention {
    private static let rowsAtOnce = 48

    private let network: WhisperNetwork
    private let pool: WorkerPool
    private let layers: [PackedHeads]
    private let bytes: ByteScratch

    init(_ network: WhisperNetwork, _ pool: WorkerPool) {
        self.network = network
        self.pool = pool
        let shape = network.shape
        layers = network.decoderLayers.map { _ in
            PackedHeads(
                network.kernels, count: shape.textHeads, head: shape.head, length: GGMLShape.audioContext)
        }
        bytes = ByteScratch(rows: GGMLShape.audioContext, depth: shape.audioState)
    }

    /// - Parameters:
    ///   - encoded: the encoder's rows.
    ///   - scratch: room for two rows' width each.
    func fill(from encoded: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>) {
        let state = network.shape.audioState
        let (head, length) = (network.shape.head, GGMLShape.audioContext)
        let blocks = (length + Self.rowsAtOnce - 1) / Self.rowsAtOnce
        pool.parts(of: length) { rows in
            for row in rows { bytes.rows.quantise(encoded + row * state, row: row, depth: state, network.kernels) }
        }
        for (layer, packed) in zip(network.decoderLayers, layers) {
            pool.run(blocks) { block in
                let first = block * Self.rowsAtOnce
                let rows = ByteRows(
                    bytes: bytes.rows.bytes + first * state, scales: bytes.rows.scales + first)
                layer.crossKeyValue.apply(
                    rows, min(Self.rowsAtOnce, length - first), into: scratch + first * 2 * state, stride: 2 * state)
            }
            pool.run(network.shape.textHeads) { index in
                let keys = scratch + index * head
                packed.pack(index, keys: keys, values: keys + state, stride: 2 * state, length: length)
            }
        }
    }

    /// Attention of one layer's head; see `PackedHeads.attend`.
    func attend(
        layer: Int, head: Int, queries: UnsafePointer<Float>, stride: Int, rows: Int,
        into result: UnsafeMutablePointer<Float>, resultStride: Int, weights: UnsafeMutablePointer<Float>? = nil
    ) {
        layers[layer].attend(
            head, length: GGMLShape.audioContext, queries: queries, stride: stride, rows: rows, precise: true,
            into: result, resultStride: resultStride, weights: weights)
    }
}
