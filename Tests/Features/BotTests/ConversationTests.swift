import Accounts
import BotAPI
import Foundation
import Jobs
import Scheduling
import Streaming
import Testing

@testable import Bot

struct ConversationTests {
    private let job = anyJob("abcdefghijklmnop")

    private func conversation(_ access: Access = Access()) -> Conversation {
        Conversation(
            bot: 42, username: "stentor_bot", access: access, defaultLanguage: .en,
            providers: ["auto", "sphinx"], largestFile: 20_000_000)
    }

    private func update(_ message: String) throws -> Update {
        let text = """
            {"update_id":1,"message":{"message_id":5,"date":1,"from":{"id":7,"is_bot":false,"first_name":"<A>",
            "language_code":"id"},\(message)}}
            """
        return try #require(Update.parse(Array(text.utf8)))
    }

    private let here = #""chat":{"id":7,"type":"private"}"#
    private let group = #""chat":{"id":-9,"type":"supergroup"}"#
    private let voice = #""voice":{"file_id":"f","file_unique_id":"u","file_size":100,"duration":3}"#

    private func decide(
        _ update: Update, _ access: Access = Access(), _ change: (inout Conversation.Context) -> Void = { _ in }
    ) -> Conversation.Decision? {
        let conversation = conversation(access)
        guard let scene = conversation.scene(update) else { return nil }
        var generator = SystemRandomNumberGenerator()
        var context = Conversation.Context(job: job, newLink: .random(using: &generator), now: 100)
        change(&context)
        return conversation.decide(scene, context)
    }

    private func said(_ decision: Conversation.Decision?) -> [String] {
        (decision?.changes ?? []).compactMap { change in
            guard case .message(let message) = change, case .text(_, let text, _)? = Content(message) else {
                return nil
            }
            return text
        }
    }

    private func requests(_ decision: Conversation.Decision?) -> [MediaRequest] {
        (decision?.changes ?? []).compactMap { if case .request(let request) = $0 { request } else { nil } }
    }

    @Test func `a voice note in private becomes a request in the sender's language`() throws {
        let request = try #require(requests(decide(try update("\(here),\(voice)"))).first)
        #expect(request.job == job && request.interface == "id" && request.file.uniqueID == "u" && request.message == 5)
    }

    @Test func `settings of a group follow it when it becomes a supergroup`() throws {
        var chosen = Preferences()
        chosen.isAutomatic = true
        chosen.language = "pt"
        let old = #""chat":{"id":-9,"type":"group","title":"T"},"migrate_to_chat_id":-1009"#
        let decision = try #require(decide(try update(old)) { $0.profile.chat = chosen })
        #expect(decision.changes.contains(.preferences(-1009, chosen)))
        #expect(said(decision).isEmpty)
    }

    @Test func `status says how far each file is, or its place`() throws {
        let request = try #require(requests(decide(try update("\(here),\(voice)"))).first)
        var (second, third) = (request, request)
        (second.job, third.job) = (anyJob("bbbbbbbbbbbbbbbb"), anyJob("cccccccccccccccc"))
        third.stage = .done
        var running = JobProgress(
            job: request.job, stage: .transcribing, progress: 42.7, message: "", startTime: 0)
        running.eta = 65
        var waiting = running
        (waiting.stage, waiting.position, waiting.eta) = (.queued, 4, nil)
        let command = #""text":"/status","entities":[{"type":"bot_command","offset":0,"length":7}]"#
        let decision = decide(try update("\(here),\(command)")) {
            $0.profile.own.interface = "en"
            $0.ownRequests = [request, second, third]
            $0.progress = [request.job: running, second.job: waiting]
        }
        let lines = try #require(said(decision).first).split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[0].contains("abcdefgh") && lines[0].contains("42 %") && lines[0].contains("1:05"))
        #expect(lines[1].contains("bbbbbbbb") && lines[1].contains("5"))
    }

    @Test func `a file over the limit is refused before anything is promised`() throws {
        let large = #""document":{"file_id":"f","file_unique_id":"u","file_size":20000001}"#
        let decision = decide(try update("\(here),\(large)"))
        #expect(requests(decision).isEmpty && said(decision).first?.contains("TELEGRAM_API_BASE") == true)
        let fits = #""document":{"file_id":"f","file_unique_id":"u","file_size":20000000}"#
        #expect(requests(decide(try update("\(here),\(fits)"))).count == 1)
    }

