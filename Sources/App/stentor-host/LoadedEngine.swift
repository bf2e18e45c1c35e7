import Glibc
import HostProcesses
import SherpaEngine
import SpeakerEngine
import SphinxEngine
import Transcription
import WhisperEngine

/// The engine and the speech detector of this process.
struct LoadedEngine {
    let detector: any VoiceActivityEngine
    let recognizer: (any SpeechEngine)?
    /// `nil` where the encoder's weights are not installed.
    let voices: (any VoiceEngine)?
    /// Models that tell speakers apart, where the setup names them.
    let diarizer: (any DiarizationEngine)?

    init(_ setup: EngineSetup) throws(EngineError) {
        let library = try SherpaLibrary(folder: setup.engineFolder)
        detector = try SileroDetector(library, model: "\(setup.engineFolder)/\(SileroDetector.fileName)")
        recognizer = try Self.recognizer(setup, library)
        diarizer = try Self.diarizer(setup, library)
        voices = VoiceEncoderFile(path: "\(setup.engineFolder)/\(VoiceEncoderFile.fileName)")
    }

    private static func recognizer(
        _ setup: EngineSetup, _ library: SherpaLibrary
    ) throws(EngineError) -> (any SpeechEngine)? {
        switch setup.engine {
        case nil: return nil
        case "sphinx": return try SphinxRecognizer(folder: setup.files["folder"] ?? SphinxRecognizer.defaultFolder)
        case "sherpa":
            guard let model = SherpaModel(rawValue: setup.kind) else {
                throw EngineError(.unusable, "sherpa-onnx does not run models of the kind “\(setup.kind)”.")
            }
            return try SherpaRecognizer(
                library, model, name: setup.model, files: setup.files, languages: setup.languages,
                threads: setup.threads, device: setup.device ?? .cpu)
        case "whisper":
            guard setup.kind == "whisper-ggml", let path = setup.files["model"] else {
                throw EngineError(.unusable, "The Whisper engine does not run models of the kind “\(setup.kind)”.")
            }
            return try WhisperRecognizer(
                path: path, name: setup.model, languages: setup.languages, threads: setup.threads)
        case .some(let name): throw EngineError(.unusable, "There is no engine “\(name)”.")
        }
    }

    private static func diarizer(
        _ setup: EngineSetup, _ library: SherpaLibrary
    ) throws(EngineError) -> (any DiarizationEngine)? {
        guard let models = setup.speakerModels else { return nil }
        guard let segmentation = setup.files["segmentation"], let embedding = setup.files["embedding"] else {
            throw EngineError(.unusable, "The models that tell speakers apart are gone: pull them again.")
        }
        return try SherpaDiarizer(
            library, segmentation: segmentation, embedding: embedding, windowShift: models.windowShift,
            threads: setup.threads)
    }

    /// What loading reads: the engine's and the model's files, the system's libraries, and what they ask about the
    /// processor.
    static func readablePaths(_ setup: EngineSetup) -> [String] {
        let own = [setup.engineFolder] + setup.files.values + [SphinxRecognizer.defaultFolder]
        let system = ["/usr/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/sys/devices/system", "/proc/cpuinfo"]
        return own.flatMap { [$0] + inside($0) } + system
    }

    /// Files of a folder may be links to somewhere else.
    private static func inside(_ path: String) -> [String] {
        [SherpaLibrary.fileName, "libonnxruntime.so", SileroDetector.fileName, VoiceEncoderFile.fileName].compactMap {
            name in
            guard let real = realpath("\(path)/\(name)", nil) else { return nil }
            defer { free(real) }
            return String(cString: real)
        }
    }
}
