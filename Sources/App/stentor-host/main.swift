import Confinement
import Glibc
import HostProcesses

// One process, one role, chosen by the only argument. Hosts are started by stentor; people have no use for them.
let roles: [String: () -> Never] = [
    "media": MediaHost.run,
    "engine": EngineHost.run,
    "check-media": { SelfCheck.run(.media) },
    "check-engine": { SelfCheck.run(.engine) },
]
guard CommandLine.arguments.count == 2, let run = roles[CommandLine.arguments[1]] else {
    _ = Descriptor.writeAll(Array("stentor-host is started by stentor\n".utf8), to: STDERR_FILENO)
    exit(2)
}
run()
