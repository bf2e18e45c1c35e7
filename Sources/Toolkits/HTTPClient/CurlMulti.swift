internal import CCurl
internal import EventLoops

/// libcurl's multi interface on one loop: it says which sockets and which moment matter, the loop reports them.
///
/// All callbacks come on the loop's thread, from inside calls this actor makes.
actor CurlMulti {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let owner: CurlMultiHandle
    private var handle: UnsafeMutableRawPointer { owner.pointer }
    private var timer: LoopTimer?
    private var watched: Set<Int32> = []
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    private var isShutDown = false

    init(on loop: EventLoop, configuration: HTTPClientConfiguration) throws(HTTPClientError) {
        let owner = try CurlMultiHandle()
        self.owner = owner
        self.loop = loop
        let context = Unmanaged.passUnretained(self).toOpaque()
        try checkCurl(ccurl_multi_set_callbacks(owner.pointer, socketCallback, timerCallback, context))
        for (option, value) in [
            (CURLMOPT_MAXCONNECTS, configuration.maximumConnections),
            (CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.maximumConnections),
            (CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maximumConnectionsPerHost),
        ] {
            try checkCurl(ccurl_multi_set_long(owner.pointer, option, value))
        }
    }

    /// Hands a prepared transfer to libcurl, and keeps it until it has ended.
    func start(_ transfer: Transfer, _ easy: UnsafeMutableRawPointer) throws(HTTPClientError) {
        if isShutDown { throw HTTPClientError(.shutDown, "the client is shut down", beforeSending: true) }
        try checkCurl(curl_multi_add_handle(handle, easy))
        transfers[easy] = transfer
    }

    /// Takes a transfer out before its end; its connection is closed.
    func remove(_ easy: UnsafeMutableRawPointer) {
        guard transfers.removeValue(forKey: easy) != nil else { return }
        curl_multi_remove_handle(handle, easy)
    }

    func shutDown() {
        isShutDown = true
        for (easy, transfer) in transfers {
            curl_multi_remove_handle(handle, easy)
            transfer.assumeIsolated {
                $0.finish(HTTPClientError(.shutDown, "the client was shut down during the call"))
            }
        }
        transfers = [:]
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    // MARK: what libcurl asks for

    fileprivate func watch(_ socket: Int32, _ what: Int32) {
        if what == CURL_POLL_REMOVE {
            if watched.remove(socket) != nil { loop.deregister(socket) }
            return
        }
        var interest: Readiness = []
        if what & CURL_POLL_IN != 0 { interest.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.writable) }
        do {
            if watched.contains(socket) {
                try loop.modify(socket, to: interest)
            } else {
                try loop.register(socket, for: interest, handler: SocketWatch(multi: self, socket: socket))
                watched.insert(socket)
            }
        } catch {
            // The socket is already dead: let libcurl look at it and find out.
            _ = loop.schedule(after: .zero) { [self] in
                assumeIsolated { $0.act(on: socket, CURL_CSELECT_ERR) }
            }
        }
    }

    fileprivate func setTimer(_ milliseconds: Int) {
        if let timer { loop.cancel(timer) }
        timer = nil
        guard milliseconds >= 0 else { return }
        timer = loop.schedule(after: .milliseconds(milliseconds)) { [weak self] in
            self?.assumeIsolated { $0.act(on: CURL_SOCKET_TIMEOUT, 0) }
        }
    }

    // MARK: what the loop reports

    fileprivate func act(on socket: Int32, _ mask: Int32) {
        var running: Int32 = 0
        let code = curl_multi_socket_action(handle, socket, mask, &running)
        assert(code == CURLM_OK, "libcurl refuses to go on")
        collectFinished()
    }

    private func collectFinished() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(handle, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = message.pointee.data.result
            // Removing the handle frees the message.
            curl_multi_remove_handle(handle, easy)
            transfers.removeValue(forKey: easy)?.assumeIsolated { $0.libraryFinished(code) }
        }
    }
}

/// One socket of libcurl as the loop sees it.
private final class SocketWatch: EventHandler {
    private let multi: CurlMulti
    private let socket: Int32

    init(multi: CurlMulti, socket: Int32) {
        self.multi = multi
        self.socket = socket
    }

    func ready(_ events: Readiness) {
        var mask: Int32 = 0
        if !events.isDisjoint(with: [.readable, .peerClosed, .hangup]) { mask |= CURL_CSELECT_IN }
        if events.contains(.writable) { mask |= CURL_CSELECT_OUT }
        if events.contains(.failed) { mask |= CURL_CSELECT_ERR }
        multi.assumeIsolated { $0.act(on: socket, mask) }
    }
}

private func socketCallback(
    _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _ socketContext: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().assumeIsolated { $0.watch(socket, what) }
    return 0
}

private func timerCallback(
    _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().assumeIsolated { $0.setTimer(milliseconds) }
    return 0
}
