import CSherpa
import Glibc
import Transcription

/// Reads one result of sherpa-onnx.
struct SherpaResult {
    private let text: String
    private let language: String?
    private let tokens: [Token]

    private struct Token {
        /// Raw bytes: tokens of byte-level vocabularies may hold part of a character.
        let bytes: [UInt8]
        let start: Double?
        let duration: Double?
        let logProbability: Double?
    }

    init(_ result: SherpaOnnxOfflineRecognizerResult) {
        text = result.text.map { String(cString: $0) } ?? ""
        language = result.lang.flatMap { Self.language(String(cString: $0)) }
        let count = result.tokens_arr == nil ? 0 : Int(max(0, result.count))
        tokens = (0..<count).compactMap { index in
            guard let token = result.tokens_arr?[index] else { return nil }
            return Token(
                bytes: Array(UnsafeBufferPointer(start: token, count: Self.length(token))).map(UInt8.init(bitPattern:)),
                start: result.timestamps.map { Double($0[index]) },
                duration: result.durations.map { Double($0[index]) },
                logProbability: result.ys_log_probs.map { Double($0[index]) })
        }
    }

    private static func length(_ string: UnsafePointer<CChar>) -> Int {
        var length = 0
        while string[length] != 0 { length += 1 }
        return length
    }

    /// SenseVoice writes `<|en|>`.
    private static func language(_ label: String) -> String? {
        let bare = label.filter { !"<|>".contains($0) }
        return bare.isEmpty ? nil : bare
    }

    /// - Parameters:
    ///   - length: seconds of the chunk.
    ///   - lead: seconds of silence that were put before it.
    func recognition(length: Double, lead: Double) -> Recognition {
        let clean = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !tokens.isEmpty, tokens.allSatisfy({ $0.start != nil }) else {
            return Recognition(text: clean, language: language)
        }
        let groups = words()
        var words: [Recognition.Word] = []
        for (index, group) in groups.enumerated() {
            let start = (group.first?.start ?? 0) - lead
            let following =
                groups.indices.contains(index + 1) ? (groups[index + 1].first?.start ?? length) - lead : length
            guard let text = Self.text(group), let last = group.last else { continue }
            // Without durations a token is taken to last until the next one, but no longer than a slow syllable.
            let lastStart = (last.start ?? 0) - lead
            let end = min(lastStart + (last.duration.flatMap { $0 > 0 ? $0 : nil } ?? 0.4), max(following, lastStart))
            let clamped = min(max(start, 0), length)
            words.append(
                .init(
                    text: text, start: clamped, end: min(max(end, clamped), length), confidence: Self.confidence(group))
            )
        }
        return Recognition(text: clean, words: words, language: language)
    }

    /// Tokens grouped into words: a space (or SentencePiece's mark for it) begins one, and so does each character of a
    /// script without spaces.
    private func words() -> [[Token]] {
        var groups: [[Token]] = []
        for token in tokens where !token.bytes.isEmpty {
            let decoded = String(decoding: token.bytes, as: UTF8.self)
            let isUnspaced = decoded.unicodeScalars.first.map(Script.isUnspaced) ?? false
            let begins = decoded.hasPrefix(" ") || decoded.hasPrefix("\u{2581}") || isUnspaced
            if begins || groups.isEmpty {
                groups.append([token])
            } else {
                groups[groups.count - 1].append(token)
            }
        }
        return groups
    }

    private static func text(_ group: [Token]) -> String? {
        let joined = String(decoding: group.flatMap(\.bytes), as: UTF8.self)
        let text = String(joined.filter { $0 != "\u{2581}" && !$0.isWhitespace })
        return text.isEmpty ? nil : text
    }

    /// The geometric mean of the tokens' probabilities.
    private static func confidence(_ group: [Token]) -> Double? {
        let known = group.compactMap(\.logProbability)
        guard !known.isEmpty else { return nil }
        return exp(known.reduce(0, +) / Double(known.count))
    }
}
