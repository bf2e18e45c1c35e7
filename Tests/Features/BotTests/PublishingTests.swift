import Accounts
import BotAPI
import Foundation
import Jobs
import Streaming
import Testing

@testable import Bot

struct PublishingTests {
    private let link = LinkID("AAAAAAAAAAAAAAAA")

    private func decide(
        _ message: String, isOn: Bool = true, hasDirectory: Bool = true,
        _ change: (inout Conversation.Context) -> Void = { _ in }
    ) throws -> Conversation.Decision? {
        let text = """
            {"update_id":1,"message":{"message_id":5,"date":1,"from":{"id":7,"is_bot":false,"first_name":"A",
            "language_code":"en"},"chat":{"id":7,"type":"private"},\(message)}}
            """
        return decide(
            try #require(Update.parse(Array(text.utf8))), isOn, hasDirectory, try #require(link), change)
    }

    private func press(_ data: String, _ change: (inout Conversation.Context) -> Void) throws -> Conversation.Decision?
    {
        let text = """
            {"update_id":1,"callback_query":{"id":"9","from":{"id":7,"is_bot":false,"first_name":"A"},
            "message":{"message_id":6,"chat":{"id":7,"type":"private"}},"data":"\(data)"}}
            """
        return decide(try #require(Update.parse(Array(text.utf8))), true, true, try #require(link), change)
    }

    private func decide(
        _ update: Update, _ isOn: Bool, _ hasDirectory: Bool, _ link: LinkID,
        _ change: (inout Conversation.Context) -> Void
    ) -> Conversation.Decision? {
        var conversation = Conversation(
            bot: 42, username: "stentor_bot", access: Access(), defaultLanguage: .en, providers: ["auto"],
            largestFile: 20_000_000)
        conversation.publishing = .init(isOn: isOn, hasDirectory: hasDirectory, lifetime: 50)
        guard let scene = conversation.scene(update) else { return nil }
        var context = Conversation.Context(job: anyJob("abcdefghijklmnop"), newLink: link, now: 100)
        change(&context)
        return conversation.decide(scene, context)
    }

    private func contents(_ decision: Conversation.Decision?) -> [Content] {
        (decision?.changes ?? []).compactMap { change in
            if case .message(let message) = change { Content(message) } else { nil }
        }
    }

    private func said(_ decision: Conversation.Decision?) -> String {
        contents(decision).compactMap { if case .text(_, let text, _) = $0 { text } else { nil } }.joined()
    }

    private func requests(_ decision: Conversation.Decision?) -> [MediaRequest] {
        (decision?.changes ?? []).compactMap { if case .request(let request) = $0 { request } else { nil } }
    }

    private let pdf =
        #""document":{"file_id":"f","file_unique_id":"u","file_size":100,"file_name":"a.pdf","mime_type":"application/pdf"}"#

    @Test func `a file without sound gets its links at once, media is written down as ever`() throws {
        guard case .links(let destination, let record, _)? = contents(try decide(pdf)).first else {
            Issue.record("no links")
            return
        }
        #expect(destination.replyTo == 5 && record.id == link && record.owner == "telegram:7")
        #expect(record.file.size == 100 && record.file.origin == .init(chat: 7, message: 5))
        #expect(record.expiresAt == 150)
        let voice = #""voice":{"file_id":"f","file_unique_id":"u","file_size":100,"duration":3}"#
        let heard = try decide(voice)
        #expect(requests(heard).count == 1 && contents(heard).isEmpty)
        #expect(requests(try decide(pdf, isOn: false)).count == 1)
    }

    @Test func `of a picture the largest is published`() throws {
        let photo =
            #""photo":[{"file_id":"s","file_unique_id":"us","file_size":1},{"file_id":"l","file_unique_id":"ul","file_size":9}]"#
        guard case .links(_, let record, _)? = contents(try decide(photo)).first else {
            Issue.record("no links")
            return
        }
        #expect(record.file.id == "l" && record.file.name == "photo.jpg")
    }

    @Test func `protected content is not published`() throws {
        let decision = try decide(pdf + #","has_protected_content":true"#)
        #expect(said(decision).contains("protected by its sender"))
        #expect(contents(decision).allSatisfy { if case .links = $0 { false } else { true } })
    }

    @Test func `a batch is read from links of every form`() throws {
        func batch(_ text: String) throws -> LinkBatch? {
            let message = #""text":"/batch \#(text)","entities":[{"type":"bot_command","offset":0,"length":6}]"#
            guard case .batch(let batch)? = contents(try decide(message)).first else { return nil }
            return batch
        }
        let channel = try #require(try batch("https://t.me/c/123/20 https://t.me/c/123/7 m3u8"))
        #expect(channel.source == .channel(123) && channel.first == 7 && channel.last == 20 && channel.form == .m3u8)
        let topic = try #require(try batch("t.me/c/123/4/20 t.me/c/123/4/30"))
        #expect(topic.topic == 4 && topic.album == nil)
        let album = try #require(try batch("t.me/abcde/20"))
        #expect(album.album == 20 && album.first == 11 && album.last == 29)
        let single = try #require(try batch("tg://resolve?domain=abcde&post=20&single"))
        #expect(single.album == nil && single.first == 20 && single.last == 20)
        #expect(try batch("t.me/abcde/20 t.me/other/30") == nil)
        #expect(try batch("t.me/abcde/1 t.me/abcde/10001") == nil)
        #expect(try batch("t.me/abcde/1 t.me/abcde/10000") != nil)
        #expect(try batch("") == nil)
    }

    @Test func `what cannot be done is said in words`() throws {
        let message = #""text":"/batch t.me/abcde/1","entities":[{"type":"bot_command","offset":0,"length":6}]"#
        #expect(said(try decide(message, isOn: false)).contains("STENTOR_PUBLIC_URL"))
        #expect(said(try decide(message, hasDirectory: false)).contains("TELEGRAM_API_ID"))
    }

    @Test func `buttons of a link ask for what they say`() throws {
        let name = try #require(link)
        let revoke = try press("r:\(name.text)") { _ in }
        guard case .revoke(name, owner: "telegram:7", press: "9", shown: 6, chat: 7, _)? = revoke?.effects.last else {
            Issue.record("no revocation")
            return
        }
        let file = Streaming.RemoteFile(id: "f", uniqueID: "u", size: 9, name: "a.mp4")
        var record = LinkRecord(id: name, file: file, owner: "telegram:7", createdAt: 1)
        let asked = try press("t:\(name.text)") { $0.link = record }
        #expect(requests(asked).first?.file.uniqueID == "u")
        record.isRevoked = true
        #expect(requests(try press("t:\(name.text)") { $0.link = record }).isEmpty)
        #expect(requests(try press("t:\(name.text)") { _ in }).isEmpty)
    }

    @Test func `every button fits into its 64 bytes`() throws {
        let name = try #require(link)
        let record = LinkRecord(
            id: name, file: Streaming.RemoteFile(id: "f", uniqueID: "u", size: 9, name: "a.mp4"), owner: "o",
            createdAt: 1)
        let keyboard = Keyboards.links(
            record, LinkAddresses(stream: "https://s", download: "https://d", watch: "https://w"), copied: "x", .en)
        for button in keyboard.inlineKeyboard.joined() {
            let ways = [button.callbackData != nil, button.url != nil, button.copyText != nil]
            #expect(ways.count { $0 } == 1)
            #expect(button.callbackData.map { $0.utf8.count <= 64 && Press($0) != nil } ?? true)
        }
    }

    @Test func `lists are what programs take`() throws {
        let name = try #require(link)
        let file = Streaming.RemoteFile(id: "f", uniqueID: "u", size: 9, name: "a\nb.mp4", duration: 7.9)
        let entries = [(LinkRecord(id: name, file: file, owner: "o", createdAt: 1), "https://x/1")]
        #expect(LinkList.text(entries) == "https://x/1\n")
        #expect(LinkList.m3u8(entries) == "#EXTM3U\n#EXTINF:7,ab.mp4\nhttps://x/1\n")
    }
}
