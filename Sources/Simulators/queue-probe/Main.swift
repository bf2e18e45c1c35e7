// Drives the queue on Redis for benchmarks and for tests that kill what is around it.
//   queue-probe PORT enqueue COUNT CALLERS     adds jobs; how long each took
//   queue-probe PORT add FIRST COUNT CALLERS   adds jobs until all are acknowledged, and names each that is
//   queue-probe PORT work SLOTS COUNT [LEASE]  claims and finishes until so many are done, COUNT 0: until killed
//   queue-probe PORT hold LEASE                claims one job, says so, and keeps it without a word
//   queue-probe PORT count                     jobs by state
//   queue-probe PORT move SECONDS              claims one job, waits so long, and tries to finish it
import EventLoops
import Glibc
import Jobs
import Redis
import StoresRedis

@main
enum QueueProbe {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count >= 2, let port = UInt16(arguments[0]) else {
            say("usage: queue-probe PORT enqueue|add|work|count|move …")
            exit(2)
        }
        do {
            let numbers = arguments.dropFirst(2).compactMap(Int.init)
            let place = RedisAddress.Place.server(.init(host: "127.0.0.1", port: port))
            let client = try RedisClient(RedisAddress(place), on: try EventLoop(name: "redis"))
            var rules = JobRules(clock: NoClock())
            rules.waitingPerOwner = .max
            let store = RedisJobStore(client, rules: rules)
            try await run(arguments[1], numbers, store, client)
            await client.close()
        } catch {
            say("failed: \(error)")
            exit(1)
        }
    }

    private static func run(
        _ command: String, _ numbers: [Int], _ store: RedisJobStore, _ client: RedisClient
    ) async throws {
        switch (command, numbers.count) {
        case ("enqueue", 2): try await Producer(store: store).measure(numbers[0], callers: numbers[1])
        case ("add", 3): await Producer(store: store).insist(from: numbers[0], count: numbers[1], callers: numbers[2])
        case ("work", 2...):
            try await Worker(store: store, lease: numbers.count > 2 ? Double(numbers[2]) : 30)
                .run(slots: numbers[0], count: numbers[1])
        case ("count", 0): try await count(store)
        case ("hold", 1): try await Worker(store: store, lease: Double(numbers[0])).stall(seconds: 3600)
        case ("move", 1): try await Worker(store: store, lease: 1).stall(seconds: numbers[0])
        default: say("usage: see the first lines of the source")
        }
    }

    private static func count(_ store: RedisJobStore) async throws {
        let jobs = try await store.statistics().jobs
        for state in ExecutionState.allCases { say("\(state.rawValue) \(jobs[state] ?? 0)") }
    }
}

/// One system call for each line, so that whoever reads knows what was said before a death.
func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    guard write(1, bytes, bytes.count) == bytes.count else { exit(3) }
}

/// The server's own time counts.
struct NoClock: JobClock {
    func now() -> JobInstant { JobInstant(monotonic: 0, wall: 0) }
}
