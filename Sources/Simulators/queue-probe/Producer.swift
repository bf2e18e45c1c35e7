import Jobs
import StoresRedis

/// Adds jobs.
struct Producer: Sendable {
    let store: RedisJobStore

    private static func submission(_ number: Int, run: String) -> Submission? {
        guard let id = JobID("\(run.prefix(18))-\(number)") else { return nil }
        return Submission(
            id: id, owner: Owner("key:benchmark"), name: "recording-\(number).ogg",
            digest: Self.digest(number, run), isEphemeral: false,
            key: Self.digest(number, run),
            order: TranscriptionOrder(language: "en", engine: "sherpa", model: "parakeet-tdt-0.6b-v3"),
            media: .kept(name: "\(run.prefix(18))-\(number)", bytes: 1_234_567), audioSeconds: 20)
    }

    /// As long as a SHA-256 in hexadecimal digits, and of this run alone.
    private static func digest(_ number: Int, _ run: String) -> String {
        let digits = run.utf8.map { String($0, radix: 16) }.joined().prefix(48) + String(number, radix: 16)
        return String(repeating: "0", count: 64 - digits.count) + digits
    }

    /// Prints milliseconds: median, 99th percentile, longest; and calls a second.
    func measure(_ count: Int, callers: Int) async throws {
        var generator = SystemRandomNumberGenerator()
        let run = JobID.random(using: &generator).text
        let clock = ContinuousClock()
        let began = clock.now
        let times = try await withThrowingTaskGroup(of: [Double].self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var times: [Double] = []
                    for number in stride(from: caller, to: count, by: callers) {
                        guard let submission = Self.submission(number, run: run) else { continue }
                        let taken = try await clock.measure { _ = try await store.submit(submission) }
                        times.append(
                            Double(taken.components.attoseconds) / 1e15 + Double(taken.components.seconds) * 1e3)
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()
        }
        let all = began.duration(to: clock.now)
        let seconds = Double(all.components.seconds) + Double(all.components.attoseconds) / 1e18
        guard let longest = times.last else { return }
        say(
            "p50 \(times[times.count / 2]) p99 \(times[times.count * 99 / 100]) max \(longest) rate \(Double(count) / seconds)"
        )
    }

    /// Adds each until it is acknowledged, whatever becomes of the server meanwhile.
    func insist(from first: Int, count: Int, callers: Int) async {
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    for number in stride(from: first + caller, to: first + count, by: callers) {
                        guard let submission = Self.submission(number, run: "crash") else { continue }
                        while (try? await store.submit(submission)) == nil {}
                        say("added \(submission.id)")
                    }
                }
            }
        }
    }
}
