import Foundation

extension Workbench {
    /// A media file's audio as 16 kHz mono samples, by the `ffmpeg` program.
    public func samples(of path: String) throws -> [Int16] {
        let name = "\(UUID().uuidString).raw"
        let raw = try ffmpeg(["-i", path, "-ac", "1", "-ar", "16000", "-f", "s16le"], name)
        return try Data(contentsOf: URL(fileURLWithPath: raw)).withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
    }

    /// Where the set-up put the engine library and the speech detector's model.
    public static var engineFolder: String { project.appending(path: ".deps/engine").path }

    /// The Whisper-shaped model that says one sentence, see Scripts/make_nano_whisper.py.
    public static var nanoModel: [String: String] {
        let folder = project.appending(path: ".deps/test-models/whisper-nano").path
        return [
            "encoder": "\(folder)/encoder.onnx", "decoder": "\(folder)/decoder.onnx", "tokens": "\(folder)/tokens.txt",
        ]
    }

    /// The same model in whisper.cpp's form.
    public static var nanoGGML: String {
        project.appending(path: ".deps/test-models/whisper-nano/ggml-nano.bin").path
    }

    /// A model of random weights with what it computes, see Scripts/make_whisper_reference.py.
    public static var referenceModel: String {
        project.appending(path: ".deps/test-models/whisper-reference").path
    }

    public static func nanoSentence() throws -> String {
        let path = project.appending(path: ".deps/test-models/whisper-nano/sentence.txt")
        return try String(contentsOf: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
