internal import HTTPTypes

/// Errors in each service's own words (console.groq.com/docs/rate-limits, developers.deepgram.com/docs/errors).
struct ErrorBodies {
    let service: FakeProviders.Service

    func tooManyRequests(retryAfter seconds: Double?) -> HTTPResponse {
        var fields = HTTPFields()
        if let seconds { fields[.retryAfter] = "\(Int(seconds.rounded(.up)))" }
        if service == .deepgram { return deepgram(429, "TOO_MANY_REQUESTS", "Too many requests.", fields) }
        return openAI(429, "Rate limit reached for requests", "requests", "rate_limit_exceeded", fields)
    }

    /// Groq's hourly seconds of audio.
    func audioLimit(limit: Int, used: Int, requested: Int) -> HTTPResponse {
        openAI(
            429,
            "Rate limit reached for model `whisper-large-v3` in organization `org_01` service tier `on_demand` on seconds "
                + "of audio per hour (ASPH): Limit \(limit), Used \(used), Requested \(requested). Please try again in "
                + "1m39.738s. Need more tokens? Upgrade at https://console.groq.com/settings/billing",
            "seconds", "rate_limit_exceeded", [.retryAfter: "100"])
    }

    func tooManySeconds(limit: Int, requested: Int) -> HTTPResponse {
        if service == .deepgram { return tooManyBytes() }
        return openAI(
            413,
            "Request too large for model `whisper-large-v3` in organization `org_01` service tier `on_demand` on seconds of "
                + "audio per hour (ASPH): Limit \(limit), Requested \(requested), please reduce your message size and try "
                + "again.", "seconds", "rate_limit_exceeded")
    }

    func tooManyBytes() -> HTTPResponse {
        if service == .deepgram { return deepgram(413, "PAYLOAD_TOO_LARGE", "The payload is too large.") }
        return openAI(413, "Request Entity Too Large", "invalid_request_error", "request_too_large")
    }

    func wrongKey() -> HTTPResponse {
        if service == .deepgram { return deepgram(401, "INVALID_AUTH", "Invalid credentials.") }
        // The real one repeats parts of the key.
        return openAI(
            401, "Incorrect API key provided: secr****6789. Check your key.", "invalid_request_error",
            "invalid_api_key")
    }

    func status(_ code: Int) -> HTTPResponse {
        if service == .deepgram {
            let names = [
                400: "Bad Request", 401: "INVALID_AUTH", 402: "ASR_PAYMENT_REQUIRED", 403: "INSUFFICIENT_PERMISSIONS",
                404: "PROJECT_NOT_FOUND", 408: "SLOW_UPLOAD", 413: "PAYLOAD_TOO_LARGE", 429: "TOO_MANY_REQUESTS",
            ]
            return deepgram(code, names[code] ?? "INTERNAL_SERVER_ERROR", "It went wrong.")
        }
        if code == 401 { return wrongKey() }
        if code == 402 {
            return openAI(402, "You exceeded your current quota.", "insufficient_quota", "insufficient_quota")
        }
        return openAI(
            code, "It went wrong.", code < 500 ? "invalid_request_error" : "internal_server_error",
            code == 404 ? "model_not_found" : nil)
    }

    func badRequest(_ message: String, code: String? = nil) -> HTTPResponse {
        if service == .deepgram { return deepgramNewer(400, message) }
        return openAI(400, message, "invalid_request_error", code)
    }

    func corruptAudio() -> HTTPResponse {
        if service == .deepgram {
            return deepgram(400, "Bad Request", "Bad Request: failed to process audio: corrupt or unsupported data")
        }
        return openAI(
            400, "could not process file - is it a valid media file?", "invalid_request_error", nil)
    }

    private func openAI(
        _ status: Int, _ message: String, _ type: String, _ code: String?, _ fields: HTTPFields = [:]
    ) -> HTTPResponse {
        let code = code.map { "\"\($0)\"" } ?? "null"
        return .json(
            text: #"{"error":{"message":\#(JSONString(message)),"type":"\#(type)","param":null,"code":\#(code)}}"#,
            status: status, fields: fields)
    }

    private func deepgram(
        _ status: Int, _ code: String, _ message: String, _ fields: HTTPFields = [:]
    ) -> HTTPResponse {
        .json(
            text: #"{"err_code":"\#(code)","err_msg":\#(JSONString(message)),"request_id":"d1"}"#, status: status,
            fields: fields)
    }

    /// The second of its two shapes.
    private func deepgramNewer(_ status: Int, _ message: String) -> HTTPResponse {
        .json(
            text:
                #"{"category":"INVALID_QUERY_PARAMETER","message":\#(JSONString(message)),"details":"","request_id":"d2"}"#,
            status: status)
    }
}

/// A text as JSON writes it.
struct JSONString: CustomStringConvertible {
    let text: String

    init(_ text: String) { self.text = text }

    var description: String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..."\u{1f}":
                result += "\\u00" + (scalar.value < 16 ? "0" : "1") + String(scalar.value % 16, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
