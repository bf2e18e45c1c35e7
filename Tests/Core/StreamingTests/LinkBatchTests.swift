import Streaming
import Testing

@Suite struct LinkBatchTests {
    private func batch(_ messages: ClosedRange<Int64>, topic: Int64? = nil) -> LinkBatch {
        var generator = SystemRandomNumberGenerator()
        return LinkBatch(
            id: .random(using: &generator), owner: "telegram:1", chat: 1, thread: nil, replyTo: nil, interface: "en",
            source: .name("abcde"), topic: topic, messages: messages, form: .text, createdAt: 0)
    }

    private func found(_ id: Int64, topic: Int64? = nil, album: Int64? = nil) -> FoundMessage {
        FoundMessage(
            id: id, topic: topic, album: album,
            content: .file(RemoteFile(id: "f\(id)", uniqueID: "u\(id)", size: 1, name: "")))
    }

    private func name() -> LinkID {
        var generator = SystemRandomNumberGenerator()
        return .random(using: &generator)
    }

    @Test func `Ten thousand messages are a hundred questions, each once`() throws {
        var batch = batch(5...10_004)
        var asked: [Int64] = []
        var questions = 0
        while let question = batch.question {
            questions += 1
            asked += question
            #expect(question.count <= 100)
            _ = batch.take(question.map { found($0) }, of: question, name, now: 0)
        }
        #expect(questions == 100 && asked == Array(5...10_004) && batch.found == 10_000 && batch.progress == 1)
    }

    @Test func `What is no file is counted for what it is`() {
        var batch = batch(1...6)
        let records = batch.take(
            [
                found(1), FoundMessage(id: 2, content: .noFile), FoundMessage(id: 3, content: .protected),
                FoundMessage(id: 4, content: .missing), found(99),
            ], of: 1...6, name, now: 7)
        #expect(records.map(\.file.id) == ["f1"] && records[0].batch == batch.id && records[0].createdAt == 7)
        #expect(batch.withoutFile == 1 && batch.isProtected == 1 && batch.question == nil)
        // Messages 5 and 6 were not answered at all.
        #expect(batch.missing >= 2)
    }

    @Test func `Of a topic only its own messages count`() {
        var batch = batch(1...3, topic: 9)
        let records = batch.take([found(1, topic: 9), found(2, topic: 8), found(3)], of: 1...3, name, now: 0)
        #expect(records.map(\.file.id) == ["f1"])
    }

    @Test func `One link means its album`() {
        var batch = batch(20...20)
        batch.widenToAlbum()
        let all = (11...29).map { found($0, album: (19...22).contains($0) ? 5 : $0 < 19 ? 4 : nil) }
        let records = batch.take(all, of: 11...29, name, now: 0)
        #expect(records.map(\.file.id) == ["f19", "f20", "f21", "f22"])
        var alone = self.batch(20...20)
        alone.widenToAlbum()
        #expect(alone.take((11...29).map { found($0) }, of: 11...29, name, now: 0).map(\.file.id) == ["f20"])
    }

    @Test func `The data centre is read from a file id`() {
        #expect(
            FileIdentifier.dataCentre(of: "CAACAgIAAxkBAAIEol9yQhBqFnT4HXldAh31a-hYXuDIAAIECwACAoujAAFFn1sl9AABHbkbBA")
                == 2)
        #expect(
            FileIdentifier.dataCentre(of: "AwACAgQAAxkBAAEE3SZgO-PbHlWtxRt5cPWvXlGRWHXM3AACuwgAAj0d4FF_jv-i_-7iQR4E")
                == 4)
        for text in ["", "F1-123", "AAAA", "####"] { #expect(FileIdentifier.dataCentre(of: text) == nil) }
    }

    @Test func `Sizes and times are written as people read them`() {
        for (bytes, text) in [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (14_230_000, "14.2 MB"), (999_949, "999.9 kB"),
            (1_000_000, "1.0 MB"), (4_294_967_295, "4.3 GB"), (5_000_000_000_000, "5000.0 GB"),
        ] as [(Int64, String)] {
            #expect(FileSize.text(bytes) == text)
        }
        #expect(FileSize.clock(7.9) == "0:07" && FileSize.clock(3723) == "1:02:03" && FileSize.clock(-1) == "0:00")
    }

    @Test func `A file's address says everything that is needed to read it`() throws {
        let file = RemoteFile(
            id: "f", uniqueID: "u", size: 1 << 40, name: "ä/ö", duration: 1.5, origin: .init(chat: -1, message: 2))
        let address = StreamAddress.text(file, bot: 42)
        let read = try #require(StreamAddress.file(address))
        #expect(read.bot == 42 && read.file == file)
        for text in ["", "telegram:42/f", address.dropLast() + "!", "telegram-blocks:x/e30", "telegram-blocks:1/e30"] {
            #expect(StreamAddress.file(String(text)) == nil)
        }
    }
}
