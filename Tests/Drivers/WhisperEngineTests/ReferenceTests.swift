import CSpeechKernels
import Foundation
import SpeechKernels
import Testing
import Workbench

@testable import WhisperEngine

/// What Scripts/make_whisper_reference.py computed in double precision: some rows of each stage.
struct Reference: Decodable {
    let mel: [String: [Float]]
    let encoded: [String: [Float]]
    let tokens: [Int]
    let logits: [String: [Float]]

    static func read() throws -> Reference {
        let url = URL(fileURLWithPath: "\(Workbench.referenceModel)/reference.json")
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
    }

    static func samples() throws -> [Int16] {
        try Data(contentsOf: URL(fileURLWithPath: "\(Workbench.referenceModel)/audio.raw")).withUnsafeBytes {
            Array($0.bindMemory(to: Int16.self))
        }
    }

    static var model: String { "\(Workbench.referenceModel)/ggml-reference.bin" }
}

/// How alike two rows are; both lengths and directions count.
func likeness(_ a: [Float], _ b: [Float]) -> (cosine: Double, ratio: Double) {
    func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    return (dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot(), (dot(a, a) / dot(b, b)).squareRoot())
}

@Suite("numbers against an independent implementation", .serialized)
struct ReferenceTests {
    private func kernels(_ form: Int) -> Kernels? { sk_kernels_of(Int32(form)).map { Kernels(table: $0) } }

    private func row(_ base: UnsafePointer<Float>, _ index: String, _ width: Int) throws -> [Float] {
        let first = try #require(Int(index)) * width
        return (first..<first + width).map { base[$0] }
    }

    @Test("mel, encoder and logits agree, from a file of f16, q8_0, q5_0 and q5_1", arguments: 0..<sk_forms)
    func stages(form: Int) throws {
        guard let kernels = kernels(form) else { return }
        let reference = try Reference.read()
        let file = try GGMLFile(path: Reference.model)
        let network = try WhisperNetwork(file, kernels)
        let pool = try WorkerPool(threads: 2)
        let encoder = Encoder(network, pool)
        let crossing = CrossAttention(network, pool)
        LogMel(kernels, pool, filters: file.filters, mels: file.shape.mels).compute(
            try Reference.samples(), into: encoder.input)
        for (index, expected) in reference.mel {
            let found = try row(encoder.input, index, file.shape.mels)
            for (ours, theirs) in zip(found, expected) {
                #expect(abs(ours - theirs) < 5e-5, "frame \(index): \(ours), \(theirs)")
            }
        }
        try encoder.run(into: crossing) { false }
        for (index, expected) in reference.encoded {
            let alike = likeness(try row(encoder.output, index, file.shape.audioState), expected)
            #expect(alike.cosine > 0.999 && abs(alike.ratio - 1) < 0.02, "position \(index): \(alike)")
        }
        try checkLogits(Decoder(network, pool, crossing), reference, file.shape.vocabulary)
    }

    /// Row by row, then all at once: a prompt in one pass must say what its tokens say one after the other.
    private func checkLogits(_ decoder: Decoder, _ reference: Reference, _ vocabulary: Int) throws {
        for (index, expected) in reference.logits {
            let tokens = Array(reference.tokens[0...(try #require(Int(index)))])
            decoder.rewind()
            decoder.step(tokens)
            let together = (0..<vocabulary).map { decoder.logits.base[$0] }
            decoder.rewind()
            for token in tokens { decoder.step([token]) }
            let apart = (0..<vocabulary).map { decoder.logits.base[$0] }
            #expect(together == apart)
            let alike = likeness(apart, expected)
            #expect(alike.cosine > 0.999 && abs(alike.ratio - 1) < 0.02, "after \(index): \(alike)")
            #expect(apart.firstIndex(of: apart.max() ?? 0) == expected.firstIndex(of: expected.max() ?? 0))
        }
    }

    @Test("a window without a sample is silence at the floor, and one of 30 s has no padding to reflect")
    func edges() throws {
        let file = try GGMLFile(path: Reference.model)
        let pool = try WorkerPool(threads: 1)
        let mel = LogMel(.best, pool, filters: file.filters, mels: 80)
        let frames = AlignedBuffer<Float>(LogMel.frames * 80)
        mel.compute([], into: frames.base)
        #expect((0..<frames.count).allSatisfy { abs(frames.base[$0] + 1.5) < 1e-6 })
        mel.compute([Int16](repeating: .max, count: 480_000), into: frames.base)
        #expect((0..<frames.count).allSatisfy { frames.base[$0].isFinite })
    }

    @Test("half-precision numbers of every kind")
    func halves() {
        let table: [(UInt16, Float)] = [
            (0x0000, 0), (0x3C00, 1), (0xC000, -2), (0x0001, 0x1p-24), (0x03FF, 0x1.FF8p-15), (0x0400, 0x1p-14),
            (0x7BFF, 65504), (0x7C00, .infinity), (0xFC00, -.infinity),
        ]
        for (bits, value) in table { #expect(halfValue(bits) == value) }
        #expect(halfValue(0x7E00).isNaN && halfValue(0x8000).sign == .minus)
    }
}
