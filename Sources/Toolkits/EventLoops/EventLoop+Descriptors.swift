internal import CSystem
internal import Glibc

extension EventLoop {
    /// Reports `events` of `descriptor` to `handler`, which the loop keeps alive until `deregister`.
    ///
    /// On the loop's thread only. Hang-ups and failures are reported even when not asked for.
    public func register(
        _ descriptor: Int32, for events: Readiness, handler: any EventHandler
    ) throws(SystemCallError) {
        assertCurrent()
        generation &+= 1
        var interest = epoll_event(events: events.rawValue, data: token(descriptor, generation))
        let set = epoll.number
        _ = try check("epoll_ctl") { epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &interest) }
        let index = Int(descriptor)
        if index >= registrations.count {
            registrations.append(contentsOf: repeatElement(nil, count: index + 1 - registrations.count))
        }
        registrations[index] = Registration(handler: handler, generation: generation)
    }

    /// Changes what is reported of a registered descriptor.
    public func modify(_ descriptor: Int32, to events: Readiness) throws(SystemCallError) {
        assertCurrent()
        guard let registration = registrations[Int(descriptor)] else {
            throw SystemCallError("epoll_ctl", code: ENOENT)
        }
        var interest = epoll_event(events: events.rawValue, data: token(descriptor, registration.generation))
        let set = epoll.number
        _ = try check("epoll_ctl") { epoll_ctl(set, EPOLL_CTL_MOD, descriptor, &interest) }
    }

    /// Forgets a descriptor before its owner closes it. A descriptor that is not registered is left alone.
    public func deregister(_ descriptor: Int32) {
        assertCurrent()
        let index = Int(descriptor)
        guard index < registrations.count, registrations[index] != nil else { return }
        registrations[index] = nil
        // Fails only when the descriptor is gone already, which is what was asked for.
        _ = epoll_ctl(epoll.number, EPOLL_CTL_DEL, descriptor, nil)
    }

    private func token(_ descriptor: Int32, _ generation: UInt32) -> epoll_data_t {
        epoll_data_t(u64: UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor)))
    }
}
