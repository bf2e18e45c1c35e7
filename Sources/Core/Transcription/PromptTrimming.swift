/// Prompts that fit what a provider allows.
public enum PromptTrimming {
    /// Groq answers 400 to a longer prompt, whatever its tokens are.
    public static let mostCharacters = 896

    /// The end of `prompt`, by whole words, within `tokens`. Whisper reads the last tokens of a prompt, so the
    /// beginning is what may go.
    public static func trimmed(_ prompt: String, tokens limit: Int) -> String {
        var kept: [Substring] = []
        var tokens = 0
        var characters = 0
        for word in prompt.split(whereSeparator: \.isWhitespace).reversed() {
            tokens += Self.tokens(word)
            characters += word.unicodeScalars.count + 1
            guard tokens <= limit, characters <= mostCharacters + 1 else { break }
            kept.append(word)
        }
        return kept.reversed().joined(separator: " ")
    }

    /// Whether nothing of it would be left out.
    public static func fits(_ prompt: String, tokens limit: Int) -> Bool {
        let words = prompt.split(whereSeparator: \.isWhitespace)
        let kept = trimmed(prompt, tokens: limit).split(separator: " ")
        return kept.count == words.count
    }

    /// About how many tokens of a byte-pair vocabulary a word takes, rather too many than too few: four ASCII
    /// characters a token, and two bytes of anything else.
    public static func tokens(_ word: some StringProtocol) -> Int {
        let ascii = word.utf8.filter { $0 < 0x80 }.count
        let other = word.utf8.count - ascii
        return (ascii + 3) / 4 + (other + 1) / 2
    }
}
