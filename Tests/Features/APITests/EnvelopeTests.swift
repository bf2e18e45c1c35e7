import Foundation
import HTTPRouting
import HTTPTypes
import Jobs
import Testing

@testable import API

@Suite("Errors in each dialect")
struct EnvelopeTests {
    private func told(_ error: HTTPError, at path: String) throws -> (response: HTTPResponse, text: String) {
        var envelopes = ErrorEnvelopes(default: OwnEnvelope.envelope)
        Dialects.addEnvelopes(to: &envelopes)
        let response = envelopes.response(to: error, path: path)
        guard case .bytes(let bytes) = response.body.storage else { return (response, "") }
        return (response, String(decoding: bytes, as: UTF8.self))
    }

    @Test(
        "the longest prefix decides",
        arguments: [
            ("/v1/audio/transcriptions", #"{"error":{"code":"not_found""#), ("/v1", #"{"error":{"code":"not_found""#),
            ("/v1/listen", #"{"err_code":"Not Found""#), ("/v1/listen/x", #"{"err_code":"Not Found""#),
            ("/v1/listener", #"{"error":{"code":"not_found""#), ("/asr", "gone\n"), ("/detect-language", "gone\n"),
            ("/asr2", #"{"error":{"code":"not_found","message":"gone"}}"#),
            ("/v2", #"{"error":{"code":"not_found","message""#),
        ])
    func prefixes(path: String, beginning: String) throws {
        #expect(try told(HTTPError(.notFound, "gone"), at: path).text.hasPrefix(beginning))
    }

    @Test(
        "clients of OpenAI are told whether another try is worth it, and never to wait longer than they would",
        arguments: [
            (HTTPStatus.badRequest, nil, "false", nil), (.conflict, nil, "false", nil),
            (.requestTimeout, nil, "true", nil), (.tooManyRequests, "7", "true", "7"),
            (.serviceUnavailable, "3600", "true", "120"), (.internalServerError, nil, "true", nil),
        ] as [(HTTPStatus, String?, String, String?)])
    func retries(status: HTTPStatus, wait: String?, shouldRetry: String, told wish: String?) throws {
        var fields: HTTPFields = [:]
        if let wait { fields[.retryAfter] = wait }
        let response = try told(HTTPError(status, "m", fields: fields), at: "/v1/models").response
        #expect(response.fields[HTTPFieldName("X-Should-Retry")] == shouldRetry)
        #expect(response.fields[.retryAfter] == wish)
    }

    @Test(
        "what OpenAI tells with other statuses",
        arguments: [
            (JobFailure(.permanent, code: "no_such_model", "m"), 404, "model_not_found"),
            (JobFailure(.permanent, code: "task_unsupported", "m"), 400, "unsupported_value"),
            (JobFailure(.permanent, code: "not_media", "m"), 400, "not_media"),
            (JobFailure(.permanent, code: "damaged", "m"), 400, "damaged"),
            (JobFailure(.transient, code: "no_engine", "m"), 503, "no_engine"),
        ])
    func statuses(failure: JobFailure, status: Int, code: String) throws {
        let (response, text) = try told(ErrorTable.http(failure), at: "/v1/audio/transcriptions")
        #expect(response.status.code == status)
        #expect(text.contains(#""code":"\#(code)""#), "\(text)")
    }
}
