public import Transcription

/// What every `SpeechEngine` must do, whatever it recognises. Each check returns the promises that were broken.
public enum SpeechEngineConformance {
    /// Runs all checks on an engine.
    /// - Parameter speech: mono samples in which somebody speaks the engine's language.
    public static func violations(_ engine: any SpeechEngine, speech: [Int16]) -> [String] {
        describesItself(engine) + survivesOddAudio(engine) + refusesLanguages(engine) + repeats(engine, speech)
            + keepsTimes(engine, speech)
    }

    static func describesItself(_ engine: any SpeechEngine) -> [String] {
        var broken: [String] = []
        if engine.capabilities.engine.isEmpty { broken.append("the engine has no name") }
        if engine.capabilities.model.isEmpty { broken.append("the model has no name") }
        if engine.capabilities.languages.isEmpty { broken.append("the engine does not say which languages it knows") }
        return broken
    }

    /// Nothing, next to nothing, silence, noise and the longest chunk.
    static func survivesOddAudio(_ engine: any SpeechEngine) -> [String] {
        var noise: UInt64 = 1
        func sample() -> Int16 {
            noise = noise &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int16(truncatingIfNeeded: noise >> 48)
        }
        let audio: [(String, [Int16])] = [
            ("no sample", []), ("one sample", [100]), ("20 ms", Array(repeating: 0, count: 320)),
            ("silence", Array(repeating: 0, count: 16_000)), ("noise", (0..<32_000).map { _ in sample() }),
            ("full scale", (0..<16_000).map { $0 % 2 == 0 ? .max : .min }),
            ("the longest chunk", Array(repeating: 0, count: PCMFormat.sample(at: 28))),
        ]
        return audio.flatMap { survives(engine, $0.0, $0.1) }
    }

    private static func survives(_ engine: any SpeechEngine, _ name: String, _ samples: [Int16]) -> [String] {
        do throws(EngineError) {
            let result = try engine.recognise(samples, RecognitionOptions()) { false }
            return badTimes(result, length: PCMFormat.seconds(samples.count)).map { "\(name): \($0)" }
        } catch {
            return error.code == .failed ? [] : ["\(name): \(error)"]
        }
    }

    static func refusesLanguages(_ engine: any SpeechEngine) -> [String] {
        do throws(EngineError) {
            _ = try engine.recognise([0, 0], RecognitionOptions(language: "xx")) { false }
            return ["an unknown language is accepted"]
        } catch {
            return error.code == .unknownLanguage ? [] : ["an unknown language gives \(error.code)"]
        }
    }

    static func repeats(_ engine: any SpeechEngine, _ speech: [Int16]) -> [String] {
        let options = RecognitionOptions(language: engine.capabilities.languages.first)
        do {
            let first = try engine.recognise(speech, options) { false }
            // What was heard in between must leave no trace.
            let hum = (0..<64_000).map { Int16(truncatingIfNeeded: ($0 * 7919) % 20_000 - 10_000) }
            _ = try engine.recognise(hum, options) { false }
            let second = try engine.recognise(speech, options) { false }
            return first == second ? [] : ["the same audio gives another result: “\(first.text)”, “\(second.text)”"]
        } catch {
            return ["speech gives \(error)"]
        }
    }

    static func keepsTimes(_ engine: any SpeechEngine, _ speech: [Int16]) -> [String] {
        do {
            let length = PCMFormat.seconds(speech.count)
            return try [false, true].flatMap { isSecondLook -> [String] in
                let result = try engine.recognise(speech, RecognitionOptions(isSecondLook: isSecondLook)) { false }
                var broken = badTimes(result, length: length)
                if result.text.isEmpty { broken.append("speech gives no text") }
                if engine.capabilities.givesWordTimes, result.words.isEmpty { broken.append("words have no times") }
                return broken
            }
        } catch {
            return ["speech gives \(error)"]
        }
    }

    private static func badTimes(_ result: Recognition, length: Double) -> [String] {
        var broken: [String] = []
        var floor = 0.0
        for word in result.words {
            if word.text.isEmpty { broken.append("an empty word") }
            if word.start < floor || word.end < word.start || word.end > length + 0.05 {
                broken.append("“\(word.text)” lies at \(word.start)…\(word.end) of \(length)")
            }
            if let confidence = word.confidence, !(0...1).contains(confidence) {
                broken.append("“\(word.text)” has the confidence \(confidence)")
            }
            floor = word.start
        }
        return broken
    }
}
