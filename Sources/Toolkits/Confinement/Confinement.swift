import CSystem
import Glibc

/// What a host process gives up for good before the first byte of somebody's file reaches it.
///
/// Two steps, because libraries and models must be opened first: `restrictFiles` before they load (threads they start
/// inherit it), `seal` after.
public struct Confinement: Sendable {
    public enum Role: Sendable { case media, engine }

    /// One thing that stands between a hostile file and the machine.
    public enum Layer: String, Sendable, CaseIterable, Codable {
        /// Not root: files of other users stay closed even where the rest fails.
        case unprivilegedUser = "unprivileged user"
        /// Landlock: no file can be opened by name.
        case landlock
        /// seccomp: no socket, no new process, no signal to another, no tracing.
        case seccomp
        /// rlimits: memory, processor time, file size, descriptors.
        case limits
    }

    public struct Limits: Sendable {
        /// Bytes of address space.
        public var memory: Int
        /// Seconds of processor time; `nil` leaves them open (an engine serves many requests).
        public var processorSeconds: Int?
        /// Bytes of the largest file it may write; `nil` leaves them open until they are known.
        public var fileSize: Int?

        public init(memory: Int, processorSeconds: Int? = nil, fileSize: Int? = nil) {
            self.memory = memory
            self.processorSeconds = processorSeconds
            self.fileSize = fileSize
        }
    }

    /// The user and group that nobody else is: Debian's `nobody` and `nogroup`.
    private static let nobody: uid_t = 65534

    public let role: Role
    public private(set) var missing: [Layer: String] = [:]

    public init(role: Role) {
        self.role = role
    }

    /// Step one: from here on files open only beneath `readable`, and only for reading.
    public mutating func restrictFiles(readable: [String]) {
        guard csystem_no_new_privileges() == 0 else {
            missing[.landlock] = describe("prctl")
            return
        }
        var pointers: [UnsafePointer<CChar>?] = readable.map { UnsafePointer(strdup($0)) }
        defer { pointers.forEach { free(UnsafeMutablePointer(mutating: $0)) } }
        if csystem_landlock_restrict(&pointers, CInt(pointers.count)) != 0 {
            missing[.landlock] = describe("landlock")
        }
    }

    /// Step two: gives up everything that reading descriptors and computing does not need.
    public mutating func seal(_ limits: Limits) {
        _ = csystem_not_dumpable()
        // A write beyond the limit is then an error that the writer reports, not a death.
        signal(SIGXFSZ, SIG_IGN)
        narrow(limits)
        leaveRoot()
        do throws(SeccompFilter.Failure) {
            try SeccompFilter(allowsThreads: role == .engine).load()
        } catch {
            missing[.seccomp] = error.description
        }
    }

    /// Lowers limits, before or after sealing; they never rise again.
    public mutating func narrow(_ limits: Limits) {
        var wanted: [(__rlimit_resource, Int)] = [
            (RLIMIT_CORE, 0), (RLIMIT_AS, limits.memory), (RLIMIT_NOFILE, 64),
        ]
        if let seconds = limits.processorSeconds { wanted.append((RLIMIT_CPU, seconds)) }
        if let size = limits.fileSize { wanted.append((RLIMIT_FSIZE, size)) }
        for (resource, value) in wanted {
            var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
            if setrlimit(CInt(resource.rawValue), &limit) != 0 { missing[.limits] = describe("setrlimit") }
        }
    }

    private mutating func leaveRoot() {
        guard geteuid() == 0 else { return }
        if csystem_leave_root(Self.nobody) != 0 { missing[.unprivilegedUser] = describe("setresuid") }
    }

    private func describe(_ call: String) -> String { "\(call): \(String(cString: strerror(errno)))" }
}
