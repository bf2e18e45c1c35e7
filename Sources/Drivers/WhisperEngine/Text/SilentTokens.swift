/// Tokens of signs that nobody speaks (openai-whisper, `Tokenizer.non_speech_tokens`).
enum SilentTokens {
    private static let signs =
        #"" # ( ) * + / : ; < = > @ [ \ ] ^ _ ` { | } ~ 「 」 『 』 << >> <<< >>> -- --- -( -[ (' (" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪"#
        .split(separator: " ").map(String.init)
    /// Music is one or several tokens; its first says enough.
    private static let music = ["♩", "♪", "♫", "♬", "♭", "♮", "♯"]

    static func tokens(_ vocabulary: Vocabulary) -> [Int] {
        var found: Set<Int> = []
        // A dash or an apostrophe may be inside a word, but does not begin one.
        for sign in [" -", " '"] {
            if let first = vocabulary.tokens(sign).first { found.insert(first) }
        }
        for sign in signs + music {
            for tokens in [vocabulary.tokens(sign), vocabulary.tokens(" \(sign)")] {
                if let first = tokens.first, tokens.count == 1 || music.contains(sign) { found.insert(first) }
            }
        }
        return found.sorted()
    }
}
