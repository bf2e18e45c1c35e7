import Testing

@testable import BotAPI

struct WireTests {
    @Test(arguments: [
        "", "abc", "1:short", "x:abcdefghijklmnop", "1:abcdefghij/lmnop", "1:abcdefghijkl:mnop", "-1:abcdefghijklmnop",
    ])
    func `what is no token is refused`(text: String) { #expect(BotToken(text) == nil) }

    @Test func `a token shows itself nowhere`() throws {
        let token = try #require(BotToken("42:secret-secret-secret"))
        #expect(token.bot == 42)
        #expect(
            !"\(token) \(String(reflecting: token)) \(String(describing: Mirror(reflecting: token).children))".contains(
                "secret-"))
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!dumped.contains("secret-"))
    }

    @Test func `lengths are UTF-16 units and nothing is split`() {
        let text = String(repeating: "👩‍👩‍👧", count: 10)
        #expect(MessageText.length(text) == 80)
        #expect(MessageText.beginning(text, limit: 20) == "👩‍👩‍👧👩‍👩‍👧")
        #expect(MessageText.beginning("short", limit: 20) == "short")
        #expect(MessageText.beginning("one two three", limit: 9) == "one two")
        #expect(MessageText.escaped("<b> & \u{0} >") == "&lt;b&gt; &amp;   &gt;")
        #expect(MessageText.part("héllo @bot", offset: 6, length: 4) == "@bot")
        #expect(MessageText.part("abc", offset: 2, length: 2) == nil)
        #expect(MessageText.part("abc", offset: 1, length: .max) == nil)
    }

    @Test func `an update that cannot be read still has its number`() throws {
        let odd = Update.parse(Array(#"{"update_id":7,"message":{"message_id":"x"},"poll":{}}"#.utf8))
        #expect(odd?.updateId == 7 && odd?.message == nil)
        #expect(Update.parse(Array("[]".utf8)) == nil && Update.parse([]) == nil)
    }

    @Test func `an update is the same after it was kept`() throws {
        let text = #"""
            {"update_id":1,"message":{"message_id":2,"date":1,"chat":{"id":-5,"type":"supergroup"},"message_thread_id":9,
            "is_topic_message":true,"from":{"id":3,"is_bot":false,"first_name":"A","language_code":"id"},
            "voice":{"file_id":"f","file_unique_id":"u","file_size":10,"duration":3},
            "reply_to_message":{"message_id":1,"document":{"file_id":"g","file_unique_id":"v"}}}}
            """#
        let update = try #require(Update.parse(Array(text.utf8)))
        #expect(update.message?.voice?.fileUniqueId == "u" && update.message?.isTopicMessage == true)
        #expect(Update.parse(try update.encoded()) == update)
    }

    @Test(arguments: [
        (400, "Bad Request: message is not modified: x", BotAPIError.Code.notModified),
        (400, "Bad Request: message to edit not found", .noMessage), (400, "Bad Request: chat not found", .noChat),
        (400, "Bad Request: file is too big", .fileTooBig), (401, "Unauthorized", .unauthorized),
        (400, "Bad Request: wrong file_id or the file is temporarily unavailable", .noFile),
        (403, "Forbidden: bot was blocked by the user", .forbidden), (409, "Conflict", .conflict),
        (502, "Bad Gateway", .server), (400, "Bad Request: can't parse entities", .refused),
    ])
    func `refusals are told apart`(status: Int, text: String, code: BotAPIError.Code) {
        #expect(BotAPIError(status: status, text, nil).code == code)
    }
}
