import Confinement
import FoundationEssentials
import Glibc
import HostProcesses

/// Confines itself like a host of a role, then tries from inside what must not work, and prints what happened as JSON.
enum SelfCheck {
    private struct Report: Encodable {
        let missing: [String: String]
        let attempts: [ConfinementProbe.Attempt]
        let user: UInt32
    }

    static func run(_ role: Confinement.Role) -> Never {
        var confinement = Confinement(role: role)
        confinement.restrictFiles(readable: [])
        confinement.seal(Confinement.Limits(memory: 1 << 30, processorSeconds: 10, fileSize: 1 << 20))
        let report = Report(
            missing: Dictionary(uniqueKeysWithValues: confinement.missing.map { ($0.key.rawValue, $0.value) }),
            attempts: ConfinementProbe.attempts(), user: geteuid())
        guard let json = try? JSONEncoder().encode(report) else { exit(1) }  // plain values always encode
        // Started by stentor it has a socket; started by hand it prints.
        let bytes = Array(json)
        let socket = PacketSocket(Descriptor(owning: ChildProcess.socketNumber))
        if (try? socket.send(Packet(bytes: bytes))) == nil {
            _ = Descriptor.writeAll(bytes + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
        }
        exit(report.attempts.allSatisfy(\.isRefused) ? 0 : 1)
    }
}
