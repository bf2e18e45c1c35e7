internal import FoundationEssentials
internal import Jobs

/// Values of Core as the records that scripts work on, and back. What cannot be read is an error, never a default.
///
/// The places of the fields are those that `Lua.records` names.
enum Coding {
    static func unreadable(_ what: String) -> JobStoreError { .broken("Redis holds an unreadable \(what)") }

    static func json(_ value: some Encodable) throws(JobStoreError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw .broken("a value cannot be written")
        }
    }

    static func value<Value: Decodable>(_ json: String, _ what: String) throws(JobStoreError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(json.utf8))
        } catch {
            throw unreadable(what)
        }
    }

    static func fields(_ bytes: [UInt8], _ count: Int, _ what: String) throws(JobStoreError) -> [Packed] {
        guard case .list(let items) = try? Packed(bytes), items.count >= count else { throw unreadable(what) }
        return items
    }

    // MARK: Digests

    /// Digests are long and many: 64 hexadecimal digits take 33 bytes, anything else stays as it is.
    static func short(_ text: String) -> [UInt8] {
        let letters = Array(text.utf8)
        guard letters.count == 64, letters.allSatisfy({ hex($0) != nil }) else { return letters }
        return [0] + stride(from: 0, to: 64, by: 2).map { (hex(letters[$0]) ?? 0) << 4 | (hex(letters[$0 + 1]) ?? 0) }
    }

    static func long(_ bytes: [UInt8]) -> String {
        guard bytes.count == 33, bytes[0] == 0 else { return String(decoding: bytes, as: UTF8.self) }
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.dropFirst().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Small letters alone: what comes back must be what was given.
    private static func hex(_ letter: UInt8) -> UInt8? {
        switch letter {
        case 0x30...0x39: letter - 0x30
        case 0x61...0x66: letter - 0x57
        default: nil
        }
    }

    // MARK: Media

    static func media(_ media: MediaReference) -> String {
        switch media {
        case .kept(let name, let bytes): "k\(bytes):\(name)"
        case .passing(let name): "p\(name)"
        case .address(let address): "a\(address)"
        }
    }

    static func media(_ text: String?) throws(JobStoreError) -> MediaReference? {
        guard let text, let kind = text.first else { return nil }
        let rest = text.dropFirst()
        switch kind {
        case "p": return .passing(name: String(rest))
        case "a": return .address(String(rest))
        case "k":
            guard let colon = rest.firstIndex(of: ":"), let bytes = Int64(rest[..<colon]) else {
                throw unreadable("name of media")
            }
            return .kept(name: String(rest[rest.index(after: colon)...]), bytes: bytes)
        default: throw unreadable("name of media")
        }
    }

    // MARK: States

    static func letter(_ state: ExecutionState) -> String {
        switch state {
        case .queued: "q"
        case .running: "r"
        case .waiting: "w"
        case .succeeded: "s"
        case .failed: "f"
        case .cancelled: "c"
        }
    }

    static func state(_ letter: String?) throws(JobStoreError) -> ExecutionState {
        guard let state = ExecutionState.allCases.first(where: { self.letter($0) == letter }) else {
            throw unreadable("state")
        }
        return state
    }

    // MARK: Executions

    /// As the scripts get a new one: without number, moments and jobs.
    static func fields(_ execution: Execution, node: String) throws(JobStoreError) -> [UInt8] {
        let failure = try execution.failure.map { (value) throws(JobStoreError) in try json(value) }
        return Packed.list([
            .integer(0), execution.key.map { .raw(short($0)) } ?? .none, .text(try json(execution.order)),
            Packed(execution.media.map(media)),
            .integer(Int64(execution.lane.rawValue)), .integer(Int64(execution.priority)), .text(execution.owner.text),
            Packed(execution.batch?.text), .bool(execution.isEphemeral), .number(execution.keeping.media),
            .number(execution.keeping.text), .text(letter(execution.state)), .integer(Int64(execution.attempt)),
            .integer(Int64(execution.errors)), .integer(Int64(execution.crashes)), Packed(execution.notBefore),
            Packed(execution.leaseEnds), .number(execution.progress.done), Packed(execution.progress.total),
            Packed(failure), .integer(0), .none, .none, .none, .none, .list([]), .text(node),
        ]).bytes
    }

    static func execution(_ id: String, _ bytes: [UInt8]) throws(JobStoreError) -> Execution {
        let x = try fields(bytes, 27, "execution")
        guard let order = x[2].text, let lane = x[4].integer.flatMap(Lane.init(rawValue:)), let priority = x[5].integer,
            let owner = x[6].text, let keepMedia = x[9].number, let keepText = x[10].number,
            let attempt = x[12].integer, let errors = x[13].integer, let crashes = x[14].integer,
            let done = x[17].number, let made = x[20].number
        else { throw unreadable("execution") }
        var execution = Execution(
            id: ExecutionID(id), key: x[1].raw.map(long), order: try value(order, "order"), media: try media(x[3].text),
            lane: lane, priority: priority, owner: Owner(owner), batch: try x[7].text.map(jobID),
            isEphemeral: x[8].isTrue, createdAt: made)
        execution.keeping = Keeping(media: keepMedia, text: keepText)
        execution.state = try state(x[11].text)
        (execution.attempt, execution.errors, execution.crashes) = (attempt, errors, crashes)
        (execution.notBefore, execution.leaseEnds) = (x[15].number, x[16].number)
        execution.progress = ExecutionProgress(done: done, total: x[18].number)
        execution.failure = try x[19].text.map { (text) throws(JobStoreError) in try value(text, "failure") }
        (execution.startedAt, execution.finishedAt) = (x[21].number, x[22].number)
        return execution
    }

    static func jobID(_ text: String) throws(JobStoreError) -> JobID {
        guard let id = JobID(text) else { throw unreadable("job id") }
        return id
    }

    // MARK: Jobs

    /// - Parameter request: names this call, so that the same call again is known as such.
    static func fields(_ submission: Submission, request: String) throws(JobStoreError) -> [UInt8] {
        let callback = try submission.callback.map { (value) throws(JobStoreError) in try json(value) }
        return Packed.list([
            .integer(0), .text(submission.owner.text), .text(""), .text(submission.name),
            .integer(Int64(submission.priority)), Packed(submission.batch?.text), Packed(callback),
            .raw(short(submission.digest)), .bool(submission.isEphemeral), .bool(false), .integer(0),
            Packed(submission.callback?.target), .text(request), .text(""),
        ]).bytes
    }

    static func job(_ id: String, _ bytes: [UInt8]) throws(JobStoreError) -> Job {
        let j = try fields(bytes, 14, "job")
        guard let owner = j[1].text, let execution = j[2].text, let name = j[3].text, let priority = j[4].integer,
            let digest = j[7].raw.map(long), let made = j[10].number
        else { throw unreadable("job") }
        return Job(
            id: try jobID(id), owner: Owner(owner), execution: ExecutionID(execution), name: name, priority: priority,
            batch: try j[5].text.map(jobID),
            callback: try j[6].text.map { (text) throws(JobStoreError) in try value(text, "callback") },
            digest: digest, isEphemeral: j[8].isTrue, isCancelled: j[9].isTrue, createdAt: made)
    }

    // MARK: Announcements and runs

    static func announcement(_ id: String, _ bytes: [UInt8]) throws(JobStoreError) -> Announcement {
        let a = try fields(bytes, 9, "announcement")
        guard let sequence = a[0].integer, let job = a[1].text, let callback = a[2].text,
            let kind = a[4].text.flatMap(Announcement.Kind.init(rawValue:)), let occurred = a[6].number,
            let tries = a[7].integer, let due = a[8].number
        else { throw unreadable("announcement") }
        return Announcement(
            id: id, sequence: Int64(sequence), job: try jobID(job), callback: try value(callback, "callback"),
            kind: kind, failure: try a[5].text.map { (text) throws(JobStoreError) in try value(text, "failure") },
            occurredAt: occurred, tries: tries, dueAt: due)
    }

    static func run(_ bytes: [UInt8]) throws(JobStoreError) -> RecentRun {
        let r = try fields(bytes, 5, "run")
        guard let text = r[0].text, let lane = r[1].integer.flatMap(Lane.init(rawValue:)), let seconds = r[2].number,
            let wait = r[3].number, let run = r[4].number
        else { throw unreadable("run") }
        let order: TranscriptionOrder = try value(text, "order")
        return RecentRun(
            engine: order.engine, model: order.model, lane: lane, audioSeconds: seconds, wait: wait, run: run)
    }
}
