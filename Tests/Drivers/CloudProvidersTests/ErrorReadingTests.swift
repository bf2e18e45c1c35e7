import CloudRouting
import HTTPTypes
import Settings
import Testing
import Transcription

@testable import CloudProviders

@Suite("Reading providers' answers")
struct ErrorReadingTests {
    private let groq = WhisperDialect(account: ProviderAccount(.groq, key: Secret("k")))
    private let deepgram = DeepgramDialect(account: ProviderAccount(.deepgram, key: Secret("k")))

    @Test("Groq's message about seconds of audio gives window, limit and time")
    func audioSeconds() {
        let body = #"""
            {"error":{"message":"Rate limit reached for model `whisper-large-v3` in organization `org_1` on seconds of audio per hour (ASPH): Limit 7200, Used 7170, Requested 230. Please try again in 1m39.738s. Visit us.","type":"seconds","code":"rate_limit_exceeded"}}
            """#
        let error = groq.error(429, [:], Array(body.utf8))
        #expect(error.kind == .rateLimited(.audioSecondsPerHour))
        #expect(error.retryAfter == 99.738)
        #expect(error.limit == 7200)
    }

    @Test("the header wins over the message")
    func header() {
        let body = #"{"error":{"message":"(RPM) Please try again in 3s."}}"#
        let error = groq.error(429, [.retryAfter: "17"], Array(body.utf8))
        #expect(error.kind == .rateLimited(.requestsPerMinute))
        #expect(error.retryAfter == 17)
    }

    @Test("a 413 by quota is told from a 413 by bytes, with and without its code")
    func tooLarge() {
        let quota = #"{"error":{"message":"audio per day (ASPD): Limit 28800, Requested 40000","code":"x"}}"#
        #expect(groq.error(413, [:], Array(quota.utf8)).kind == .tooManySeconds(limit: 28_800))
        #expect(groq.error(413, [:], Array("<html>too large</html>".utf8)).kind == .tooManyBytes)
    }

    @Test("no money left is not a limit to wait for")
    func quotaOfMoney() {
        let body = #"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":null}}"#
        #expect(groq.error(429, [:], Array(body.utf8)).kind == .paymentRequired)
    }

    @Test("both shapes of Deepgram's errors are read")
    func deepgramShapes() {
        let older =
            #"{"err_code":"Bad Request","err_msg":"Bad Request: failed to process audio: corrupt or unsupported data","request_id":"1"}"#
        let newer =
            #"{"category":"INVALID_QUERY_PARAMETER","message":"No such model/language/tier combination found.","details":"","request_id":"1"}"#
        #expect(deepgram.error(400, [:], Array(older.utf8)).kind == .unreadableAudio)
        #expect(deepgram.error(400, [:], Array(newer.utf8)).kind == .unknownModel)
        #expect(deepgram.error(400, [:], Array(#"{"err_code":"INVALID_AUTH"}"#.utf8)).kind == .keyRefused)
    }

    @Test(
        "durations as services write them",
        arguments: [("7", 7), ("7.5", 7.5), ("2m59.56s", 179.56), ("480ms", 0.48), ("1h2m3s", 3723), ("43.2s", 43.2)])
    func durations(text: String, seconds: Double) throws {
        let value = try #require(RetryAfter.duration(Substring(text)))
        #expect(abs(value - seconds) < 1e-9)
    }

    @Test(
        "what is no duration is none",
        arguments: ["", "soon", "-3", "5x", "1e400", "nan", "Wed, 21 Oct 2026 07:28:00 GMT"])
    func noDuration(text: String) {
        #expect(RetryAfter.duration(Substring(text)) == nil)
    }

    @Test("no message of a provider, which may hold parts of the key, is repeated")
    func silence() {
        let body = #"{"error":{"message":"Incorrect API key provided: sk-abcd****wxyz","code":"invalid_api_key"}}"#
        let error = groq.error(401, [:], Array(body.utf8))
        #expect("\(error)" == "Groq refused the key: check GROQ_API_KEY.")
        #expect(!String(reflecting: error).contains("sk-abcd"))
    }

    @Test("words take the spelling of the text when they are the same words")
    func spelling() throws {
        let body =
            #"{"text":" Hello, World!","language":"english","words":[{"word":"hello","start":0,"end":1},{"word":"world","start":1,"end":2}]}"#
        let recognition = try groq.recognition(Array(body.utf8))
        #expect(recognition.words.map(\.text) == ["Hello,", "World!"])
        #expect(recognition.language == "en")
    }

    @Test("without words the segments' times are shared out")
    func segmentsOnly() throws {
        let body = #"{"text":"one two","segments":[{"text":" one two","start":4,"end":6}]}"#
        let recognition = try groq.recognition(Array(body.utf8))
        #expect(recognition.words.map(\.start) == [4, 5])
    }

    @Test("an answer that is no transcript is refused", arguments: ["", "{}", "[]", "null", #"{"text":5}"#, "<html>"])
    func nonsense(text: String) {
        #expect(throws: ProviderError.self) { try groq.recognition(Array(text.utf8)) }
        #expect(throws: ProviderError.self) { try deepgram.recognition(Array(text.utf8)) }
        #expect(throws: ProviderError.self) {
            try deepgram.recognition(Array(#"{"results":{"channels":[]}}"#.utf8))
        }
    }

    @Test("a key prints nowhere")
    func secret() {
        let account = ProviderAccount(.groq, key: Secret("very-secret"))
        var dumped = ""
        dump(account, to: &dumped)
        #expect(!"\(account) \(String(reflecting: account)) \(dumped)".contains("very-secret"))
    }
}
