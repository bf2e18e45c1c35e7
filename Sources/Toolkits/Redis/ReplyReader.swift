internal import CHiredis

/// Owner of one of hiredis's readers.
final class ReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let builder: ReplyBuilder
    private let limit: Int

    /// - Parameter limit: bytes of one reply.
    init(limit: Int) {
        self.limit = limit
        builder = ReplyBuilder(limit: limit)
        functions = .allocate(capacity: 1)
        functions.initialize(to: ReplyBuilder.functions())
        guard let reader = chiredis_reader(functions, Unmanaged.passUnretained(builder).toOpaque()) else {
            preconditionFailure("no memory for a reader")
        }
        self.reader = reader
    }

    deinit {
        redisReaderFree(reader)
        functions.deallocate()
    }

    func feed(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
        let letters = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        guard redisReaderFeed(reader, letters, bytes.count) == REDIS_OK else { throw failure() }
    }

    /// The next whole reply; nil when more bytes are needed.
    func next() throws(RedisError) -> RedisValue? {
        var reply: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw failure() }
        if reply != nil, let value = builder.take() { return value }
        // A string that never ends is collected by the reader, not by the builder.
        guard reader.pointee.len - reader.pointee.pos + builder.held <= limit else { throw Self.tooLarge }
        return nil
    }

    private static let tooLarge = RedisError.malformed("a reply is larger than allowed")

    private func failure() -> RedisError {
        if builder.wasTooLarge { return Self.tooLarge }
        if reader.pointee.err == REDIS_ERR_OOM { return .malformed("a string ends elsewhere than it said") }
        // Its sentences name at most one letter of what came.
        return .malformed(String(cString: chiredis_error(reader)))
    }
}
