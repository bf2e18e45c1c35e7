import EventLoops
import FakeTelegram

/// A refusal in the Bot API's own words.
struct Refusal: Error {
    let code: Int
    let description: String
    var retryAfter: Int64?

    static func bad(_ text: String) -> Refusal { Refusal(code: 400, description: "Bad Request: \(text)") }
}

/// Telegram as one bot sees it: chats, messages, files and updates. One bot for each process.
actor Telegram {
    struct Message {
        var value: JSONValue
        var isFromBot: Bool
        /// Edits, for those who count them.
        var edits = 0
        var times: [Double] = []
        /// Contents of a document the bot sent.
        var file: [UInt8]?
    }

    struct File {
        var content: FakeContent
        var path: String
        /// What Telegram says of it, whatever is there.
        var size: Int64
        /// As the data centres know it.
        var document: Int64
        var unique: String
    }

    let token: String
    let username: String
    private(set) var chats: [Int64: JSONValue] = [:]
    private(set) var messages: [Int64: [Int64: Message]] = [:]
    private var lastMessage: Int64 = 100
    var files: [String: File] = [:]
    /// Files by the path that `getFile` gives.
    var paths: [String: String] = [:]
    /// A self-hosted server gives files of any size.
    var isLocal = false
    private var lastUpdate: Int64
    /// Not confirmed yet.
    private(set) var pending: [JSONValue] = []
    private var poll: (number: Int, waiter: CheckedContinuation<Void, Never>)?
    private var polls = 0
    var webhook: (url: String, secret: String)?
    private(set) var commands: [String: JSONValue] = [:]
    private(set) var presses: [String: JSONValue] = [:]
    var faults = FaultPlan()
    var calls: [JSONValue] = []
    var paces = Paces()
    var admins: Set<Int64> = []
    /// Who wants to hear no more of the bot.
    var blocked: Set<Int64> = []
    var downloads = 0
    private let start = MonotonicTime.now()

    /// Where the same files are read by Telegram's own protocol.
    let dataCentres: FakeDataCentres

    init(token: String, username: String, isLocal: Bool, dataCentres: FakeDataCentres) {
        self.isLocal = isLocal
        self.token = token
        self.dataCentres = dataCentres
        self.username = username
        lastUpdate = Int64.random(in: 100_000_000...200_000_000)
    }

    var bot: Int64 { Int64(token.split(separator: ":").first ?? "1") ?? 1 }

    var me: JSONValue {
        [
            "id": .whole(bot), "is_bot": true, "first_name": "Stentor", "username": .text(username),
            "can_join_groups": true, "can_read_all_group_messages": true, "supports_inline_queries": false,
            "can_connect_to_business": false, "has_main_web_app": false,
        ]
    }

    func now() -> Double { Double((MonotonicTime.now() - start).nanoseconds) / 1e9 }

    // MARK: - Chats

    func know(_ chat: JSONValue) {
        guard let id = chat["id"]?.whole else { return }
        chats[id] = chat
    }

    func addMessage(_ chat: Int64, _ value: JSONValue, isFromBot: Bool, file: [UInt8]? = nil) -> JSONValue {
        lastMessage += 1
        var value = value
        value["message_id"] = .whole(lastMessage)
        value["date"] = .whole(1_700_000_000 + Int64(now()))
        value["chat"] = chats[chat] ?? ["id": .whole(chat), "type": chat < 0 ? "supergroup" : "private"]
        var message = Message(value: value, isFromBot: isFromBot, file: file)
        message.times = [now()]
        messages[chat, default: [:]][lastMessage] = message
        for kind in ["voice", "audio", "video", "video_note", "document"] {
            guard let id = value[kind]?["file_id"]?.text, let file = files[id] else { continue }
            dataCentres.setMessage(Int32(lastMessage), in: chat, file: file.document)
        }
        return value
    }

    func edit(_ chat: Int64, _ id: Int64, _ change: (inout JSONValue) -> Void) throws(Refusal) -> JSONValue {
        guard var message = messages[chat]?[id] else { throw .bad("message to edit not found") }
        guard message.isFromBot else { throw .bad("message can't be edited") }
        let before = message.value
        change(&message.value)
        guard message.value != before else {
            throw .bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                    + "current content and reply markup of the message")
        }
        message.edits += 1
        message.times.append(now())
        messages[chat]?[id] = message
        return message.value
    }

    func delete(_ chat: Int64, _ id: Int64) throws(Refusal) {
        guard messages[chat]?.removeValue(forKey: id) != nil else { throw .bad("message to delete not found") }
        dataCentres.setMessage(Int32(id), in: chat, file: nil)
    }

    func message(_ chat: Int64, _ id: Int64) -> Message? { messages[chat]?[id] }

    // MARK: - Updates

    /// Takes an update without its number. Returns it with one.
    func add(update: JSONValue) -> JSONValue {
        lastUpdate += 1
        var update = update
        update["update_id"] = .whole(lastUpdate)
        pending.append(update)
        poll?.waiter.resume()
        poll = nil
        return update
    }

    func confirm(below offset: Int64) {
        if offset < 0 {
            pending = Array(pending.suffix(Int(-offset)))
        } else {
            pending.removeAll { ($0["update_id"]?.whole ?? 0) < offset }
        }
    }

    func delivered(_ id: Int64) { pending.removeAll { $0["update_id"]?.whole == id } }

    /// Waits for an update; a newer question ends an older one, as at Telegram. Returns `false` when that happened.
    func waitForUpdate(seconds: Int64) async -> Bool {
        polls += 1
        let number = polls
        poll?.waiter.resume()
        poll = nil
        guard pending.isEmpty, seconds > 0 else { return true }
        // Ends by itself: it only rings.
        let alarm = Task {
            try await Task.sleep(for: .seconds(seconds))
            self.ring(number)
        }
        await withCheckedContinuation { poll = (number, $0) }
        alarm.cancel()
        return polls == number
    }

    private func ring(_ number: Int) {
        guard let waiting = poll, waiting.number == number else { return }
        poll = nil
        waiting.waiter.resume()
    }

    func setCommands(_ language: String, _ value: JSONValue) { commands[language] = value }
    func pressed(_ id: String, _ answer: JSONValue) { presses[id] = answer }
    func reset() {
        faults = FaultPlan()
        calls = []
        downloads = 0
        dataCentres.clearFaults()
        dataCentres.resetCounts()
    }
}

