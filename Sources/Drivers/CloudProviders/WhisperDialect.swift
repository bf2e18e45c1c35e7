import CloudRouting
import FoundationEssentials
import HTTPClient
import HTTPTypes
import Multipart
import Settings
import Transcription

/// Groq, OpenAI and servers compatible with it: `POST /audio/transcriptions` as a form, JSON back.
struct WhisperDialect: ProviderDialect {
    let account: ProviderAccount

    /// OpenAI's gpt models answer nothing but plain JSON.
    private var givesTimes: Bool { !account.model.hasPrefix("gpt-") }

    func request(_ upload: AudioUpload, _ options: RecognitionOptions) -> HTTPClientRequest {
        var form = MultipartForm()
        // Fields first: a server may look at them before the file has arrived.
        form.add("model", account.model)
        form.add("response_format", givesTimes ? "verbose_json" : "json")
        if givesTimes, !options.translates {
            form.add("timestamp_granularities[]", "word")
            form.add("timestamp_granularities[]", "segment")
        }
        if let language = options.language, !options.translates { form.add("language", language) }
        if let prompt = prompt(options), !prompt.isEmpty { form.add("prompt", prompt) }
        form.add("temperature", "0")
        form.add("file", fileName: upload.fileName, contentType: upload.contentType, body: upload.body)
        var fields: HTTPFields = [.contentType: form.contentType, .accept: "application/json"]
        if let key = account.key { fields[.authorization] = "Bearer \(key.reveal())" }
        let task = options.translates ? "translations" : "transcriptions"
        return HTTPClientRequest(.post, "\(account.baseURL)/audio/\(task)", fields: fields, body: form.body)
    }

    private func prompt(_ options: RecognitionOptions) -> String? {
        let words = options.keyterms.isEmpty ? nil : options.keyterms.joined(separator: ", ")
        let all = [words, options.prompt].compactMap(\.self).joined(separator: ". ")
        return all.isEmpty ? nil : PromptTrimming.trimmed(all, tokens: account.capabilities.promptTokens ?? 224)
    }

    // MARK: - Answers

    private struct Answer: Decodable {
        struct Word: Decodable {
            var word: String
            var start: Double
            var end: Double
        }

        struct Segment: Decodable {
            var text: String
            var start: Double
            var end: Double
        }

        var text: String
        var language: String?
        var words: [Word]?
        var segments: [Segment]?
    }

    func recognition(_ body: [UInt8]) throws(ProviderError) -> Recognition {
        let answer: Answer
        do {
            answer = try JSONDecoder().decode(Answer.self, from: Data(body))
        } catch {
            throw ProviderError(account.service.rawValue, .malformedAnswer)
        }
        var recognition = Recognition(text: answer.text, language: ProviderLanguages.code(answer.language))
        if let words = answer.words, !words.isEmpty {
            recognition.words = SpelledWords.words(
                words.map { ($0.word, $0.start, $0.end) }, spelledAs: answer.text)
        } else if let segments = answer.segments {
            recognition.words = segments.flatMap { SpelledWords.spread($0.text, from: $0.start, to: $0.end) }
        }
        return recognition
    }

    private struct Failure: Decodable {
        struct Body: Decodable {
            var message: String?
            var type: String?
            var code: String?
        }

        var error: Body
    }

    func error(_ status: Int, _ fields: HTTPFields, _ body: [UInt8]) -> ProviderError {
        // A body of another form, such as a proxy's page, says no more than its status.
        let failure = try? JSONDecoder().decode(Failure.self, from: Data(body)).error
        let provider = account.service.rawValue
        let limits = QuotaMessage(failure?.message ?? "")
        let retryAfter = RetryAfter.seconds(fields) ?? limits.retryAfter
        switch status {
        case 401, 403: return ProviderError(provider, .keyRefused)
        case 402: return ProviderError(provider, .paymentRequired)
        case 404: return ProviderError(provider, .unknownModel)
        case 408: return ProviderError(provider, .slowUpload, retryAfter: retryAfter)
        case 413:
            // Two meanings: too many bytes, or more seconds than the whole hour's quota.
            let isQuota = failure?.code == "rate_limit_exceeded" || limits.window != nil
            return ProviderError(
                provider, isQuota ? .tooManySeconds(limit: limits.limit) : .tooManyBytes, limit: limits.limit)
        case 429:
            // OpenAI says so when the money is gone; waiting does not bring it back.
            if failure?.type == "insufficient_quota" || failure?.code == "insufficient_quota" {
                return ProviderError(provider, .paymentRequired)
            }
            return ProviderError(
                provider, .rateLimited(limits.window ?? .unknown), retryAfter: retryAfter, limit: limits.limit)
        case 504: return ProviderError(provider, .timedOut)
        case 500...: return ProviderError(provider, .unavailable(status: status), retryAfter: retryAfter)
        default: return ProviderError(provider, kind(status, failure))
        }
    }

    private func kind(_ status: Int, _ failure: Failure.Body?) -> ProviderError.Kind {
        let message = failure?.message?.lowercased() ?? ""
        if failure?.code?.hasPrefix("model_") == true { return .unknownModel }
        if message.contains("language") { return .unknownLanguage }
        let aboutAudio = ["could not process file", "media file", "decode", "too short", "file format", "corrupt"]
        if status == 415 || aboutAudio.contains(where: message.contains) { return .unreadableAudio }
        return .refused(status: status)
    }
}
