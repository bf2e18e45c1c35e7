import CSpeechKernels
import Glibc
import SpeechKernels
import Transcription

/// Decodes one window whose sound the decoder's cross-attention already holds.
struct WindowDecoder {
    let network: WhisperNetwork
    let special: SpecialTokens
    let vocabulary: Vocabulary
    /// Never chosen.
    let suppressed: [Int]
    let decoder: Decoder
    let scratch: AlignedBuffer<Float>

    /// The language that the decoder hears, as a code.
    func detectLanguage() -> String? {
        guard special.isMultilingual else { return special.languages.first }
        decoder.rewind()
        decoder.step([special.start])
        let first = special.start + 1
        let index = network.kernels.table.pointee.largest_index(
            decoder.logits.base + first, Int32(special.languages.count))
        return index >= 0 ? special.languages[Int(index)] : nil
    }

    /// What stands before the text.
    func startSequence(language: String) -> [Int] {
        guard special.isMultilingual, let token = special.language(language) else { return [special.start] }
        return [special.start, token, special.transcribe]
    }

    /// The prompt as text that was said before: its end, as much as half the context holds.
    func previous(_ prompt: String?) -> [Int] {
        guard let prompt else { return [] }
        let trimmed = prompt.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !trimmed.isEmpty else { return [] }
        // No token is longer than its text, and more text than this never fits.
        let tokens = vocabulary.tokens(" " + trimmed.suffix(8192))
        return [special.startOfPrevious] + tokens.suffix(network.shape.textContext / 2 - 1)
    }

    /// Decodes at rising temperatures until the text is believed. If none is, the likeliest counts among those that
    /// do not repeat themselves: hot attempts are made of chance.
    func decode(
        language: String, prompt: String?, temperatures: [Float], isCancelled: () -> Bool
    ) throws(EngineError) -> Attempt {
        let start = startSequence(language: language)
        let before = previous(prompt)
        decoder.rewind()
        decoder.step(before + [special.start])
        let noSpeech = probability(of: special.noSpeech)
        var attempts: [Attempt] = []
        for (number, temperature) in temperatures.enumerated() {
            decoder.rewind(to: before.count + 1)
            decoder.step(Array(start.dropFirst()) + [special.noTimestamps])
            var sampler = TokenSampler(temperature: temperature, seed: UInt64(number))
            let attempt = try run(&sampler, isCancelled)
            attempts.append(attempt)
            if !attempt.isDoubtful(noSpeech: noSpeech) { break }
        }
        let best = Attempt.best(attempts)
        return best.isSilence(noSpeech: noSpeech) ? Attempt() : best
    }

    private func probability(of token: Int) -> Float {
        let kernels = network.kernels.table.pointee
        scratch.base.update(from: decoder.logits.base, count: network.shape.vocabulary)
        kernels.softmax(scratch.base, Int32(network.shape.vocabulary))
        return scratch.base[token]
    }

    /// One attempt: tokens until the end of the text or of the room for it.
    private func run(_ sampler: inout TokenSampler, _ isCancelled: () -> Bool) throws(EngineError) -> Attempt {
        var attempt = Attempt()
        let limit = network.shape.textContext / 2
        while attempt.tokens.count < limit {
            if isCancelled() { throw EngineError(.cancelled, "The work was cancelled.") }
            suppress(isFirst: attempt.tokens.isEmpty)
            // Times are not asked for: what comes after the ordinary and special tokens does not take part.
            let choice = sampler.choose(decoder.logits.base, special.firstTimestamp, scratch, network.kernels)
            guard let choice else {
                throw EngineError(.failed, "The model gives numbers that are none: its file may be damaged.")
            }
            attempt.logProbabilities.append(choice.logProbability)
            if choice.token == special.endOfText { break }
            attempt.tokens.append(choice.token)
            guard decoder.positionsLeft > 0 else { break }
            decoder.step([choice.token])
        }
        attempt.text = vocabulary.text(attempt.tokens)
        return attempt
    }

    private func suppress(isFirst: Bool) {
        let logits = decoder.logits.base
        for token in suppressed { logits[token] = -.infinity }
        guard isFirst else { return }
        logits[special.endOfText] = -.infinity
        if let blank = vocabulary.token(" ") { logits[blank] = -.infinity }
    }

    /// Words of an attempt with their times, by listening to the finished text once more.
    /// - Parameter frames: frames that are sound.
    func words(_ attempt: Attempt, language: String, frames: Int, _ pool: WorkerPool) -> [Recognition.Word] {
        let text = attempt.tokens
        guard !text.isEmpty else { return [] }
        let start = startSequence(language: language)
        let all = start + [special.noTimestamps] + text + [special.endOfText]
        guard all.count <= network.shape.textContext else { return [] }
        let heard = HeardFrames(network.shape, tokens: all.count)
        decoder.rewind()
        decoder.step(all, heard: heard)
        let times = TokenTimes(heard, prefix: start.count, frames: frames, network.kernels, pool)
        return SpokenWord.words(text, vocabulary).compactMap { word in
            let clean = String(word.text.filter { !$0.isWhitespace })
            guard !clean.isEmpty else { return nil }
            let confidence = attempt.logProbabilities[word.tokens].reduce(0, +) / Float(word.tokens.count)
            return Recognition.Word(
                text: clean, start: times.starts[word.tokens.lowerBound], end: times.starts[word.tokens.upperBound],
                confidence: min(1, exp(Double(confidence))))
        }
    }
}
