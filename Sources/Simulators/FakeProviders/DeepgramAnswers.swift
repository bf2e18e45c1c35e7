internal import Foundation
internal import HTTPRouting
internal import HTTPTypes

/// Deepgram's `/v1/listen`.
extension FakeProviders {
    func listen(_ request: HTTPRequest) async throws -> HTTPResponse {
        let turn = begin(.deepgram)
        let errors = ErrorBodies(service: .deepgram)
        guard request.fields[.authorization] == "Token \(turn.behaviour.key)" else { return errors.wrongKey() }
        var upload = Upload()
        for pair in request.queryItems.pairs { upload.parameters[pair.name, default: []].append(pair.value) }
        do {
            try await upload.read(request.body, cut: turn.cut) { arrived($0) }
        } catch is CutConnection {
            return .cut([], after: 0, type: "application/json")
        }
        note(turn, request.path, upload)
        if let answer = try await faulty(turn) { return answer }
        if upload.bytes.count > turn.behaviour.byteLimit { return errors.tooManyBytes() }
        let model = upload.first("model") ?? "base-general"
        guard ["nova", "whisper", "base", "enhanced"].contains(where: model.hasPrefix) else {
            return errors.badRequest("No such model/language/tier combination found.")
        }
        if upload.parameters["keyterm"] != nil, !model.hasPrefix("nova-3") {
            return errors.badRequest("Keyterm is only available for Nova-3.")
        }
        let answer = try await work(turn) { () async throws -> HTTPResponse in
            guard let heard = await HeardAudio.hear(upload.bytes, turn.behaviour.hearing) else {
                return errors.corruptAudio()
            }
            if let refusal = charge(turn, seconds: heard.seconds) { return refusal }
            try await takeTime(turn, seconds: heard.seconds)
            return deliver(DeepgramAnswers.text(heard, upload, model), turn, fields: ["dg-request-id": "d0"])
        }
        return answer ?? errors.tooManyRequests(retryAfter: nil)
    }
}

enum DeepgramAnswers {
    static func text(_ heard: HeardAudio, _ upload: Upload, _ model: String) -> String {
        let hasSpeakers = upload.first("diarize") == "true" || upload.parameters["diarize_model"] != nil
        let words = heard.words.enumerated().map { index, word in
            let speaker = hasSpeakers ? #","speaker":\#(index / 4 % 2),"speaker_confidence":0.9"# : ""
            return #"{"word":\#(JSONString(word.text)),"start":\#(word.start),"end":\#(word.end),"confidence":0.98,"#
                + #""punctuated_word":\#(JSONString(word.text))\#(speaker)}"#
        }.joined(separator: ",")
        let language =
            upload.parameters["detect_language"] != nil ? #""detected_language":"en","language_confidence":0.99,"# : ""
        let transcript = JSONString(heard.text)
        let utterances =
            upload.first("utterances") == "true"
            ? #","utterances":[{"id":"u1","start":0,"end":\#(heard.seconds),"confidence":0.98,"channel":0,"#
                + #""transcript":\#(transcript),"words":[\#(words)]}]"# : ""
        return
            #"{"metadata":{"transaction_key":"deprecated","request_id":"d0","sha256":"0","created":"2026-01-01T00:00:00.000Z","#
            + #""duration":\#(heard.seconds),"channels":1,"models":["m1"],"model_info":{"m1":{"name":"\#(model)","#
            + #""version":"1","arch":"nova-3"}}},"results":{"channels":[{\#(language)"alternatives":[{"transcript":\#(transcript),"#
            + #""confidence":0.98,"words":[\#(words)]}]}]\#(utterances)}}"#
    }
}
