import CloudRouting
import FoundationEssentials
import HTTPClient
import HTTPTypes
import Settings
import Transcription

/// Deepgram: `POST /v1/listen` with the audio as the body and everything else in the query.
struct DeepgramDialect: ProviderDialect {
    /// Of terms to listen for (developers.deepgram.com/docs/keyterm).
    private static let mostKeyterms = 100

    let account: ProviderAccount

    func request(_ upload: AudioUpload, _ options: RecognitionOptions) -> HTTPClientRequest {
        var items = [("model", account.model), ("smart_format", "true"), ("punctuate", "true"), ("utterances", "true")]
        if let language = options.language {
            items.append(("language", language))
        } else {
            items.append(("detect_language", "true"))
        }
        if options.separatesSpeakers { items.append(("diarize_model", "latest")) }
        for term in keyterms(options) { items.append(("keyterm", term)) }
        let query = items.map { "\($0.0)=\(QueryEscape.escaped($0.1))" }.joined(separator: "&")
        var fields: HTTPFields = [.contentType: upload.contentType, .accept: "application/json"]
        if let key = account.key { fields[.authorization] = "Token \(key.reveal())" }
        return HTTPClientRequest(.post, "\(account.baseURL)/v1/listen?\(query)", fields: fields, body: upload.body)
    }

    /// A prompt is a list of names here.
    private func keyterms(_ options: RecognitionOptions) -> [String] {
        guard account.model.hasPrefix("nova-3") else { return [] }
        let prompt = options.prompt?.split(whereSeparator: { ",;\n".contains($0) }).map(String.init) ?? []
        var tokens = 0
        return (options.keyterms + prompt).map { PromptTrimming.trimmed($0, tokens: 50) }.filter { !$0.isEmpty }
            .prefix(Self.mostKeyterms).prefix { term in
                tokens += term.utf8.count / 3 + 1
                return tokens <= account.capabilities.promptTokens ?? .max
            }
    }

    // MARK: - Answers

    private struct Answer: Decodable {
        struct Results: Decodable { var channels: [Channel] }
        struct Channel: Decodable {
            var detected_language: String?
            var alternatives: [Alternative]
        }

        struct Alternative: Decodable {
            var transcript: String
            var words: [Word]?
        }

        struct Word: Decodable {
            var word: String
            var start: Double
            var end: Double
            var confidence: Double?
            var punctuated_word: String?
            var speaker: Int?
        }

        var results: Results
    }

    func recognition(_ body: [UInt8]) throws(ProviderError) -> Recognition {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)),
            let channel = answer.results.channels.first, let best = channel.alternatives.first
        else { throw ProviderError("deepgram", .malformedAnswer) }
        let words = (best.words ?? []).map { word in
            Recognition.Word(
                text: word.punctuated_word ?? word.word, start: word.start, end: word.end,
                confidence: word.confidence, speaker: word.speaker)
        }
        return Recognition(
            text: best.transcript, words: words, language: ProviderLanguages.code(channel.detected_language))
    }

    /// Both shapes of its errors at once.
    private struct Failure: Decodable {
        var err_code: String?
        var err_msg: String?
        var category: String?
        var message: String?
    }

    func error(_ status: Int, _ fields: HTTPFields, _ body: [UInt8]) -> ProviderError {
        let failure = try? JSONDecoder().decode(Failure.self, from: Data(body))
        let code = failure?.err_code ?? failure?.category ?? ""
        let message = (failure?.err_msg ?? failure?.message ?? "").lowercased()
        let retryAfter = RetryAfter.seconds(fields)
        func error(_ kind: ProviderError.Kind) -> ProviderError {
            ProviderError("deepgram", kind, retryAfter: retryAfter)
        }
        switch status {
        case 401, 403: return error(.keyRefused)
        case 402: return error(.paymentRequired)
        case 404: return error(.unknownModel)
        case 408: return error(.slowUpload)
        case 413: return error(.tooManyBytes)
        // Its limit is on requests at once, not on how many.
        case 429: return error(.rateLimited(.concurrency))
        case 504: return error(.timedOut)
        case 500...: return error(.unavailable(status: status))
        default:
            if code == "INSUFFICIENT_PERMISSIONS" || code == "INVALID_AUTH" { return error(.keyRefused) }
            if message.contains("failed to process audio") || message.contains("corrupt") {
                return error(.unreadableAudio)
            }
            if message.contains("no such model") { return error(.unknownModel) }
            return error(.refused(status: status))
        }
    }
}

/// Percent escapes for the value of a query item (RFC 3986 section 2.3).
enum QueryEscape {
    static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
