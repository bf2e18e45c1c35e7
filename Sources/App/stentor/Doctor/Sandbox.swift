import FoundationEssentials
import HostProcesses

/// Asks the hosts which layers of their confinement work on this machine.
struct Sandbox {
    private struct Report: Decodable {
        struct Attempt: Decodable {
            let name: String
            let isRefused: Bool
        }

        let attempts: [Attempt]
        let missing: [String: String]
    }

    let host: String

    func findings() async throws -> [Finding] {
        var findings: [Finding] = []
        for role in ["media", "engine"] {
            let child = try ChildProcess(executable: host, arguments: ["stentor-host", "check-\(role)"])
            let packet = try await child.receive()
            findings.append(finding(role, try JSONDecoder().decode(Report.self, from: Data(packet.bytes))))
            await child.gone()
        }
        return findings
    }

    private func finding(_ role: String, _ report: Report) -> Finding {
        let title = "confinement, \(role)"
        let allowed = report.attempts.filter { !$0.isRefused }.map(\.name)
        if !allowed.isEmpty {
            return Finding(.missing, title, "a host can still \(allowed.joined(separator: ", "))")
        }
        guard report.missing.isEmpty else {
            let layers = report.missing.map { "\($0.key) (\($0.value))" }.sorted().joined(separator: ", ")
            return Finding(
                .warning, title,
                "every attempt is refused, but these layers are missing: \(layers). A newer kernel has them.")
        }
        return Finding(.good, title, "all \(report.attempts.count) attempts are refused; every layer works")
    }
}
