import CPocketSphinx
import Glibc
public import Transcription

/// PocketSphinx with Debian's US English model: the engine that needs no download, and far from the best.
public final class SphinxRecognizer: SpeechEngine {
    /// Where Debian's package `pocketsphinx-en-us` puts its model.
    public static let defaultFolder = "/usr/share/pocketsphinx/model/en-us"

    public let capabilities = RecognizerCapabilities(
        engine: "sphinx", model: "en-us", languages: ["en"],
        warnings: [
            "Recognised by PocketSphinx, which needs no download but gets about every third word wrong and knows only "
                + "English. A better model: “stentor models list”, then “stentor models pull NAME”."
        ])
    public let stopsInsideChunk = false

    private let folder: String
    private let ordinary: SphinxDecoder
    /// Made when first needed: few files ask for a second look.
    private var careful: SphinxDecoder?

    public init(folder: String) throws(EngineError) {
        self.folder = folder
        ordinary = try SphinxDecoder(folder: folder, .ordinary)
    }

    public func recognise(
        _ samples: [Int16], _ options: RecognitionOptions, isCancelled: () -> Bool
    ) throws(EngineError) -> Recognition {
        if let language = options.language, language != "en" {
            throw EngineError(.unknownLanguage, "PocketSphinx knows only English, not “\(language)”.")
        }
        let decoder = options.isSecondLook ? try carefulDecoder() : ordinary
        return try decoder.recognise(samples)
    }

    private func carefulDecoder() throws(EngineError) -> SphinxDecoder {
        if let careful { return careful }
        let made = try SphinxDecoder(folder: folder, .careful)
        careful = made
        return made
    }
}
