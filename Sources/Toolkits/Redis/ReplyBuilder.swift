internal import CHiredis

/// Puts replies together as hiredis's reader meets their parts, depth first, and counts what they cost.
final class ReplyBuilder {
    /// What an element costs besides its bytes.
    private static let costOfElement = 32

    private struct Level {
        var items: [RedisValue] = []
        let count: Int
    }

    private let limit: Int
    private var cost = 0
    private var levels: [Level] = []
    private var finished: RedisValue?
    private(set) var wasTooLarge = false

    init(limit: Int) { self.limit = limit }

    /// The reply that has come to its end.
    func take() -> RedisValue? {
        defer { finished = nil }
        cost = 0
        return finished
    }

    /// Bytes that the reply under way holds so far.
    var held: Int { cost }

    /// False when that is more than allowed.
    func charge(_ bytes: Int) -> Bool {
        let (sum, overflow) = cost.addingReportingOverflow(bytes &+ Self.costOfElement)
        if overflow || sum > limit || bytes < 0 {
            wasTooLarge = true
            return false
        }
        cost = sum
        return true
    }

    func begin(_ count: Int) -> Bool {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: Self.costOfElement)
        guard !overflow, charge(bytes) else { return false }
        // What it says it holds is not what comes: nothing is reserved.
        if count == 0 { add(.array([])) } else { levels.append(Level(count: count)) }
        return true
    }

    func add(_ value: RedisValue) {
        var value = value
        while var level = levels.popLast() {
            level.items.append(value)
            guard level.items.count == level.count else { return levels.append(level) }
            value = .array(level.items)
        }
        finished = value
    }

    /// The reader never looks into what it is given; any address that is not null will do.
    static func of(_ task: UnsafePointer<redisReadTask>?) -> (ReplyBuilder, UnsafeMutableRawPointer)? {
        guard let context = task?.pointee.privdata else { return nil }
        return (Unmanaged<ReplyBuilder>.fromOpaque(context).takeUnretainedValue(), context)
    }

    static func functions() -> redisReplyObjectFunctions {
        redisReplyObjectFunctions(
            createString: { task, letters, length in
                guard let (builder, mark) = ReplyBuilder.of(task), let task, builder.charge(length) else { return nil }
                // The reader passes over the end of a string without looking at it; it has it already.
                if task.pointee.type == REDIS_REPLY_STRING, let letters,
                    letters[length] != 0x0d || letters[length + 1] != 0x0a
                {
                    return nil
                }
                let bytes = UnsafeRawBufferPointer(start: letters, count: length)
                builder.add(ReplyBuilder.value(task.pointee.type, bytes))
                return mark
            },
            createArray: { task, count in
                guard let (builder, mark) = ReplyBuilder.of(task), builder.begin(Int(count)) else { return nil }
                return mark
            },
            createInteger: { task, number in
                guard let (builder, mark) = ReplyBuilder.of(task), builder.charge(0) else { return nil }
                builder.add(.integer(number))
                return mark
            },
            createNil: { task in
                guard let (builder, mark) = ReplyBuilder.of(task), builder.charge(0) else { return nil }
                builder.add(.null)
                return mark
            },
            freeObject: { _ in })
    }

    private static func value(_ type: Int32, _ bytes: UnsafeRawBufferPointer) -> RedisValue {
        switch type {
        case REDIS_REPLY_STATUS: .status(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_ERROR: .error(RedisRefusal(line: String(decoding: bytes.prefix(1024), as: UTF8.self)))
        default: .bytes(Array(bytes))
        }
    }
}
