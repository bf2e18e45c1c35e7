import Streaming
import Testing

@Suite struct MessageLinkTests {
    @Test(
        "Every form of a link to a message is read",
        arguments: [
            ("https://t.me/telegram/12", MessageLink.Place.name("telegram"), 12 as Int64, nil as Int64?),
            ("t.me/Telegram/12", .name("telegram"), 12, nil),
            ("http://telegram.me/telegram/12/", .name("telegram"), 12, nil),
            ("https://telegram.dog/telegram/7/12", .name("telegram"), 12, 7),
            ("https://www.t.me/telegram/12", .name("telegram"), 12, nil),
            ("https://telegram.t.me/12", .name("telegram"), 12, nil),
            ("https://telegram.t.me/7/12", .name("telegram"), 12, 7),
            ("https://t.me/s/telegram/12", .name("telegram"), 12, nil),
            ("https://t.me/c/1234567890/12", .channel(1_234_567_890), 12, nil),
            ("https://t.me/c/1234567890/7/12", .channel(1_234_567_890), 12, 7),
            ("https://t.me/c/1234567890/12?thread=7", .channel(1_234_567_890), 12, 7),
            ("https://t.me/telegram/12#top", .name("telegram"), 12, nil),
            ("HTTPS://T.ME/telegram/12", .name("telegram"), 12, nil),
            ("tg://resolve?domain=telegram&post=12", .name("telegram"), 12, nil),
            ("tg:resolve?domain=telegram&post=12&thread=7", .name("telegram"), 12, 7),
            ("tg://privatepost?channel=1234567890&post=12", .channel(1_234_567_890), 12, nil),
        ])
    func forms(_ text: String, _ place: MessageLink.Place, _ message: Int64, _ topic: Int64?) throws {
        let link = try #require(MessageLink(text))
        #expect(link.place == place && link.message == message && link.topic == topic && !link.isSingle)
    }

    @Test func `What stands behind the question mark is read too`() throws {
        let link = try #require(MessageLink("https://t.me/telegram/12?single&comment=9&t=1h23m10s"))
        #expect(link.isSingle && link.comment == 9 && link.time == 4990)
        for (text, seconds) in [("123", 123), ("10:23", 623), ("1:02:03", 3723), ("23m", 1380), ("5s", 5)] {
            #expect(MessageLink("t.me/telegram/12?t=\(text)")?.time == seconds)
        }
        for text in ["", "x", "1:2:3:4", "10:", "h", "9999999", "1s2h"] {
            #expect(MessageLink("t.me/telegram/12?t=\(text)")?.time == nil)
        }
    }

    @Test(
        "What is no link to a message is refused",
        arguments: [
            "", "t.me", "t.me/", "https://t.me/telegram", "https://t.me/c/123", "https://t.me/c/0/12",
            "https://t.me/telegram/0", "https://t.me/telegram/-1", "https://t.me/telegram/1/2/3",
            "https://t.me/joinchat/12345", "https://t.me/+abcdef/12", "https://example.org/telegram/12",
            "https://t.me.example.org/telegram/12", "https://t.me@example.org/telegram/12", "https://t.me/tel/12",
            "https://t.me/1telegram/12", "https://t.me/tele gram/12", "https://t.me/telegram/12x",
            "https://t.me/telegram/99999999999999999999", "tg://join?invite=x", "tg://resolve?domain=telegram",
            "tg://privatepost?post=12", "https://t.me/телеграм/12", "https://t.me//12", "https://t.me/c//12",
            "https://a.b.t.me/12", "https://t.me/telegram//12", "javascript:t.me/telegram/12",
        ])
    func noLinks(_ text: String) {
        #expect(MessageLink(text) == nil)
    }
}