    @Test func `in a group nothing happens until somebody asks`() throws {
        #expect(requests(decide(try update("\(group),\(voice)"))).isEmpty)
        #expect(said(decide(try update("\(group),\(voice)"))).isEmpty)
        let asked =
            #"\#(voice),"caption":"@Stentor_Bot","caption_entities":[{"type":"mention","offset":0,"length":12}]"#
        #expect(requests(decide(try update("\(group),\(asked)"))).count == 1)
        let automatic = decide(try update("\(group),\(voice)")) { $0.profile.chat.isAutomatic = true }
        #expect(requests(automatic).count == 1)
    }

    @Test func `a reply asks for the message it answers`() throws {
        let reply = #""reply_to_message":{"message_id":3,\#(voice)}"#
        let command = #""text":"/transcribe@stentor_bot","entities":[{"type":"bot_command","offset":0,"length":23}]"#
        #expect(requests(decide(try update("\(group),\(command),\(reply)"))).first?.message == 3)
        let other = #""text":"/transcribe@other_bot","entities":[{"type":"bot_command","offset":0,"length":21}]"#
        #expect(decide(try update("\(group),\(other),\(reply)")) == nil)
    }

    @Test func `documents in an automatic group are left alone unless they are recordings`() throws {
        for (mime, count) in [("application/pdf", 0), ("audio/ogg", 1), ("video/mp4", 1)] {
            let document = #""document":{"file_id":"f","file_unique_id":"u","mime_type":"\#(mime)"}"#
            let decision = decide(try update("\(group),\(document)")) { $0.profile.chat.isAutomatic = true }
            #expect(requests(decision).count == count)
        }
    }

    @Test func `strangers get an answer in private and silence in a group`() throws {
        let access = Access(users: [1])
        let refused = decide(try update("\(here),\(voice)"), access)
        #expect(
            requests(refused).isEmpty
                && said(refused) == ["Maaf, bot ini privat. ID Anda 7; pengelolanya dapat memberi akses."])
        let silent = decide(
            try update(#"\#(group),"text":"/start","entities":[{"type":"bot_command","offset":0,"length":6}]"#), access)
        #expect(silent?.changes.isEmpty == true && silent?.effects.isEmpty == true)
    }

    @Test func `both lists of access hold, and admins pass`() {
        let access = Access(admins: [9], users: [1, 2], chats: [-5])
        #expect(access.allows(person: 1, chat: -5) && access.allows(person: 1, chat: 1))
        #expect(!access.allows(person: 1, chat: -6) && !access.allows(person: 3, chat: -5))
        #expect(access.allows(person: 9, chat: -6) && Access().allows(person: 5, chat: -8))
    }

    @Test func `names are escaped`() throws {
        let start = decide(
            try update(#"\#(here),"text":"/start","entities":[{"type":"bot_command","offset":0,"length":6}]"#))
        #expect(said(start).first?.contains("Halo, &lt;A&gt;!") == true)
    }

    @Test(arguments: [
        "", "x", "c:", "c:???", "f:exe:abc", "f:txt", "z:abc", "b:abc", "o:nothing", String(repeating: "c", count: 64),
    ])
    func `strange button data is no press`(data: String) { #expect(Press(data) == nil) }

    @Test func `every text exists in every language, and nothing is left open`() {
        for phrase in Phrase.allCases {
            let forms = phrase.forms
            for text in [forms.en, forms.id, forms.pt] { #expect(!text.isEmpty, "\(phrase)") }
            for number in 1...9 {
                let counts = [forms.en, forms.id, forms.pt].map { $0.contains("%\(number)") }
                #expect(Set(counts).count == 1, "\(phrase) uses %\(number) in some languages only")
            }
        }
    }

    @Test func `the language of a tag`() {
        #expect(Language(tag: "pt-BR") == .pt && Language(tag: "in") == .id && Language(tag: "EN_us") == .en)
        #expect(Language(tag: "de") == nil && Language(tag: nil) == nil && Language(tag: "") == nil)
    }
}
