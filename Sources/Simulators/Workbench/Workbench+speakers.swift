import Foundation

/// What the models of Scripts/make_speaker_models.py hear as voices.
public enum SpeakerTones {
    /// Hertz of a voice from 0 to 19.
    public static func frequency(_ voice: Int) -> Double {
        func mel(_ hertz: Double) -> Double { 1127 * log(1 + hertz / 700) }
        let place = mel(20) + (mel(7600) - mel(20)) * (4 + 3.8 * Double(voice)) / 81
        return 700 * (exp(place / 1127) - 1)
    }

    /// A second of a voice at 16 kHz, full scale 32767.
    public static func second(_ voice: Int) -> [Double] {
        let step = 2 * Double.pi * frequency(voice).rounded() / 16_000
        return (0..<16_000).map { 9_000 * sin(step * Double($0)) }
    }
}

extension Workbench {
    /// Paths of those models by what an engine host calls them.
    public static var speakerModels: [String: String] {
        let folder = project.appending(path: ".deps/test-models/speakers").path
        return ["segmentation": "\(folder)/segmentation.onnx", "embedding": "\(folder)/embedding.onnx"]
    }
}
