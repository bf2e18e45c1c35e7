import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Testing

@testable import API

@Suite("Clients that leave, and what every route says of itself", .timeLimit(.minutes(5)))
struct AttendanceTests {
    /// Waits for an ending, and leaves at once.
    private func leave(_ admission: Admission, _ house: PausedHouse, patience: Duration) async {
        let attendance = Attendance(transcriptions: house.transcriptions, owner: .local, patience: patience)
        let waiting = Task { _ = try await attendance.ending(of: admission) }
        waiting.cancel()
        _ = await waiting.result
    }

    /// Returns once the job is no longer spoken of: it ended, or it was let go.
    private func waitForEnd(of id: JobID, _ house: PausedHouse) async throws {
        for await _ in try await house.transcriptions.watch(id, owner: .local) {}
    }

    @Test("the job of a client that left is dropped when nobody comes back for it")
    func dropped() async throws {
        let house = try await PausedHouse()
        let admission = try await house.send("sound")
        await leave(admission, house, patience: .milliseconds(1))
        try await waitForEnd(of: admission.job, house)
        #expect(try await house.store.job(admission.job, owner: nil) == nil)
        #expect(try await house.transcriptions.statistics().jobs.isEmpty)
    }

    @Test("the job of a client that went before its answer began is dropped too")
    func neverBegun() async throws {
        let house = try await PausedHouse()
        let admission = try await house.send("sound")
        let attendance = Attendance(
            transcriptions: house.transcriptions, owner: .local, patience: .milliseconds(1))
        let form = OpenAIForm(RequestForm(providers: ["auto"], model: nil), task: .transcribe)
        _ = OpenAIEvents(attendance: attendance, admission: admission, form: form).response()
        try await waitForEnd(of: admission.job, house)
        #expect(try await house.store.job(admission.job, owner: nil) == nil)
    }

    @Test("what comes back in time joins the job, which outlives the one that left")
    func joined() async throws {
        let house = try await PausedHouse()
        let first = try await house.send("sound")
        let execution = try #require(try await house.store.job(first.job, owner: nil)).execution.id
        let second = try await house.send("sound")
        await leave(first, house, patience: .milliseconds(1))
        try await waitForEnd(of: first.job, house)
        let view = try #require(try await house.store.job(second.job, owner: nil))
        #expect(view.execution.id == execution && view.state == .queued)
    }

    @Test("every route of the interface says what it is for")
    func described() async throws {
        var router = Router()
        try await PausedHouse().api().addRoutes(to: &router)
        #expect(router.routes.filter { $0.operation == nil }.map(\.pattern) == [])
        DescriptionRoutes(version: "1").addRoutes(to: &router)
        #expect(router.routes.contains { $0.pattern == "/api/openapi.json" })
    }

    @Test("a route that says nothing of itself stops the program")
    func silent() async {
        await #expect(processExitsWith: .failure) {
            var router = Router()
            router.get("/silent") { _, _ in .text("") }
            DescriptionRoutes(version: "1").addRoutes(to: &router)
        }
    }
}
