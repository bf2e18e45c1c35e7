import Transcription

/// The ordinary tokens of a model: byte strings whose numbers are also the order in which pairs are merged (the
/// byte-pair encoding of GPT-2, in tiktoken's form).
struct Vocabulary {
    private let bytes: [[UInt8]]
    private let numbers: [[UInt8]: Int]

    init(_ bytes: [[UInt8]]) {
        self.bytes = bytes
        numbers = Dictionary(bytes.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// The bytes of a token, which may be part of a character; none for a special token.
    func bytes(of token: Int) -> [UInt8] { bytes.indices.contains(token) ? bytes[token] : [] }

    /// The text of some tokens; what is not UTF-8 becomes U+FFFD.
    func text(_ tokens: some Sequence<Int>) -> String {
        String(decoding: tokens.flatMap { bytes(of: $0) }, as: UTF8.self)
    }

    func token(_ text: String) -> Int? { numbers[Array(text.utf8)] }

    /// The tokens of a text. Bytes that the vocabulary lacks are left out.
    func tokens(_ text: String) -> [Int] {
        TextPieces(text).pieces.flatMap { merge(Array($0.utf8)) }
    }

    /// Merges the pair with the lowest number until no pair is a token.
    private func merge(_ piece: [UInt8]) -> [Int] {
        if let whole = numbers[piece] { return [whole] }
        // A word of hostile length would take quadratic time.
        guard piece.count <= Self.longestPiece else {
            return stride(from: 0, to: piece.count, by: Self.longestPiece).flatMap {
                merge(Array(piece[$0..<min($0 + Self.longestPiece, piece.count)]))
            }
        }
        var parts = piece.map { [$0] }
        while parts.count > 1 {
            var best: (number: Int, index: Int)?
            for index in 0..<parts.count - 1 {
                guard let number = numbers[parts[index] + parts[index + 1]], number < best?.number ?? .max else {
                    continue
                }
                best = (number, index)
            }
            guard let best else { break }
            parts[best.index] += parts.remove(at: best.index + 1)
        }
        return parts.compactMap { numbers[$0] }
    }

    private static let longestPiece = 128
}

/// Splits a text as GPT-2's pattern does before pairs are merged:
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
struct TextPieces {
    private(set) var pieces: [String] = []
    private let scalars: [Unicode.Scalar]

    private enum Kind { case letter, number, space, other }

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count {
            let end = end(from: index)
            var piece = String.UnicodeScalarView()
            piece.append(contentsOf: scalars[index..<end])
            pieces.append(String(piece))
            index = end
        }
    }

    private func end(from index: Int) -> Int {
        if let end = contraction(from: index) { return end }
        let isSpaced = scalars[index] == " " && index + 1 < scalars.count && kind(index + 1) != .space
        let first = isSpaced ? index + 1 : index
        var end = first
        while end < scalars.count, kind(end) == kind(first) { end += 1 }
        // White space leaves its last one to the word that follows.
        if kind(first) == .space, end < scalars.count, end - first > 1 { end -= 1 }
        return end
    }

    private func contraction(from index: Int) -> Int? {
        guard scalars[index] == "'" else { return nil }
        for ending in ["s", "t", "re", "ve", "m", "ll", "d"] {
            let end = index + 1 + ending.unicodeScalars.count
            if end <= scalars.count, scalars[(index + 1)..<end].elementsEqual(ending.unicodeScalars) { return end }
        }
        return nil
    }

    private func kind(_ index: Int) -> Kind {
        let properties = scalars[index].properties
        if properties.isWhitespace { return .space }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
        case .decimalNumber, .letterNumber, .otherNumber: return .number
        default: return .other
        }
    }
}
