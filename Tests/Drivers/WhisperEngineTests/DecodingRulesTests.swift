import Foundation
import SpeechKernels
import Testing
import Transcription

@testable import WhisperEngine

@Suite("rules of decoding")
struct DecodingRulesTests {
    private func attempt(_ text: String, average: Float, tokens: Int = 3) -> Attempt {
        Attempt(
            tokens: Array(repeating: 5, count: tokens),
            logProbabilities: Array(repeating: average, count: tokens + 1), text: text)
    }

    @Test("a text that repeats itself compresses beyond the limit, an ordinary one does not")
    func compression() {
        #expect(attempt(String(repeating: "thank you ", count: 30), average: -0.1).isDoubtful(noSpeech: 0))
        #expect(!attempt("The quick brown fox jumps over the lazy dog.", average: -0.1).isDoubtful(noSpeech: 0))
        // zlib 1.3, level 6: 300 bytes become 23.
        let ratio = attempt(String(repeating: "thank you ", count: 30), average: -0.1).compressionRatio
        #expect(abs(ratio - 300.0 / 22) < 1.5)
        #expect(attempt("", average: 0).compressionRatio == 0)
    }

    @Test("an unlikely text is doubted, unless nobody spoke")
    func unlikely() {
        #expect(attempt("a", average: -1.01).isDoubtful(noSpeech: 0.6))
        #expect(!attempt("a", average: -1).isDoubtful(noSpeech: 0))
        #expect(!attempt("a", average: -1.01).isDoubtful(noSpeech: 0.61))
        #expect(attempt("a", average: -1.01).isSilence(noSpeech: 0.61))
        #expect(!attempt("a", average: -0.99).isSilence(noSpeech: 1))
    }

    @Test("of doubted attempts the likeliest that does not repeat itself counts")
    func best() {
        let loop = attempt(String(repeating: "no ", count: 90), average: -0.2)
        let chance = attempt("w1 w2", average: -9)
        let likelier = attempt("hello there", average: -2)
        #expect(Attempt.best([loop, likelier, chance]).text == "hello there")
        #expect(Attempt.best([chance, attempt("yes", average: -0.5)]).text == "yes")
        #expect(Attempt.best([loop]).text == loop.text)
        #expect(Attempt.best([]).tokens.isEmpty)
    }

    @Test("temperature nought takes the largest; a temperature draws by chance, the same for the same seed")
    func sampling() throws {
        var logits: [Float] = [0, 3, -.infinity, 2.9, -50]
        let scratch = AlignedBuffer<Float>(5)
        func draw(_ temperature: Float, seed: UInt64) -> [Int] {
            var sampler = TokenSampler(temperature: temperature, seed: seed)
            return (0..<200).compactMap { _ in sampler.choose(logits, 5, scratch, .best)?.token }
        }
        #expect(Set(draw(0, seed: 1)) == [1])
        let drawn = draw(1, seed: 1)
        #expect(drawn.count == 200 && Set(drawn) == [0, 1, 3])
        #expect(drawn == draw(1, seed: 1) && drawn != draw(1, seed: 2))
        var sampler = TokenSampler(temperature: 0, seed: 0)
        let sum = log(1 + exp(3.0) + exp(2.9))
        let chosen = sampler.choose(logits, 5, scratch, .best)
        let choice = try #require(chosen)
        #expect(abs(Double(choice.logProbability) - (3 - sum)) < 1e-5)
        logits = [.nan, .nan, .nan, .nan, .nan]
        #expect(sampler.choose(logits, 5, scratch, .best) == nil)
    }

    @Test("the way through a matrix is the one that openai-whisper's rules take")
    func warp() {
        // Rows are heard one after the other: two columns, one, two.
        let clear: [Float] = [9, 8, -1, -1, -1] + [-1, -1, 9, 9, -1] + [-1, -1, -1, 1, 9]
        #expect(TimeWarp(clear, rows: 3, columns: 5).firstColumns == [0, 2, 3])
        // Where two ways are equal the last step goes right.
        let equal: [Float] = [9, 8, 0, 0, 0] + [0, 0, 9, 9, 0] + [0, 0, 0, 1, 9]
        #expect(TimeWarp(equal, rows: 3, columns: 5).firstColumns == [0, 1, 3])
        // More rows than columns: several begin in one.
        #expect(TimeWarp([1, 1, 1], rows: 3, columns: 1).firstColumns == [0, 0, 0])
        #expect(TimeWarp([1, 2], rows: 1, columns: 2).firstColumns == [0])
    }
}

@Suite("tokens")
struct TokenTests {
    @Test("special tokens have the numbers of openai-whisper, for each size of vocabulary")
    func special() {
        let multilingual = SpecialTokens(vocabulary: 51_865)
        #expect(multilingual.endOfText == 50_257 && multilingual.start == 50_258)
        #expect(multilingual.language("en") == 50_259 && multilingual.language("su") == 50_357)
        #expect(multilingual.transcribe == 50_359 && multilingual.noSpeech == 50_362)
        #expect(multilingual.noTimestamps == 50_363 && multilingual.firstTimestamp == 50_364)
        #expect(multilingual.language("yue") == nil)
        let third = SpecialTokens(vocabulary: 51_866)
        #expect(third.language("yue") == 50_358 && third.transcribe == 50_360 && third.firstTimestamp == 50_365)
        let english = SpecialTokens(vocabulary: 51_864)
        #expect(!english.isMultilingual && english.endOfText == 50_256 && english.noTimestamps == 50_362)
    }

    /// Single bytes, then merges in the order of their numbers.
    private func vocabulary(_ merges: [String]) -> Vocabulary {
        Vocabulary((0...255).map { [UInt8($0)] } + merges.map { Array($0.utf8) })
    }

    @Test("pairs are merged in the order of their numbers")
    func merging() {
        let vocabulary = vocabulary(["lo", "er", "low", " n", "ew", "lower"])
        #expect(vocabulary.tokens("lower new").map { vocabulary.text([$0]) } == ["lower", " n", "ew"])
        #expect(vocabulary.tokens("loer").map { vocabulary.text([$0]) } == ["lo", "er"])
    }

    @Test("every text survives being made tokens and back")
    func roundTrip() {
        let vocabulary = vocabulary(["th", "the", " t"])
        for text in ["", "the  cat's\n\n sat…", "日本語 и русский", "👩‍👩‍👧 e\u{301}", String(repeating: "x", count: 1000)] {
            #expect(vocabulary.text(vocabulary.tokens(text)) == text)
        }
    }

    @Test("texts are split as GPT-2's pattern splits them")
    func pieces() {
        #expect(
            TextPieces("I'm 25 years old!!  Yes\n").pieces == [
                "I", "'m", " 25", " years", " old", "!!", " ", " Yes", "\n",
            ])
        #expect(TextPieces("they'll say 'tis").pieces == ["they", "'ll", " say", " '", "tis"])
    }

    @Test("words begin at spaces; characters that share tokens stay whole; scripts without spaces go one by one")
    func words() {
        let vocabulary = vocabulary([" dog", " quick"])
        let tokens = vocabulary.tokens(" quick dog,")
        #expect(SpokenWord.words(tokens, vocabulary).map(\.text) == [" quick", " dog,"])
        let japanese = vocabulary.tokens("日本")
        #expect(japanese.count == 6)
        let words = SpokenWord.words(japanese, vocabulary)
        #expect(words.map(\.text) == ["日", "本"] && words.map(\.tokens) == [0..<3, 3..<6])
    }
}
