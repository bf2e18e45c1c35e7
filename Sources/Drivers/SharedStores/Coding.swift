internal import FoundationEssentials
internal import Redis

/// Values of Core as JSON and back. What cannot be read is an error, never a default.
enum Coding {
    static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    static func value<Value: Decodable>(_ json: [UInt8]) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(json))
        } catch {
            throw UnreadableReply(what: "a record")
        }
    }
}

extension RedisValue {
    /// A value that was written as JSON; nil where there is none.
    func decoded<Value: Decodable>() throws -> Value? {
        guard !isNull else { return nil }
        guard let bytes else { throw UnreadableReply(what: "a record") }
        return try Coding.value(bytes)
    }

    func decodedList<Value: Decodable>() throws -> [Value] {
        try list().compactMap { try $0.decoded() }
    }

    func list() throws -> [RedisValue] {
        guard let array else { throw UnreadableReply(what: "a list") }
        return array
    }

    func number() throws -> Int {
        guard let number = integer ?? text.flatMap({ Int64($0) }) else { throw UnreadableReply(what: "a number") }
        return Int(number)
    }
}
