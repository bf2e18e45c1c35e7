import Testing

@testable import ModelLibrary

@Suite("Kinds told from file names")
struct KindDetectionTests {
    private func roles(_ paths: [String]) -> [FileRole: String]? { KindDetection.detect(paths)?.files }

    @Test(
        "what publishers ship is told",
        arguments: [
            (["encoder.int8.onnx", "decoder.int8.onnx", "joiner.int8.onnx", "tokens.txt"], ModelKind.transducer),
            (
                [
                    "m/encoder-epoch-99-avg-1.onnx", "m/decoder-epoch-99-avg-1.onnx", "m/joiner-epoch-99-avg-1.onnx",
                    "m/tokens.txt",
                ], .transducer
            ),
            (["tiny-encoder.onnx", "tiny-decoder.onnx", "tiny-tokens.txt"], .whisperONNX),
            (["model.int8.onnx", "tokens.txt"], .senseVoice),
            (
                [
                    "preprocess.onnx", "encode.int8.onnx", "uncached_decode.int8.onnx", "cached_decode.int8.onnx",
                    "tokens.txt",
                ], .moonshine
            ),
            (["ggml-base-q5_1.bin"], .whisperGGML),
            (["silero_vad.onnx"], .voiceActivity),
            (["sherpa-onnx-pyannote-segmentation-3-0/model.onnx"], .segmentation),
            (["3dspeaker_speech_eres2net_base_sv_zh-cn_3dspeaker_16k.onnx"], .speakerEmbedding),
            (["nemo_en_titanet_small.onnx"], .speakerEmbedding),
        ])
    func known(paths: [String], kind: ModelKind) throws {
        let detected = try #require(KindDetection.detect(paths))
        #expect(detected.kind == kind)
        #expect(Set(detected.files.keys) == Set(kind.roles))
        #expect(Set(detected.files.values).isSubset(of: paths))
    }

    @Test("int8 is taken where both are there, each file for its own role")
    func precision() {
        let files = roles([
            "encoder.onnx", "encoder.int8.onnx", "decoder.onnx", "joiner.int8.onnx", "joiner.onnx", "tokens.txt",
        ])
        #expect(
            files == [
                .encoder: "encoder.int8.onnx", .decoder: "decoder.onnx", .joiner: "joiner.int8.onnx",
                .tokens: "tokens.txt",
            ])
    }

    @Test("Moonshine's decoders are not mixed up")
    func moonshine() {
        let files = roles([
            "preprocess.onnx", "encode.onnx", "uncached_decode.onnx", "cached_decode.onnx", "tokens.txt",
        ])
        #expect(files?[.cachedDecoder] == "cached_decode.onnx")
        #expect(files?[.uncachedDecoder] == "uncached_decode.onnx")
    }

    @Test(
        "what is not enough is nothing",
        arguments: [
            [], ["tokens.txt"], ["encoder.onnx", "tokens.txt"], ["encoder.onnx", "decoder.onnx"], ["model.onnx"],
            ["encoder.onnx", "decoder.onnx", "joiner.onnx"], ["pytorch_model.bin"], ["notes.pdf"],
        ])
    func unknown(paths: [String]) {
        #expect(KindDetection.detect(paths) == nil)
    }

    @Test("a kind that is known already needs less of the names")
    func given() {
        #expect(
            KindDetection.detect(["x/model.onnx", "x/model.int8.onnx"], as: .segmentation)?.files == [
                .model: "x/model.int8.onnx"
            ])
        #expect(KindDetection.detect(["model.onnx"], as: .transducer) == nil)
    }

    @Test("weights and notes come along, tests and other precisions do not")
    func companions() throws {
        let paths = [
            "m/encoder.onnx", "m/encoder.weights", "m/decoder.int8.onnx", "m/decoder.onnx", "m/decoder.weights",
            "m/joiner.onnx", "m/tokens.txt", "m/LICENSE", "m/README.md", "m/test_wavs/en.wav",
        ]
        let detected = try #require(KindDetection.detect(paths))
        let chosen = ImportCandidate.selection(from: paths, for: detected).map(\.path)
        #expect(
            Set(chosen) == [
                "m/encoder.onnx", "m/encoder.weights", "m/decoder.int8.onnx", "m/joiner.onnx", "m/tokens.txt",
                "m/LICENSE", "m/README.md",
            ])
    }
}
