internal import EventLoops
internal import Foundation
internal import HTTPTypes

/// Groq's and OpenAI's `/audio/transcriptions` and `/audio/translations`.
extension FakeProviders {
    func whisper(_ request: HTTPRequest, _ service: Service, translates: Bool) async throws -> HTTPResponse {
        let turn = begin(service)
        let errors = ErrorBodies(service: service)
        guard request.fields[.authorization] == "Bearer \(turn.behaviour.key)" else { return errors.wrongKey() }
        let upload: Upload
        do {
            upload = try await Upload.form(request, cut: turn.cut) { arrived($0) }
        } catch is CutConnection {
            return .cut([], after: 0, type: "application/json")
        }
        note(turn, request.path, upload)
        if let answer = try await faulty(turn) { return answer }
        if upload.bytes.count > turn.behaviour.byteLimit {
            state.withLock { $0.counters[service]?.limitRefusals += 1 }
            return errors.tooManyBytes()
        }
        if let refusal = WhisperRules(service: service, translates: translates).refusal(upload) {
            return errors.badRequest(refusal.message, code: refusal.code)
        }
        let answer = try await work(turn) { () async throws -> HTTPResponse in
            guard let heard = await HeardAudio.hear(upload.bytes, turn.behaviour.hearing) else {
                return errors.corruptAudio()
            }
            guard heard.seconds >= 0.01 else {
                return errors.badRequest("Audio file is too short. Minimum audio length is 0.01 seconds.")
            }
            if let refusal = charge(turn, seconds: heard.seconds) { return refusal }
            try await takeTime(turn, seconds: heard.seconds)
            return WhisperAnswers.answer(heard, upload, self, turn, translates: translates)
        }
        return answer ?? errors.tooManyRequests(retryAfter: 1)
    }
}

/// What the real services refuse.
struct WhisperRules {
    let service: FakeProviders.Service
    let translates: Bool

    private static let groqModels: Set<String> = ["whisper-large-v3", "whisper-large-v3-turbo"]
    private static let extensions: Set<String> = [
        "flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm", "opus",
    ]

    func refusal(_ upload: Upload) -> (message: String, code: String?)? {
        guard let model = upload.first("model") else { return ("you must provide a model parameter", nil) }
        if service == .groq, !Self.groqModels.contains(model) {
            return ("The model does not exist or you do not have access to it.", "model_not_found")
        }
        if service == .groq, translates, model == "whisper-large-v3-turbo" {
            return ("The model does not support translation.", "model_not_supported")
        }
        guard let kind = upload.fileName.split(separator: ".").last, Self.extensions.contains(String(kind)) else {
            return ("file must be one of the following types: [flac mp3 mp4 mpeg mpga m4a ogg opus wav webm]", nil)
        }
        if service == .groq, let prompt = upload.first("prompt"), prompt.count > 896 {
            return ("prompt must be at most 896 characters", nil)
        }
        let formats =
            service == .groq ? ["json", "text", "verbose_json"] : ["json", "text", "verbose_json", "srt", "vtt"]
        if let format = upload.first("response_format"), !formats.contains(format) {
            return ("response_format must be one of \(formats)", "unsupported_value")
        }
        if let language = upload.first("language") {
            if translates, language != "en" { return ("language must be en", nil) }
            if !(2...3).contains(language.count) {
                return ("language must be a valid ISO-639-1 code", "invalid_language_format")
            }
        }
        return nil
    }
}

enum WhisperAnswers {
    static func models(_ service: FakeProviders.Service) -> HTTPResponse {
        let names = service == .groq ? ["whisper-large-v3", "whisper-large-v3-turbo"] : ["whisper-1"]
        let items = names.map { #"{"id":"\#($0)","object":"model","created":1700000000,"owned_by":"fake"}"# }
        return .json(text: #"{"object":"list","data":[\#(items.joined(separator: ","))]}"#)
    }

    static func answer(
        _ heard: HeardAudio, _ upload: Upload, _ providers: FakeProviders, _ turn: FakeProviders.Turn, translates: Bool
    ) -> HTTPResponse {
        var fields = HTTPFields()
        if turn.service == .groq {
            let limit = turn.behaviour.requestsPerDay ?? 2000
            let used = providers.counters(.groq).requests
            fields["x-ratelimit-limit-requests"] = "\(limit)"
            fields["x-ratelimit-remaining-requests"] = "\(max(0, limit - used))"
            fields["x-ratelimit-reset-requests"] = "43.2s"
        }
        fields[.xRequestID] = "req_fake"
        switch upload.first("response_format") ?? "json" {
        case "text":
            return providers.deliver(heard.text + "\n", type: "text/plain; charset=utf-8", turn, fields: fields)
        case "verbose_json":
            return providers.deliver(verbose(heard, upload, turn.service, translates), turn, fields: fields)
        default:
            let groq = turn.service == .groq ? #","x_groq":{"id":"req_fake"}"# : ""
            return providers.deliver(#"{"text":\#(JSONString(heard.text))\#(groq)}"#, turn, fields: fields)
        }
    }

    private static func verbose(
        _ heard: HeardAudio, _ upload: Upload, _ service: FakeProviders.Service, _ translates: Bool
    ) -> String {
        let wanted =
            (upload.parameters["timestamp_granularities[]"] ?? [])
            + (upload.parameters["timestamp_granularities"] ?? [])
        var text = #"{"task":"\#(translates ? "translate" : "transcribe")","language":"English","#
        text += #""duration":\#(heard.seconds),"text":\#(JSONString(heard.text))"#
        if wanted.contains("word") {
            let words = heard.words.map { #"{"word":\#(JSONString($0.text)),"start":\#($0.start),"end":\#($0.end)}"# }
            text += ",\"words\":[\(words.joined(separator: ","))]"
        }
        if wanted.isEmpty || wanted.contains("segment") {
            let segment =
                #"{"id":0,"seek":0,"start":0,"end":\#(heard.seconds),"text":\#(JSONString(" " + heard.text)),"tokens":[],"#
                + #""temperature":0,"avg_logprob":-0.1,"compression_ratio":1.2,"no_speech_prob":0.01}"#
            text += ",\"segments\":[\(heard.words.isEmpty ? "" : segment)]"
        }
        if service == .groq { text += #","x_groq":{"id":"req_fake"}"# }
        return text + "}"
    }
}