/// What goes wrong, by method: each entry is used up by one call.
struct FaultPlan {
    struct Fault {
        var method: String
        /// `status`, `429`, `drop` (no answer), `late` (done, but no answer), `slow`.
        var kind: String
        var code: Int64
        var text: String
        var left: Int64
        /// Only of this chat's calls.
        var chat: Int64?
    }

    var faults: [Fault] = []
    /// Nothing is answered at all until then.
    var downUntil: Double = 0

    mutating func next(_ method: String, chat: Int64?) -> Fault? {
        let index = faults.firstIndex { fault in
            (fault.method == method || fault.method == "*") && fault.left > 0
                && (fault.chat == nil || fault.chat == chat)
        }
        guard let index else { return nil }
        faults[index].left -= 1
        return faults[index]
    }
}

/// Telegram's own limits, as far as they show: beyond them 429.
struct Paces {
    var isOn = true
    private var all: [Double] = []
    private var chats: [Int64: [Double]] = [:]

    /// Seconds to wait, for a message too many.
    mutating func refuse(_ chat: Int64, _ now: Double) -> Int64? {
        guard isOn else { return nil }
        all.removeAll { now - $0 >= 1 }
        if all.count >= 35 { return 1 }
        let window = chat < 0 ? 60.0 : 5.0
        // Five at once, then one a second, with a little patience.
        let limit = chat < 0 ? 20 : 9
        var sent = chats[chat] ?? []
        sent.removeAll { now - $0 >= window }
        chats[chat] = sent
        if sent.count >= limit { return max(1, Int64((window - (now - sent[0])).rounded(.up))) }
        all.append(now)
        chats[chat]?.append(now)
        return nil
    }
}
