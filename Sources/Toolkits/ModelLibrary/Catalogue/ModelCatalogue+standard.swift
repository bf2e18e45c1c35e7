internal import Crypto

// Hashes and sizes are stated by the number of independent public places given with each; languages and licences are
// the publishers' own words. Memory was measured with an engine of the same shape, or estimated from the file's size.
extension ModelCatalogue {
    /// What Stentor knows how to fetch.
    public static let standard = ModelCatalogue(recognition + speakers + [sileroVAD])

    private static let sherpa = "https://github.com/k2-fsa/sherpa-onnx/releases/download"
    private static let whisper = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main"
    private static let senseVoice =
        "https://huggingface.co/csukuangfj/sherpa-onnx-sense-voice-zh-en-ja-ko-yue-2024-07-17/resolve/main"
    private static let megabyte: Int64 = 1 << 20

    private static let openAIWhisper = KnownModel.Licence(
        name: "MIT", url: "https://github.com/openai/whisper/blob/main/LICENSE", attribution: "OpenAI Whisper")

    private static var recognition: [KnownModel] {
        [
            KnownModel(
                name: "parakeet-tdt-0.6b-v3",
                summary: "25 European languages with punctuation; the best choice for them on a CPU.",
                kind: .transducer, languages: Languages.parakeet, ramBytes: 1_500 * megabyte,
                licence: KnownModel.Licence(
                    name: "CC-BY-4.0", url: "https://creativecommons.org/licenses/by/4.0/",
                    attribution: "NVIDIA Parakeet TDT 0.6B v3, quantised by the sherpa-onnx project"),
                downloads: download(
                    "\(sherpa)/asr-models/sherpa-onnx-nemo-parakeet-tdt-0.6b-v3-int8.tar.bz2", 487_170_055,
                    "5793d0fd397c5778d2cf2126994d58e9d56b1be7c04d13c7a15bb1b4eafb16bf", sources: 10),
                diskBytes: 487_170_055 + 670_478_772),
            whisper(
                "tiny", 77_691_713, "be07e048e1e599ad46341c8d2a135645097a538221678b7acdd1b1919c6e1b21", 10, ram: 194),
            whisper(
                "base", 147_951_465, "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe", 10, ram: 284),
            whisper(
                "base-q5_1", 59_707_625, "422f1ae452ade6f30a004d7e5c6a43195e4433bc370bf23fac9cc591f01a8898", 2, ram: 193
            ),
            whisper(
                "base-q8_0", 81_768_585, "c577b9a86e7e048a0b7eada054f4dd79a56bbfa911fbdacf900ac5b567cbb7d9", 9, ram: 218
            ),
            whisper(
                "small-q5_1", 190_085_487, "ae85e4a935d7a567bd102fe55afc16bb595bdb618e11b2fc7591bc08120411bb", 4,
                ram: 376),
            whisper(
                "large-v3-turbo-q5_0", 574_041_195, "394221709cd5ad1f40c46e6031ca61bce88931e6e088c188294c6d5a55ffa7e2",
                10,
                ram: 765),
            whisper(
                "large-v3-turbo-q8_0", 874_188_075, "317eb69c11673c9de1e1f0d459b253999804ec71ac4c23c17ecf5fbe24e259a1",
                10,
                ram: 1_100),
            KnownModel(
                name: "sense-voice-small", summary: "Chinese, Cantonese, Japanese, Korean and English, quick on a CPU.",
                kind: .senseVoice, languages: ["zh", "yue", "ja", "ko", "en"], ramBytes: 600 * megabyte,
                licence: KnownModel.Licence(
                    name: "FunASR Model License",
                    url: "https://github.com/modelscope/FunASR/blob/main/MODEL_LICENSE", isRestrictive: true,
                    attribution: "SenseVoice by FunASR, Alibaba Group"),
                downloads: download(
                    "\(senseVoice)/model.int8.onnx", 239_233_841,
                    "c71f0ce00bec95b07744e116345e33d8cbbe08cef896382cf907bf4b51a2cd51", sources: 10)
                    + download(
                        "\(senseVoice)/tokens.txt", 315_894,
                        "f449eb28dc567533d7fa59be34e2abca8784f771850c78a47fb731a31429a1dc", sources: 8)),
        ]
    }

    private static func whisper(
        _ size: String, _ bytes: Int64, _ sha256: String, _ sources: Int, ram: Int64
    ) -> KnownModel {
        KnownModel(
            name: "whisper-\(size)", summary: "Whisper \(size): about 100 languages, finds the language by itself.",
            kind: .whisperGGML, languages: size.hasPrefix("large-v3") ? Languages.whisperV3 : Languages.whisper,
            ramBytes: ram * megabyte, licence: openAIWhisper,
            downloads: download("\(whisper)/ggml-\(size).bin", bytes, sha256, sources: sources))
    }

