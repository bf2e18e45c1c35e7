internal import EventLoops
internal import Glibc
internal import HTTPParsing
internal import HTTPTypes

extension HTTPConnection {
    /// Whether bytes would be of use now. Otherwise they stay in the kernel, and TCP holds the peer back.
    private var wantsInput: Bool {
        switch phase {
        case .handshake, .head, .lingering: true
        case .exchange:
            if let exchange, !exchange.decoder.isEnded, exchange.failure == nil {
                exchange.pendingCount < shard.configuration.limits.bodyBuffer
            } else {
                false
            }
        case .webSocket: webSocketWantsInput
        case .closed: false
        }
    }

    func readSocket() {
        // A plain socket reports again what is left; TLS may hold bytes that epoll does not see.
        var turns = transport.isSecure ? 16 : 1
        while turns > 0, phase != .closed {
            turns -= 1
            guard wantsInput else {
                noteResting()
                restReading()
                return
            }
            switch transport.read(into: shard.receiveBuffer) {
            case .bytes(let count):
                take(UnsafeRawBufferPointer(rebasing: shard.receiveBuffer[..<count]))
                if turns == 0, transport.isSecure { continueReadingLater() }
            case .wantsRead: return
            case .wantsWrite:
                awaitsWritable = true
                updateInterest()
                return
            case .ended: return endOfInput()
            case .failed: return abort()
            }
        }
    }

    private func continueReadingLater() {
        _ = shard.loop.schedule(after: .zero) { [weak self] in
            self?.assumeIsolated { if $0.phase != .closed { $0.readSocket() } }
        }
    }

    private func endOfInput() {
        // The handler gets what has come of a body before it learns that no more does.
        if phase == .exchange, let exchange, !exchange.decoder.isEnded, exchange.pendingCount > 0 {
            awaitsPeer = false
            failBody(Exchange.gone)
            restReading()
            return
        }
        if phase == .lingering || (phase == .head && input.isEmpty) { close() } else { abort() }
    }

    private func noteResting() {
        if phase == .exchange, exchange?.decoder.isEnded == false { deadlines.bodyRests(at: shard.loop.now) }
    }

    /// Parses new bytes behind those that were left over.
    private func take(_ bytes: UnsafeRawBufferPointer) {
        if input.isEmpty {
            let used = process(bytes)
            if used < bytes.count, phase != .closed, phase != .lingering {
                input.append(contentsOf: bytes[used...])
            }
        } else {
            input.append(contentsOf: bytes)
            processInput()
        }
    }

    /// Parses what was left over: the next of several pipelined requests.
    func processInput() {
        guard !isParsing, !input.isEmpty else { return }
        var owned: [UInt8] = []
        swap(&owned, &input)
        let used = owned.withUnsafeBytes { process($0) }
        guard phase != .closed, phase != .lingering, used < owned.count else { return }
        owned.removeFirst(used)
        input = owned
    }

    /// Parses as much as the phase allows; returns how many bytes were used up.
    private func process(_ bytes: UnsafeRawBufferPointer) -> Int {
        isParsing = true
        defer { isParsing = false }
        var used = 0
        while used < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
            switch phase {
            case .head:
                guard let count = takeHead(rest) else { return used }
                used += count
                // Small bodies arrive with their head: a handler then finds them complete.
                if phase == .exchange { used += takeBody(UnsafeRawBufferPointer(rebasing: bytes[used...])) }
                startHandler()
            case .exchange:
                let count = takeBody(rest)
                if count == 0 { return used }
                used += count
            case .webSocket:
                takeFrames(rest)
                return bytes.count
            case .lingering, .handshake, .closed:
                return bytes.count
            }
        }
        return used
    }

    /// Takes a complete head and begins its exchange; nil when more bytes are needed, or none any more.
    private func takeHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var start = 0
        if scanned == 0 {
            // One empty line before a request is forgiven (RFC 9112 section 2.2).
            if bytes.count >= 2, bytes[0] == 0x0d, bytes[1] == 0x0a { start = 2 }
            if bytes.count == start { return start == 0 ? nil : start }
        }
        let limit = shard.configuration.head.size
        let fresh = UnsafeRawBufferPointer(rebasing: bytes[max(start, scanned)...])
        guard let end = scanner.end(in: fresh.bindMemory(to: UInt8.self).span) else {
            scanned = bytes.count
            deadlines.enter(.head, at: shard.loop.now)
            if bytes.count - start > limit { refuseHead(bytes) }
            return nil
        }
        let total = max(start, scanned) + end
        scanner = HeadScanner()
        scanned = 0
        if total - start > limit {
            refuseHead(bytes)
            return nil
        }
        let head = UnsafeRawBufferPointer(rebasing: bytes[start..<total]).bindMemory(to: UInt8.self)
        do {
            begin(try RequestHeadParser(limits: shard.configuration.head).parse(head.span))
        } catch {
            refuse(error.error, path: error.path)
            return nil
        }
        return total
    }

    private func refuseHead(_ bytes: UnsafeRawBufferPointer) {
        refuse(
            HTTPError(
                .headerFieldsTooLarge, "the request's head is larger than \(shard.configuration.head.size) bytes"),
            path: nil)
    }

    /// Passes bytes of a body to the exchange; returns how many belong to it.
    private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let exchange, !exchange.decoder.isEnded, exchange.failure == nil else { return 0 }
        let span = bytes.bindMemory(to: UInt8.self).span
        var used = 0
        do {
            while used < bytes.count, !exchange.decoder.isEnded {
                let (consumed, data) = try exchange.decoder.next(span.extracting(used..<bytes.count))
                if !data.isEmpty {
                    exchange.append(
                        UnsafeRawBufferPointer(rebasing: bytes[used + data.lowerBound..<used + data.upperBound]))
                    deadlines.bodyBrought(data.count)
                }
                used += consumed
            }
        } catch {
            failBody(error)
            return bytes.count
        }
        if exchange.received > shard.configuration.limits.bodySize { failBody(tooLarge) }
        if exchange.decoder.isEnded { deadlines.bodyEnded() }
        exchange.wakeReader()
        return used
    }

    var tooLarge: HTTPError {
        HTTPError(
            .contentTooLarge,
            "the body is larger than \(shard.configuration.limits.bodySize) bytes, the most taken here")
    }

    /// The body cannot be read to its end; whoever reads it is told why.
    func failBody(_ error: HTTPError) {
        guard let exchange else { return }
        if !exchange.handlerStarted {
            refuse(error, path: exchange.path)
            return
        }
        exchange.failure = error
        deadlines.bodyEnded()
        exchange.wakeReader()
    }
}
