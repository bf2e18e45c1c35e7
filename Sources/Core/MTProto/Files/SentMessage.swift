/// One message as far as its file is concerned. Messages have some hundred forms; only the beginning of each is read.
public enum SentMessage: Sendable, Hashable {
    /// Deleted, or not for this bot.
    case missing
    case document(DocumentProperties)
    /// Without a file, or with one that this reader cannot find.
    case other

    /// Reads the answer to a request for a single message.
    ///
    /// - Parameter known: the id of the file that is looked for, if it is known: then it is found wherever it stands.
    public init(_ answer: TLReader, known: Int64? = nil) throws(TLError) {
        var reader = answer
        try Self.skipHead(&reader)
        guard try reader.vectorCount(smallest: 4) > 0, try reader.peek() != TL.messageEmpty else {
            self = .missing
            return
        }
        if let found = try? Self.media(reader) {
            self = .document(found)
        } else if let known, let found = Self.search(answer, known) {
            self = .document(found)
        } else {
            self = .other
        }
    }

    /// Whether a message may not be saved or forwarded (`noforwards`).
    public static func isProtected(_ answer: TLReader) -> Bool {
        var reader = answer
        guard (try? skipHead(&reader)) != nil, (try? reader.vectorCount(smallest: 4)) != nil,
            (try? reader.uint32()) == TL.message, let flags = try? reader.uint32()
        else { return false }
        return flags & 1 << 26 != 0
    }

    private static func skipHead(_ reader: inout TLReader) throws(TLError) {
        switch try reader.uint32() {
        case TL.messages: break
        case TL.messagesSlice:
            let flags = try reader.uint32()
            // Whoever sends a flood report here has found more than one message.
            guard flags & 8 == 0 else { throw .unexpected(TL.messagesSlice) }
            _ = try reader.int()
            for bit in [0, 2] where flags & 1 << bit != 0 { _ = try reader.int() }
        case TL.channelMessages:
            let flags = try reader.uint32()
            _ = (try reader.int(), try reader.int())
            if flags & 4 != 0 { _ = try reader.int() }
        case let other: throw .unexpected(other)
        }
    }

    /// The file of a message whose fields before it are all known.
    private static func media(_ message: TLReader) throws(TLError) -> DocumentProperties {
        var reader = message
        try reader.expect(TL.message)
        let flags = try reader.uint32()
        let more = try reader.uint32()
        _ = try reader.int()
        if flags & 1 << 8 != 0 { try skipPeer(&reader) }
        if flags & 1 << 29 != 0 { _ = try reader.int() }
        if more & 1 << 12 != 0 { _ = try reader.bytesRange() }
        try skipPeer(&reader)
        if flags & 1 << 28 != 0 { try skipPeer(&reader) }
        if flags & 1 << 2 != 0 { try skipForwardHeader(&reader) }
        if flags & 1 << 11 != 0 { _ = try reader.long() }
        if more & 1 != 0 { _ = try reader.long() }
        if more & 1 << 19 != 0 { try skipPeer(&reader) }
        if flags & 1 << 3 != 0 { try skipReplyHeader(&reader) }
        _ = try reader.int()
        _ = try reader.bytesRange()
        guard flags & 1 << 9 != 0 else { throw .unexpected(TL.message) }
        try reader.expect(TL.messageMediaDocument)
        guard try reader.uint32() & 1 != 0 else { throw .unexpected(TL.messageMediaDocument) }
        return try DocumentProperties(&reader)
    }

    private static func skipPeer(_ reader: inout TLReader) throws(TLError) {
        let constructor = try reader.uint32()
        guard [TL.peerUser, TL.peerChat, TL.peerChannel].contains(constructor) else { throw .unexpected(constructor) }
        _ = try reader.long()
    }

    private static func skipForwardHeader(_ reader: inout TLReader) throws(TLError) {
        try reader.expect(TL.messageFwdHeader)
        let flags = try reader.uint32()
        if flags & 1 != 0 { try skipPeer(&reader) }
        if flags & 1 << 5 != 0 { _ = try reader.bytesRange() }
        _ = try reader.int()
        if flags & 1 << 2 != 0 { _ = try reader.int() }
        if flags & 1 << 3 != 0 { _ = try reader.bytesRange() }
        if flags & 1 << 4 != 0 {
            try skipPeer(&reader)
            _ = try reader.int()
        }
        if flags & 1 << 8 != 0 { try skipPeer(&reader) }
        if flags & 1 << 9 != 0 { _ = try reader.bytesRange() }
        if flags & 1 << 10 != 0 { _ = try reader.int() }
        if flags & 1 << 6 != 0 { _ = try reader.bytesRange() }
    }

    private static func skipReplyHeader(_ reader: inout TLReader) throws(TLError) {
        try reader.expect(TL.messageReplyHeader)
        let flags = try reader.uint32()
        // Media and marked text of what was quoted have too many forms.
        guard flags & (1 << 7 | 1 << 8) == 0 else { throw .unexpected(TL.messageReplyHeader) }
        if flags & 1 << 4 != 0 { _ = try reader.int() }
        if flags & 1 != 0 { try skipPeer(&reader) }
        if flags & 1 << 5 != 0 { try skipForwardHeader(&reader) }
        if flags & 1 << 1 != 0 { _ = try reader.int() }
        if flags & 1 << 6 != 0 { _ = try reader.bytesRange() }
        for bit in [10, 11] where flags & 1 << bit != 0 { _ = try reader.int() }
        if flags & 1 << 12 != 0 { _ = try reader.bytesRange() }
    }

    /// A `document` of this id anywhere in the answer: twelve bytes do not agree by chance.
    private static func search(_ answer: TLReader, _ id: Int64) -> DocumentProperties? {
        var reader = answer
        while reader.left >= 24 {
            var here = reader
            if (try? here.uint32()) == TL.document, (try? here.uint32()) != nil, (try? here.long()) == id {
                here = reader
                if let found = try? DocumentProperties(&here) { return found }
            }
            guard (try? reader.uint32()) != nil else { return nil }
        }
        return nil
    }
}
