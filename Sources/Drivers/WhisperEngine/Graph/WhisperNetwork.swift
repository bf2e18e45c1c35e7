import SpeechKernels
import Transcription

/// The weights of one model, ready for the kernels.
final class WhisperNetwork {
    struct EncoderLayer {
        let norm: Norm
        let queryKeyValue: Linear
        let out: Linear
        let feedForward: FeedForward
    }

    struct DecoderLayer {
        let norm: Norm
        let queryKeyValue: Linear
        let out: Linear
        let crossNorm: Norm
        let crossQuery: Linear
        let crossKeyValue: Linear
        let crossOut: Linear
        let feedForward: FeedForward
    }

    struct FeedForward {
        let norm: Norm
        let up: Linear
        let down: Linear
    }

    let shape: GGMLShape
    let kernels: Kernels
    let firstConvolution: FloatMatrix
    let secondConvolution: FloatMatrix
    /// Positions of the encoder, row by row.
    let audioPositions: [Float]
    let encoderLayers: [EncoderLayer]
    let encoderNorm: Norm
    /// Both the output matrix and, row by row, the embeddings.
    let tokens: Linear
    let textPositions: [Float]
    let decoderLayers: [DecoderLayer]
    let decoderNorm: Norm

    /// Reads, quantises and packs everything. Throws `EngineError.unusable` for a file that lacks something.
    init(_ file: GGMLFile, _ kernels: Kernels) throws(EngineError) {
        let reader = NetworkReader(file: file, kernels: kernels)
        let state = file.shape.audioState
        shape = file.shape
        self.kernels = kernels
        firstConvolution = try reader.convolution("encoder.conv1", inputs: file.shape.mels)
        secondConvolution = try reader.convolution("encoder.conv2", inputs: state)
        audioPositions = try file.values("encoder.positional_embedding", count: GGMLShape.audioContext * state)
        var encoderLayers: [EncoderLayer] = []
        for index in 0..<file.shape.audioLayers {
            encoderLayers.append(try reader.encoderLayer("encoder.blocks.\(index)"))
        }
        self.encoderLayers = encoderLayers
        encoderNorm = try reader.norm("encoder.ln_post")
        tokens = try reader.linear(
            [.init(weight: "decoder.token_embedding.weight")], outputs: file.shape.vocabulary, depth: state)
        textPositions = try file.values("decoder.positional_embedding", count: file.shape.textContext * state)
        var decoderLayers: [DecoderLayer] = []
        for index in 0..<file.shape.textLayers {
            decoderLayers.append(try reader.decoderLayer("decoder.blocks.\(index)"))
        }
        self.decoderLayers = decoderLayers
        decoderNorm = try reader.norm("decoder.ln")
    }
}

/// Turns tensors of a file, named as openai-whisper names them, into parts of a network.
struct NetworkReader {
    let file: GGMLFile
    let kernels: Kernels
    private var state: Int { file.shape.audioState }

    /// One matrix of those put side by side in a `Linear`.
    struct Part {
        let weight: String
        let bias: String?

        init(weight: String, bias: String? = nil) {
            self.weight = weight
            self.bias = bias
        }
    }

    init(file: GGMLFile, kernels: Kernels) {
        self.file = file
        self.kernels = kernels
    }

    /// - Parameter outputs: of each part.
    func linear(_ parts: [Part], outputs: Int, depth: Int) throws(EngineError) -> Linear {
        let linear = Linear(
            kernels, outputs: outputs * parts.count, depth: depth, hasBias: parts.contains { $0.bias != nil })
        for (index, part) in parts.enumerated() {
            try file.rows(part.weight, rows: outputs, columns: depth) { row, values in
                linear.setWeights(values, output: index * outputs + row)
            }
            if let bias = part.bias { linear.setBias(try file.values(bias, count: outputs), from: index * outputs) }
        }
        return linear
    }

    /// The usual matrix with its bias; keys have none.
    private func plain(_ name: String, outputs: Int, depth: Int) throws(EngineError) -> Linear {
        try linear([Part(weight: "\(name).weight", bias: "\(name).bias")], outputs: outputs, depth: depth)
    }

    func norm(_ name: String) throws(EngineError) -> Norm {
        Norm(
            kernels, gain: try file.values("\(name).weight", count: state),
            bias: try file.values("\(name).bias", count: state))
    }

    /// Three taps; weights go from (input, tap) to (tap, input), so that a window of rows is one row of a product.
    func convolution(_ name: String, inputs: Int) throws(EngineError) -> FloatMatrix {
        let matrix = FloatMatrix(
            kernels, outputs: state, depth: 3 * inputs, bias: try file.values("\(name).bias", count: state))
        let weights = try file.values("\(name).weight", count: state * inputs * 3)
        for output in 0..<state {
            let row = (0..<3 * inputs).map { weights[(output * inputs + $0 % inputs) * 3 + $0 / inputs] }
            matrix.setWeights(row, output: output)
        }
        return matrix
    }

    private func queryKeyValue(_ name: String) throws(EngineError) -> Linear {
        try linear(
            [
                Part(weight: "\(name).query.weight", bias: "\(name).query.bias"), Part(weight: "\(name).key.weight"),
                Part(weight: "\(name).value.weight", bias: "\(name).value.bias"),
            ], outputs: state, depth: state)
    }

    private func feedForward(_ name: String) throws(EngineError) -> WhisperNetwork.FeedForward {
        WhisperNetwork.FeedForward(
            norm: try norm("\(name).mlp_ln"), up: try plain("\(name).mlp.0", outputs: 4 * state, depth: state),
            down: try plain("\(name).mlp.2", outputs: state, depth: 4 * state))
    }

    func encoderLayer(_ name: String) throws(EngineError) -> WhisperNetwork.EncoderLayer {
        WhisperNetwork.EncoderLayer(
            norm: try norm("\(name).attn_ln"), queryKeyValue: try queryKeyValue("\(name).attn"),
            out: try plain("\(name).attn.out", outputs: state, depth: state), feedForward: try feedForward(name))
    }

    func decoderLayer(_ name: String) throws(EngineError) -> WhisperNetwork.DecoderLayer {
        let cross = "\(name).cross_attn"
        return WhisperNetwork.DecoderLayer(
            norm: try norm("\(name).attn_ln"), queryKeyValue: try queryKeyValue("\(name).attn"),
            out: try plain("\(name).attn.out", outputs: state, depth: state),
            crossNorm: try norm("\(name).cross_attn_ln"),
            crossQuery: try plain("\(cross).query", outputs: state, depth: state),
            crossKeyValue: try linear(
                [
                    Part(weight: "\(cross).key.weight"),
                    Part(weight: "\(cross).value.weight", bias: "\(cross).value.bias"),
                ], outputs: state, depth: state),
            crossOut: try plain("\(cross).out", outputs: state, depth: state), feedForward: try feedForward(name))
    }
}
