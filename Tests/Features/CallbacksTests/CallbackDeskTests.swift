import Jobs
import Testing

@testable import Callbacks

@Suite("What is announced when")
struct CallbackDeskTests {
    private static func announcement(_ number: Int, host: String = "a.example", tries: Int = 0) throws -> Announcement {
        Announcement(
            id: "msg_\(number)", sequence: Int64(number), job: try #require(JobID("job-\(number)")),
            callback: try JobCallback("https://\(host)/hook", form: "standard"), kind: .completed, occurredAt: 0,
            tries: tries, dueAt: 0)
    }

    private let schedule = CallbackSchedule(waits: [10, 100])

    @Test("one receiver gets so many at once, all of them together so many more")
    func places() throws {
        var desk = CallbackDesk(schedule, limits: .init(perTarget: 2, total: 3))
        let taken = desk.take(try (0..<5).map { try Self.announcement($0) })
        #expect(taken.map(\.id) == ["msg_0", "msg_1"])
        var query = desk.query(now: 0)
        #expect(query.withoutTargets == ["https://a.example"] && query.limit == 1)
        #expect(query.passingOver == ["msg_0", "msg_1"])
        let others = try (5..<9).map { try Self.announcement($0, host: "b\($0).example") }
        #expect(desk.take(others).map(\.id) == ["msg_5"])
        query = desk.query(now: 0)
        #expect(query.limit == 0)
        desk.release(taken[0])
        query = desk.query(now: 0)
        #expect(query.withoutTargets.isEmpty && query.limit == 1)
    }

    @Test("what is on its way is not taken twice")
    func twice() throws {
        var desk = CallbackDesk(schedule)
        let one = try Self.announcement(1)
        #expect(desk.take([one, one]).count == 1)
        #expect(desk.take([one]).isEmpty)
    }

    @Test("delivered and refused ones are over; failed ones wait longer each time, then are given up")
    func settlements() throws {
        var desk = CallbackDesk(schedule)
        let failed = CallbackAnswer.failed("status 500", wish: nil)
        for (tries, chance, settlement) in [
            (0, 0.0, CallbackDesk.Settlement.postpone(by: 10)), (0, 1, .postpone(by: 12)), (1, 1, .postpone(by: 120)),
            (2, 0, .remove), (9, 0, .remove),
        ] {
            let one = try Self.announcement(1, tries: tries)
            #expect(desk.settle(one, failed, now: 0, chance: chance) == settlement)
        }
        let one = try Self.announcement(1)
        #expect(desk.settle(one, .delivered, now: 0, chance: 0) == .remove)
        #expect(desk.settle(one, .refused("gone"), now: 0, chance: 0) == .remove)
    }

    @Test("a receiver that asks for a rest gets it for all its messages, within a day")
    func rests() throws {
        var desk = CallbackDesk(schedule)
        let one = try Self.announcement(1)
        #expect(desk.settle(one, .failed("", wish: 60), now: 1000, chance: 0) == .postpone(by: 60))
        #expect(desk.query(now: 1059).withoutTargets == ["https://a.example"])
        #expect(desk.nextRestEnds(now: 1059) == 1)
        #expect(desk.query(now: 1060).withoutTargets.isEmpty && desk.nextRestEnds(now: 1060) == nil)
        #expect(desk.settle(one, .failed("", wish: 1e12), now: 0, chance: 0) == .postpone(by: 86_400))
        #expect(desk.settle(one, .failed("", wish: 0), now: 0, chance: 0) == .postpone(by: 10))
    }

    @Test("three days of tries, as the specification's example has them")
    func standard() {
        let waits = CallbackSchedule.standard.waits
        #expect(waits.count == 9 && waits == waits.sorted() && waits.reduce(0, +) > 3 * 86_400)
        #expect(CallbackSchedule(waits: []).wait(after: 1, wish: 5, chance: 0) == nil)
    }
}
