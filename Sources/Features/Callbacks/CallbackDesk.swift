import Jobs

/// Decides what is sent when: so many at once to one receiver and in all, none to a receiver that asked for a rest, and
/// what becomes of an announcement after each try. It knows no clock and sends nothing.
struct CallbackDesk {
    struct Limits: Equatable {
        var perTarget = 4
        var total = 64
    }

    /// What the store is to be told.
    enum Settlement: Equatable {
        case remove
        case postpone(by: Double)
    }

    private let limits: Limits
    private let schedule: CallbackSchedule
    /// Targets of what is on its way, by the announcement's id.
    private var onTheWay: [String: String] = [:]
    /// Until when a target is left alone; seconds since 1970.
    private var rests: [String: Double] = [:]

    init(_ schedule: CallbackSchedule, limits: Limits = Limits()) {
        self.schedule = schedule
        self.limits = limits
    }

    /// What may be sent now.
    mutating func query(now: Double) -> AnnouncementQuery {
        rests = rests.filter { $0.value > now }
        let loads = Dictionary(grouping: onTheWay.values, by: \.self).mapValues(\.count)
        let full = loads.filter { $0.value >= limits.perTarget }.map(\.key)
        return AnnouncementQuery(
            passingOver: Set(onTheWay.keys), withoutTargets: Set(full).union(rests.keys),
            limit: limits.total - onTheWay.count)
    }

    /// Of what is due, what is sent now; the rest waits for a place.
    mutating func take(_ due: [Announcement]) -> [Announcement] {
        var loads = Dictionary(grouping: onTheWay.values, by: \.self).mapValues(\.count)
        return due.filter { announcement in
            let target = announcement.callback.target
            guard onTheWay[announcement.id] == nil, onTheWay.count < limits.total,
                loads[target, default: 0] < limits.perTarget
            else { return false }
            loads[target, default: 0] += 1
            onTheWay[announcement.id] = target
            return true
        }
    }

    /// One that was taken has come back.
    /// - Parameter chance: 0…1.
    mutating func settle(
        _ announcement: Announcement, _ answer: CallbackAnswer, now: Double, chance: Double
    ) -> Settlement {
        switch answer {
        case .delivered, .refused: return .remove
        case .failed(_, let wish):
            // A wish is about the receiver, not about one message.
            if let wish, wish > 0 {
                rests[announcement.callback.target] = now + min(wish, CallbackSchedule.longestWish)
            }
            let wait = schedule.wait(after: announcement.tries + 1, wish: wish, chance: chance)
            return wait.map { .postpone(by: $0) } ?? .remove
        }
    }

    /// What became of it is written: its place, and what follows it, are free.
    mutating func release(_ announcement: Announcement) { onTheWay[announcement.id] = nil }

    /// Seconds until the first rest ends.
    func nextRestEnds(now: Double) -> Double? { rests.values.min().map { max(0, $0 - now) } }
}
