import HTTPClient
import HTTPTypes
import Jobs
import Testing

@testable import Callbacks

@Suite("Signatures and requests")
struct WebhookSignatureTests {
    @Test("the example of the specification's libraries")
    func vector() throws {
        let signature = try #require(WebhookSignature(secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]))
        let value = try signature.value(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("two secrets give two signatures, none gives none")
    func several() throws {
        let both = try #require(
            WebhookSignature(secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "plain words, long"]))
        #expect(try both.value(id: "i", timestamp: 1, body: [])?.split(separator: " ").count == 2)
        #expect(try WebhookSignature(secrets: [])?.value(id: "i", timestamp: 1, body: []) == nil)
    }

    @Test("what is no secret is refused", arguments: ["", "short", "whsec_", "whsec_!!!!", "whsec_AAAA"])
    func wrong(secret: String) {
        #expect(WebhookSignature(secrets: [secret]) == nil)
    }

    @Test(
        "user and password leave the address",
        arguments: [
            ("https://me:p%40ss@h.example:8/x?y@z", "https://h.example:8/x?y@z", "me:p@ss"),
            ("http://h.example/@x", "http://h.example/@x", nil), ("http://a@b@h/", "http://h/", "a@b"),
            ("http://%@h", "http://h", "%"), ("http://%4@h", "http://h", "%4"), ("http://h?x@y", "http://h?x@y", nil),
        ] as [(String, String, String?)])
    func users(address: String, rest: String, user: String?) {
        let split = CallbackRequest.split(address)
        #expect(split.address == rest && split.user == user)
    }

    @Test(
        "a status decides",
        arguments: [
            (200, nil, CallbackAnswer.delivered), (204, nil, .delivered), (301, nil, .failed("status 301", wish: nil)),
            (410, nil, .refused("the receiver wants no more")), (429, "7", .failed("status 429", wish: 7)),
            (503, "Thu, 01 Jan 1970 00:02:00 GMT", .failed("status 503", wish: 20)),
            (503, "Thu, 01 Jan 1970 00:00:00 GMT", .failed("status 503", wish: 0)),
            (500, "soon", .failed("status 500", wish: nil)), (400, "-5", .failed("status 400", wish: 0)),
        ] as [(Int, String?, CallbackAnswer)])
    func statuses(code: Int, retryAfter: String?, answer: CallbackAnswer) {
        var fields: HTTPFields = [:]
        if let retryAfter { fields[.retryAfter] = retryAfter }
        #expect(CallbackAnswer(status: HTTPStatus(code), fields, now: 100) == answer)
    }
}
