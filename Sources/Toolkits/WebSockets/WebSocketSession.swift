internal import CWslay
public import HTTPTypes

/// The frames of one WebSocket at the server, in memory: bytes in, messages out, and the other way round.
///
/// libwslay checks masking, reserved bits, fragmentation, UTF-8 and sizes, answers pings and closes; this type only
/// feeds it. It does no I/O and is confined to the connection that owns it.
public final class WebSocketSession {
    /// What arrived.
    public enum Event: Equatable, Sendable {
        case message(WebSocketMessage)
        case pong
        /// The peer has begun or answered the closing handshake, with this code (1005 for none).
        case close(code: UInt16)
    }

    private var context: OpaquePointer?
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var output: [UInt8] = []
    private var events: [Event] = []
    /// The code to close with after a violation that libwslay does not name.
    private var violation: UInt16?
    /// The close frame libwslay answers with, to be replaced by one that names the violation.
    private var unnamedClose: [UInt8] = [0x88, 0]

    /// A session that takes messages of at most `maximumMessageSize` bytes; nil when there is no memory for it.
    public init?(maximumMessageSize: Int) {
        var callbacks = wslay_event_callbacks()
        callbacks.recv_callback = receiveCallback
        callbacks.send_callback = sendCallback
        callbacks.on_msg_recv_callback = messageCallback
        let me = Unmanaged.passUnretained(self).toOpaque()
        guard wslay_event_context_server_init(&context, &callbacks, me) == 0 else { return nil }
        wslay_event_config_set_max_recv_msg_length(context, UInt64(maximumMessageSize))
    }

    deinit { wslay_event_context_free(context) }

    /// Whether anything more may arrive.
    public var isReading: Bool { violation == nil && wslay_event_want_read(context) != 0 }
    /// Whether the closing handshake has been begun from this side.
    public var hasSentClose: Bool { wslay_event_get_close_sent(context) != 0 }
    public var hasReceivedClose: Bool { wslay_event_get_close_received(context) != 0 }

    /// Takes bytes from the peer and returns what they mean. After a violation of the protocol the session queues the
    /// right close frame and reads no more.
    public func receive(_ bytes: UnsafeRawBufferPointer) -> [Event] {
        guard isReading else { return [] }
        input = bytes
        if wslay_event_recv(context) != 0, violation == nil { violation = 1002 }
        if let violation { name(violation) }
        input = UnsafeRawBufferPointer(start: nil, count: 0)
        defer { events = [] }
        return events
    }

    /// Queues a message. False when the session is closing.
    public func send(_ message: WebSocketMessage) -> Bool {
        switch message {
        case .text(let text):
            var text = text
            return text.withUTF8 { queue(UInt8(WSLAY_TEXT_FRAME.rawValue), UnsafeRawBufferPointer($0)) }
        case .binary(let bytes):
            return bytes.withUnsafeBytes { queue(UInt8(WSLAY_BINARY_FRAME.rawValue), $0) }
        }
    }

    /// Asks the peer for a sign of life.
    public func sendPing() {
        _ = queue(UInt8(WSLAY_PING.rawValue), UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// Begins the closing handshake. The reason is cut to the 123 bytes a frame can hold.
    public func sendClose(code: UInt16, reason: String) {
        var cut = reason[...]
        while cut.utf8.count > 123 { cut.removeLast() }
        let bytes = Array(cut.utf8)
        _ = wslay_event_queue_close(context, code, bytes, bytes.count)
    }

    /// The bytes to send now.
    public func takeOutput() -> [UInt8] {
        _ = wslay_event_send(context)
        defer { output = [] }
        return output
    }

    /// Malformed frames, unlike malformed messages, make libwslay close without a code; RFC 6455 section 7.4.1 has one
    /// for them.
    private func name(_ code: UInt16) {
        _ = wslay_event_send(context)
        guard output.suffix(unnamedClose.count).elementsEqual(unnamedClose) else { return }
        output.removeLast(unnamedClose.count)
        output += [0x88, 2, UInt8(code >> 8), UInt8(code & 255)]
    }

    /// Checks the payload of a close frame (section 5.5.1): nothing, or a code of two bytes and a reason in UTF-8.
    ///
    /// libwslay takes a single byte for no code, and overlooks broken UTF-8 when the frame arrives in pieces.
    private func checkClose(_ payload: UnsafeBufferPointer<UInt8>) {
        if payload.count == 1 {
            violation = 1002
        } else if payload.count > 2, String(validating: payload.dropFirst(2), as: UTF8.self) == nil {
            violation = 1007
            unnamedClose = [0x88, UInt8(payload.count)] + payload
        }
    }

    private func queue(_ opcode: UInt8, _ payload: UnsafeRawBufferPointer) -> Bool {
        var message = wslay_event_msg(
            opcode: opcode, msg: payload.bindMemory(to: UInt8.self).baseAddress, msg_length: payload.count)
        return wslay_event_queue_msg(context, &message) == 0
    }

    // MARK: what libwslay calls

    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, input.count)
        guard count > 0 else {
            wslay_event_set_error(context, Int32(WSLAY_ERR_WOULDBLOCK.rawValue))
            return -1
        }
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
        input = UnsafeRawBufferPointer(rebasing: input[count...])
        return count
    }

    fileprivate func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        output.append(contentsOf: bytes)
        return bytes.count
    }

    fileprivate func deliver(_ argument: wslay_event_on_msg_recv_arg) {
        let payload = UnsafeBufferPointer(start: argument.msg, count: argument.msg_length)
        switch UInt32(argument.opcode) {
        case WSLAY_TEXT_FRAME.rawValue: events.append(.message(.text(String(decoding: payload, as: UTF8.self))))
        case WSLAY_BINARY_FRAME.rawValue: events.append(.message(.binary(Array(payload))))
        case WSLAY_PONG.rawValue: events.append(.pong)
        case WSLAY_CONNECTION_CLOSE.rawValue:
            checkClose(payload)
            if violation != nil { return }
            events.append(.close(code: argument.status_code == 0 ? 1005 : argument.status_code))
        default: break
        }
    }
}

private func session(_ context: UnsafeMutableRawPointer) -> WebSocketSession {
    Unmanaged<WebSocketSession>.fromOpaque(context).takeUnretainedValue()
}

private func receiveCallback(
    _ wslay: OpaquePointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ length: Int, _ flags: Int32,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return -1 }
    return session(context).read(into: UnsafeMutableRawBufferPointer(start: buffer, count: length))
}

private func sendCallback(
    _ wslay: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: Int, _ flags: Int32,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return -1 }
    return session(context).write(UnsafeRawBufferPointer(start: bytes, count: length))
}

private func messageCallback(
    _ wslay: OpaquePointer?, _ argument: UnsafePointer<wslay_event_on_msg_recv_arg>?,
    _ context: UnsafeMutableRawPointer?
) {
    guard let context, let argument else { return }
    session(context).deliver(argument.pointee)
}
