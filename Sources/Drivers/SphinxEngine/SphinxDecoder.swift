import CPocketSphinx
import Glibc
import Transcription

/// One decoder of PocketSphinx; owns its handle.
final class SphinxDecoder {
    /// How wide the search is.
    struct Beam {
        let phones: String
        let words: String

        /// PocketSphinx's own values.
        static let ordinary = Beam(phones: "1e-48", words: "7e-29")
        static let careful = Beam(phones: "1e-72", words: "1e-44")
    }

    /// Frames in a second of PocketSphinx's features.
    private static let frameRate = 100.0
    private let decoder: OpaquePointer

    init(folder: String, _ beam: Beam) throws(EngineError) {
        let files = ["\(folder)/en-us", "\(folder)/en-us.lm.bin", "\(folder)/cmudict-en-us.dict"]
        guard files.allSatisfy({ access($0, R_OK) == 0 }) else {
            throw EngineError(
                .unusable, "PocketSphinx's English model is not installed: “apt-get install pocketsphinx-en-us”.")
        }
        guard
            let decoder = cpocketsphinx_decoder(files[0], files[1], files[2], beam.phones, beam.words)
        else { throw EngineError(.unusable, "PocketSphinx's English model cannot be loaded.") }
        self.decoder = decoder
    }

    deinit {
        ps_free(decoder)
    }

    func recognise(_ samples: [Int16]) throws(EngineError) -> Recognition {
        // A new stream for each part: noise levels learned from another part, or another file, would change the result.
        guard ps_start_stream(decoder) == 0, ps_start_utt(decoder) == 0 else {
            throw EngineError(.failed, "PocketSphinx could not begin a part.")
        }
        var isOpen = true
        defer { if isOpen { ps_end_utt(decoder) } }
        // All at once: the mean of the whole part is what PocketSphinx normalises by, and costs a third of the errors
        // when it has to guess it while the sound still comes.
        let status = samples.withUnsafeBufferPointer { ps_process_raw(decoder, $0.baseAddress, $0.count, 0, 1) }
        guard status >= 0 else { throw EngineError(.failed, "PocketSphinx could not read a part.") }
        isOpen = false
        guard ps_end_utt(decoder) == 0 else { throw EngineError(.failed, "PocketSphinx could not finish a part.") }
        let words = self.words()
        return Recognition(text: words.map(\.text).joined(separator: " "), words: words, language: "en")
    }

    private func words() -> [Recognition.Word] {
        var words: [Recognition.Word] = []
        var iterator = ps_seg_iter(decoder)
        while let segment = iterator {
            if let word = word(segment) { words.append(word) }
            iterator = ps_seg_next(segment)  // frees the iterator at the end
        }
        return words
    }

    /// `nil` for silence and noise, which PocketSphinx writes as `<sil>` and `[NOISE]`.
    private func word(_ segment: OpaquePointer) -> Recognition.Word? {
        guard let name = ps_seg_word(segment) else { return nil }
        let text = String(cString: name)
        guard let first = text.first, !"<[+".contains(first) else { return nil }
        var start: CInt = 0
        var end: CInt = 0
        ps_seg_frames(segment, &start, &end)
        let probability = logmath_exp(ps_get_logmath(decoder), ps_seg_prob(segment, nil, nil, nil))
        return Recognition.Word(
            // A second pronunciation is written `read(2)`.
            text: String(text.prefix { $0 != "(" }), start: Double(start) / Self.frameRate,
            end: Double(end + 1) / Self.frameRate, confidence: min(max(probability, 0), 1))
    }
}
