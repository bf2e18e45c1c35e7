/// The tokens that are no text, which follow the ordinary ones in the order of openai-whisper's tokenizer.py. Their
/// numbers depend on whether the model is multilingual and on how many languages it knows.
struct SpecialTokens {
    let endOfText: Int
    let isMultilingual: Bool
    /// Codes in the order of their tokens.
    let languages: [String]

    /// - Parameter vocabulary: all tokens; 1,501 of them are times.
    init(vocabulary: Int) {
        isMultilingual = vocabulary >= 51_865
        endOfText = isMultilingual ? 50_257 : 50_256
        let count = vocabulary - endOfText - 2 - 6 - 1501
        languages = Array(Self.codes.prefix(max(0, count)))
        translate = endOfText + 2 + count
    }

    var start: Int { endOfText + 1 }
    let translate: Int
    var transcribe: Int { translate + 1 }
    var startOfLanguageModel: Int { translate + 2 }
    var startOfPrevious: Int { translate + 3 }
    var noSpeech: Int { translate + 4 }
    var noTimestamps: Int { translate + 5 }
    var firstTimestamp: Int { translate + 6 }

    func language(_ code: String) -> Int? { languages.firstIndex(of: code).map { start + 1 + $0 } }

    /// Never part of a text: what openai-whisper suppresses besides signs.
    var unspoken: [Int] {
        [start, translate, transcribe, startOfLanguageModel, startOfPrevious, noSpeech, noTimestamps]
            + languages.indices.map { start + 1 + $0 }
    }

    private static let codes =
        """
        en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml \
        cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am \
        yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su yue
        """.split(separator: " ").map(String.init)
}
