import Accounts
import BotAPI
import Jobs
import Streaming
import Testing

@testable import Bot

struct SpeakerNamingTests {
    @Test(arguments: [
        ("SPEAKER_01 is Anna", ["SPEAKER_01": "Anna"]),
        ("speaker 1 is Anna Maria.", ["SPEAKER_01": "Anna Maria"]),
        ("SPEAKER_00 is Ben, SPEAKER_01 is Anna", ["SPEAKER_00": "Ben", "SPEAKER_01": "Anna"]),
        ("SPEAKER_00 is Ben and SPEAKER_01 is Anna", ["SPEAKER_00": "Ben", "SPEAKER_01": "Anna"]),
        ("SPEAKER_00=Ben\nSPEAKER_12: Anna", ["SPEAKER_00": "Ben", "SPEAKER_12": "Anna"]),
        ("speaker_0 adalah Budi dan speaker_1 adalah Siti", ["SPEAKER_00": "Budi", "SPEAKER_01": "Siti"]),
        ("SPEAKER_01 é João", ["SPEAKER_01": "João"]),
        ("so: SPEAKER_01 is Salt and Pepper", ["SPEAKER_01": "Salt and Pepper"]),
        ("SPEAKER_01 =Anna", ["SPEAKER_01": "Anna"]), ("SPEAKER_100 is Zoë", ["SPEAKER_100": "Zoë"]),
    ])
    func `names are read as people write them`(text: String, names: [String: String]) {
        #expect(SpeakerNaming(text)?.names == names)
    }

    @Test(arguments: [
        "", "hello", "SPEAKER_01", "SPEAKER_01 is", "who is SPEAKER_01", "SPEAKER_01 talks too much",
        "the speaker is loud", "SPEAKER_9999 is Anna", "SPEAKER_ is Anna", "SPEAKER_01 is ...",
    ])
    func `what names nobody is no naming`(text: String) {
        #expect(SpeakerNaming(text) == nil)
    }

    @Test func `a flood of labels is bounded`() {
        let text = (0..<5000).map { "SPEAKER_\($0 % 1000) is X\($0)" }.joined(separator: "\n")
        #expect((SpeakerNaming(text)?.names.count ?? 0) <= 200)
    }

    // MARK: - In a conversation

    private let job = anyJob("abcdefghijklmnop")

    private func decide(
        _ text: String, person: Int64 = 7, from: Int64 = 42, _ change: (inout Conversation.Context) -> Void
    ) throws -> [Content] {
        let body = """
            {"update_id":1,"message":{"message_id":5,"date":1,"from":{"id":\(person),"is_bot":false,"first_name":"A"},
            "chat":{"id":7,"type":"private"},"text":"\(text)","reply_to_message":{"message_id":3,
            "from":{"id":\(from),"is_bot":true,"first_name":"B"}}}}
            """
        let conversation = Conversation(
            bot: 42, username: "stentor_bot", access: Access(admins: [9]), defaultLanguage: .en,
            providers: ["auto"], largestFile: 1000)
        let update = try #require(Update.parse(Array(body.utf8)))
        let scene = try #require(conversation.scene(update))
        var generator = SystemRandomNumberGenerator()
        var context = Conversation.Context(job: job, newLink: .random(using: &generator), now: 100)
        change(&context)
        return conversation.decide(scene, context).changes.compactMap { change in
            if case .message(let message) = change { Content(message) } else { nil }
        }
    }

    private func request(person: Int64 = 7, _ change: (inout MediaRequest) -> Void = { _ in }) -> MediaRequest {
        var request = MediaRequest(
            job: job, person: person, chat: 7, message: 1, file: ChatFile(id: "f", uniqueID: "u", bytes: 1, name: "a"),
            preferences: Preferences(), interface: "en", createdAt: 0)
        request.status = 3
        request.stage = .done
        change(&request)
        return request
    }

    private func names(_ contents: [Content]) -> [String: String]? {
        guard case .names(_, job, let names, _)? = contents.first, contents.count == 1 else { return nil }
        return names
    }

    private func text(_ contents: [Content]) -> String? {
        guard case .text(_, let text, _)? = contents.first, contents.count == 1 else { return nil }
        return text
    }

    @Test func `an answer to the text names its speakers`() throws {
        #expect(names(try decide("SPEAKER_01 is Anna") { $0.request = request() }) == ["SPEAKER_01": "Anna"])
    }

    @Test func `so does an answer to one of its files`() throws {
        let contents = try decide("SPEAKER_01 is Anna") { $0.ownRequests = [request { $0.attachments = [3] }] }
        #expect(names(contents) == ["SPEAKER_01": "Anna"])
    }

    @Test(arguments: [7, 9] as [Int64])
    func `somebody else's speakers are named by nobody, not even by admins`(person: Int64) throws {
        let contents = try decide("SPEAKER_01 is Anna", person: person) { $0.request = request(person: 8) }
        #expect(text(contents) == Language.en.text(.notYours))
    }

    @Test func `an answer to somebody else's message is no naming`() throws {
        let contents = try decide("SPEAKER_01 is Anna", from: 41) { $0.request = request() }
        #expect(text(contents) == Language.en.text(.whatToSend))
    }
}
