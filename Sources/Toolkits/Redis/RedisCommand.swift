internal import CHiredis

/// What a command may be made of: text, bytes and numbers.
public protocol RedisArgument: Sendable {
    func append(to command: inout RedisCommand)
}

/// One command with its arguments, and how it may be treated.
public struct RedisCommand: Sendable {
    /// All arguments in a row, and how long each is.
    private var content: [UInt8] = []
    private var lengths: [Int] = []
    /// Carrying it out twice is the same as once: it is sent again when its answer was lost.
    public var isIdempotent: Bool

    public init(_ name: String, _ arguments: any RedisArgument..., isIdempotent: Bool = false) {
        self.isIdempotent = isIdempotent
        append(name)
        for argument in arguments { argument.append(to: &self) }
    }

    public init(_ name: String, list arguments: [any RedisArgument], isIdempotent: Bool = false) {
        self.isIdempotent = isIdempotent
        append(name)
        for argument in arguments { argument.append(to: &self) }
    }

    public mutating func append(_ text: String) {
        let before = content.count
        content.append(contentsOf: text.utf8)
        lengths.append(content.count - before)
    }

    public mutating func append(_ bytes: [UInt8]) {
        content.append(contentsOf: bytes)
        lengths.append(bytes.count)
    }

    /// As the protocol wants it.
    func formatted() -> [UInt8] {
        content.withUnsafeBytes { content in
            // An empty array has no address, and hiredis copies nothing from this one.
            let base = content.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
            var start = 0
            var pointers: [UnsafePointer<CChar>?] = lengths.map { length in
                defer { start += length }
                return base?.advanced(by: start).assumingMemoryBound(to: CChar.self)
            }
            var target: UnsafeMutablePointer<CChar>?
            let count = redisFormatCommandArgv(&target, Int32(lengths.count), &pointers, lengths)
            guard count > 0, let target else { preconditionFailure("no memory for a command") }
            defer { free(target) }
            return Array(UnsafeRawBufferPointer(start: target, count: Int(count)))
        }
    }
}

extension String: RedisArgument {
    public func append(to command: inout RedisCommand) { command.append(self) }
}

extension Array: RedisArgument where Element == UInt8 {
    public func append(to command: inout RedisCommand) { command.append(self) }
}

extension Int: RedisArgument {
    public func append(to command: inout RedisCommand) { command.append(String(self)) }
}

extension Int64: RedisArgument {
    public func append(to command: inout RedisCommand) { command.append(String(self)) }
}

extension Double: RedisArgument {
    /// The shortest text that gives the same number again.
    public func append(to command: inout RedisCommand) { command.append("\(self)") }
}
