import FoundationEssentials
import Glibc
import Jobs

/// Turns named steps into faults, in test builds only: `STENTOR_FAULT=kill:claimed:3` kills the process the third time
/// it comes to the step `claimed`; `stop` stops it, `error` throws, `delay` waits a second.
enum FaultSwitch {
    static func points() -> any FaultPoints {
        #if DEBUG
            guard let text = ProcessInfo.processInfo.environment["STENTOR_FAULT"], let plan = Plan(text) else {
                return NoFaults()
            }
            return PlannedFault(plan)
        #else
            return NoFaults()
        #endif
    }

    #if DEBUG
        struct Plan: Sendable {
            let action: String
            let step: String
            let count: Int

            init?(_ text: String) {
                let parts = text.split(separator: ":").map(String.init)
                guard parts.count == 3, let count = Int(parts[2]) else { return nil }
                (action, step, self.count) = (parts[0], parts[1], count)
            }
        }

        struct Fault: Error {}

        private actor PlannedFault: FaultPoints {
            private let plan: Plan
            private var left: Int

            init(_ plan: Plan) {
                self.plan = plan
                left = plan.count
            }

            func step(_ name: StaticString) async throws {
                guard "\(name)" == plan.step else { return }
                left -= 1
                guard left == 0 else { return }
                switch plan.action {
                case "kill": kill(getpid(), SIGKILL)
                case "stop": kill(getpid(), SIGSTOP)
                case "error": throw Fault()
                default: try await Task.sleep(for: .seconds(1))
                }
            }
        }
    #endif
}
