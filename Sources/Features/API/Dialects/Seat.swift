import EventLoops
import Scheduling

/// A place at the end of a job for a response that is still to be written. A connection may go before anybody begins to
/// write; the place is then given up with it.
final class Seat: Sendable {
    private let attendance: Attendance
    private let admission: Admission
    private let isTaken = Guarded(false)

    init(_ attendance: Attendance, _ admission: Admission) {
        self.attendance = attendance
        self.admission = admission
    }

    deinit {
        if !isTaken.withLock({ $0 }) { attendance.leave(admission, isAbandoned: true) }
    }

    /// From now on the caller lets go of the admission.
    func take() { isTaken.withLock { $0 = true } }
}
