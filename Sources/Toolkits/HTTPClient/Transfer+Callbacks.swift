internal import CCurl
internal import Glibc
internal import HTTPTypes
internal import IPAddresses

// What libcurl calls, on the loop's thread. None of these may suspend, so they only move bytes and set flags.

extension Transfer {
    /// A line of the head, or of the trailers.
    fileprivate func didReceiveLine(_ line: UnsafeRawBufferPointer) -> Int {
        switch head.take(line) {
        case .more:
            return line.count
        case .tooLarge:
            failure = HTTPClientError(.responseHeadTooLarge, "the head of the response is too large")
            return 0
        case .complete:
            headWaiter?.resume(returning: Head(status: head.status, fields: head.fields))
            headWaiter = nil
            return line.count
        }
    }

    /// Bytes of the body. Above the buffer's size libcurl keeps them and stops reading, and TCP stops the server.
    fileprivate func didReceive(_ bytes: UnsafeRawBufferPointer) -> Int {
        if received.count >= bufferSize {
            receivingPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        received.append(contentsOf: bytes)
        wakeReader()
        return bytes.count
    }

    /// Fills libcurl's buffer with the body of the request.
    fileprivate func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        startProducer()
        let count = min(buffer.count, unsent.count - unsentStart)
        if count == 0 {
            if bodyEnded { return 0 }
            sendingPaused = true
            return Int(CURL_READFUNC_PAUSE)
        }
        unsent.withUnsafeBytes { source in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[unsentStart..<unsentStart + count]))
        }
        unsentStart += count
        if unsent.count - unsentStart < bufferSize { wakeProducer() }
        return count
    }

    /// libcurl wants to send the body again, on a new connection after a kept one turned out to be dead. Allowed only
    /// where a second execution does no harm; refusing makes the call fail, and the caller knows.
    fileprivate func rewind(to offset: Int64) -> Int32 {
        guard mayRewind, case .bytes = body.storage, offset <= Int64(unsent.count) else {
            return CURL_SEEKFUNC_FAIL
        }
        unsentStart = Int(offset)
        return CURL_SEEKFUNC_OK
    }

    /// Makes the socket of a connection, if the policy accepts its address.
    fileprivate func openSocket(_ address: UnsafePointer<curl_sockaddr>) -> Int32 {
        let target = address.pointee
        if !accepts(address) {
            failure = HTTPClientError(
                .refusedAddress, "the host has an address that may not be connected to", beforeSending: true)
            return -1
        }
        return socket(
            target.family, target.socktype | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), target.protocol)
    }

    private func accepts(_ address: UnsafePointer<curl_sockaddr>) -> Bool {
        let accept: @Sendable (IPAddress) -> Bool
        switch addresses {
        case .any: return true
        case .publicOnly: accept = \.isPublic
        case .accepting(let rule): accept = rule
        }
        // libcurl keeps room for any address behind `addr`, of `addrlen` bytes.
        let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0
        let raw = UnsafeRawBufferPointer(
            start: UnsafeRawPointer(address) + offset, count: Int(address.pointee.addrlen))
        guard let address = IPAddress(socketAddress: raw) else { return false }
        return accept(address)
    }

    /// libcurl is done with the transfer, which is no longer in the multi handle.
    func libraryFinished(_ code: CURLcode) {
        guard code != CURLE_OK else {
            // A response without a body-ending event before: the head must have come.
            if !head.isComplete {
                finish(HTTPClientError(.malformedResponse, "the response ended before its head"))
            } else {
                finish(nil)
            }
            return
        }
        let slow = easy?.failedForSlowness ?? false
        let connected = easy?.requestWasSent ?? false
        let refused = (failure as? HTTPClientError)?.code == .refusedAddress
        // A refused address matters only when no other address of the host worked.
        if let failure, !refused || code == CURLE_COULDNT_CONNECT {
            finish(failure)
        } else {
            let late = code == CURLE_OPERATION_TIMEDOUT && !connectTimeoutIsShorter
            finish(HTTPClientError(curl: code, slow: slow, connected: connected || late))
        }
    }
}

/// The transfer that a callback's context names.
private func transfer(_ context: UnsafeMutableRawPointer) -> Transfer {
    Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}

func transferHeaderCallback(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let line = LoopConfined(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return transfer(context).assumeIsolated { $0.didReceiveLine(line.value) }
}

func transferWriteCallback(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let piece = LoopConfined(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return transfer(context).assumeIsolated { $0.didReceive(piece.value) }
}

func transferReadCallback(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return Int(CURL_READFUNC_ABORT) }
    let room = LoopConfined(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
    return transfer(context).assumeIsolated { $0.send(into: room.value) }
}

func transferSeekCallback(_ context: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32) -> Int32 {
    guard let context, origin == SEEK_SET else { return CURL_SEEKFUNC_FAIL }
    return transfer(context).assumeIsolated { $0.rewind(to: Int64(offset)) }
}

func transferOpenSocketCallback(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> Int32 {
    guard let context, let address else { return -1 }
    let target = LoopConfined(UnsafePointer(address))
    return transfer(context).assumeIsolated { $0.openSocket(target.value) }
}
