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
        let first = events.subtracting(.writable)
        var interest = epoll_event(events: first.rawValue, data: token(descriptor, generation))
        let set = epoll.number
        _ = try check("epoll_ctl") { epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &interest) }
        let index = Int(descriptor)
        if index >= registrations.count {
            registrations.append(contentsOf: repeatElement(nil, count: index + 1 - registrations.count))
        }
        registrations[index] = Registration(handler: handler, generation: generation, events: first)
        guard events.contains(.writable) else { return }
        do {
            try awaitWritable(descriptor, true)
        } catch {
            deregister(descriptor)
            throw error
        }
    }

    /// Changes what is reported of a registered descriptor.
    public func modify(_ descriptor: Int32, to events: Readiness) throws(SystemCallError) {
        assertCurrent()
        let index = Int(descriptor)
        guard index < registrations.count, let registration = registrations[index] else {
            throw SystemCallError("epoll_ctl", code: ENOENT)
        }
        let first = events.subtracting(.writable)
        if first != registration.events {
            var interest = epoll_event(events: first.rawValue, data: token(descriptor, registration.generation))
            let set = epoll.number
            _ = try check("epoll_ctl") { epoll_ctl(set, EPOLL_CTL_MOD, descriptor, &interest) }
            registrations[index]?.events = first
        }
        try awaitWritable(descriptor, events.contains(.writable))
    }

    /// Puts a descriptor into the set of writers or takes it out.
    private func awaitWritable(_ descriptor: Int32, _ awaits: Bool) throws(SystemCallError) {
        let index = Int(descriptor)
        guard let registration = registrations[index], registration.awaitsWritable != awaits else { return }
        var interest = epoll_event(
            events: Readiness.writable.rawValue, data: token(descriptor, registration.generation))
        let (set, operation) = (writers.number, awaits ? EPOLL_CTL_ADD : EPOLL_CTL_DEL)
        _ = try check("epoll_ctl") { epoll_ctl(set, operation, descriptor, &interest) }
        registrations[index]?.awaitsWritable = awaits
    }

    /// Forgets a descriptor before its owner closes it. A descriptor that is not registered is left alone.
    public func deregister(_ descriptor: Int32) {
        assertCurrent()
        let index = Int(descriptor)
        guard index < registrations.count, let registration = registrations[index] else { return }
        registrations[index] = nil
        // Fails only when the descriptor is gone already, which is what was asked for.
        _ = epoll_ctl(epoll.number, EPOLL_CTL_DEL, descriptor, nil)
        if registration.awaitsWritable { _ = epoll_ctl(writers.number, EPOLL_CTL_DEL, descriptor, nil) }
    }

    private func token(_ descriptor: Int32, _ generation: UInt32) -> epoll_data_t {
        epoll_data_t(u64: UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor)))
    }
}