    private static var speakers: [KnownModel] {
        let embeddings = "\(sherpa)/speaker-recongition-models"  // spelled so by its publisher
        let apache = KnownModel.Licence(
            name: "Apache-2.0", url: "https://github.com/modelscope/3D-Speaker/blob/main/LICENSE",
            attribution: "3D-Speaker by Alibaba Group")
        return [
            KnownModel(
                name: "pyannote-segmentation-3.0", summary: "Finds where one voice ends and the next begins.",
                kind: .segmentation, languages: [], ramBytes: 110 * megabyte,
                licence: KnownModel.Licence(
                    name: "MIT", url: "https://huggingface.co/pyannote/segmentation-3.0/blob/main/LICENSE",
                    attribution: "pyannote segmentation 3.0, CNRS"),
                downloads: download(
                    "\(sherpa)/speaker-segmentation-models/sherpa-onnx-pyannote-segmentation-3-0.tar.bz2", 6_958_444,
                    "24615ee884c897d9d2ba09bb4d30da6bb1b15e685065962db5b02e76e4996488", sources: 10),
                innerHashes: [
                    "model.onnx": digest("220ad67ca923bef2fa91f2390c786097bf305bceb5e261d4af67b38e938e1079"),
                    "model.int8.onnx": digest("d582f4b4c6b48205de7e0643c57df0df5615a3c176189be3fc461e9d18827b5d"),
                ], diskBytes: 6_958_444 + 12 * megabyte),
            KnownModel(
                name: "eres2net-base-zh",
                summary: "Tells voices apart; trained on Chinese, good for other languages too.",
                kind: .speakerEmbedding, languages: [], ramBytes: 110 * megabyte, licence: apache,
                downloads: download(
                    "\(embeddings)/3dspeaker_speech_eres2net_base_sv_zh-cn_3dspeaker_16k.onnx", 39_593_761,
                    "1a331345f04805badbb495c775a6ddffcdd1a732567d5ec8b3d5749e3c7a5e4b", sources: 10)),
            KnownModel(
                name: "eres2net-en", summary: "Tells voices apart; trained on English.", kind: .speakerEmbedding,
                languages: [], ramBytes: 100 * megabyte, licence: apache,
                downloads: download(
                    "\(embeddings)/3dspeaker_speech_eres2net_sv_en_voxceleb_16k.onnx", 26_485_263,
                    "c59158379255ad66e161679cca6af8d52d51e389e3224ab7d7a7baae295c2db5", sources: 10)),
            KnownModel(
                name: "titanet-small-en", summary: "Tells voices apart; trained on English.", kind: .speakerEmbedding,
                languages: [], ramBytes: 110 * megabyte,
                licence: KnownModel.Licence(
                    name: "CC-BY-4.0", url: "https://creativecommons.org/licenses/by/4.0/",
                    attribution: "NVIDIA NeMo TitaNet small"),
                downloads: download(
                    "\(embeddings)/nemo_en_titanet_small.onnx", 40_257_283,
                    "ad4a1802485d8b34c722d2a9d04249662f2ece5d28a7a039063ca22f515a789e", sources: 5)),
        ]
    }

    private static var sileroVAD: KnownModel {
        KnownModel(
            name: "silero-vad", summary: "Finds where somebody speaks.", kind: .voiceActivity, languages: [],
            ramBytes: 65 * megabyte,
            licence: KnownModel.Licence(
                name: "MIT", url: "https://github.com/snakers4/silero-vad/blob/master/LICENSE",
                attribution: "Silero VAD"),
            downloads: download(
                "https://raw.githubusercontent.com/snakers4/silero-vad/806dcba3f0b5d95282d0889a074954a2f8c6397b"
                    + "/src/silero_vad/data/silero_vad.onnx", 2_327_524,
                "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3", sources: 2))
    }

    private static func download(_ url: String, _ bytes: Int64, _ sha256: String, sources: Int) -> [KnownModel.Download]
    {
        [KnownModel.Download(url: url, bytes: bytes, sha256: digest(sha256), hashSources: sources)]
    }

    private static func digest(_ hex: String) -> SHA256Digest {
        guard let digest = SHA256Digest(hex: hex) else {
            preconditionFailure("a hash of the catalogue is not 64 hexadecimal digits; a test reads every one")
        }
        return digest
    }
}
