import SpeechKernels

/// Where the decoder listened for each token: cross-attention probabilities of the layers whose heads follow the
/// sound, all of those in the upper half of the decoder (openai-whisper's choice where a model names none).
final class HeardFrames {
    let tokens: Int
    let heads: Int
    private let firstLayer: Int
    private let headsOfLayer: Int
    private let buffer: AlignedBuffer<Float>

    init(_ shape: GGMLShape, tokens: Int) {
        self.tokens = tokens
        firstLayer = shape.textLayers / 2
        headsOfLayer = shape.textHeads
        heads = (shape.textLayers - firstLayer) * headsOfLayer
        buffer = AlignedBuffer(heads * tokens * GGMLShape.audioContext)
    }

    /// Where the probabilities of one head go, from a token on; `nil` for a layer that does not count.
    func rows(layer: Int, head: Int, token: Int) -> UnsafeMutablePointer<Float>? {
        guard layer >= firstLayer else { return nil }
        return row(head: (layer - firstLayer) * headsOfLayer + head, token: token)
    }

    /// One token's probabilities over all frames.
    func row(head: Int, token: Int) -> UnsafeMutablePointer<Float> {
        buffer.base + (head * tokens + token) * GGMLShape.audioContext
    }
}
