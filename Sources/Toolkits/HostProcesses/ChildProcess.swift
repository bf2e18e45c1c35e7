import CSystem
import Glibc

/// A host process and the socket to it. It has its own process group, no environment and no descriptor but the socket;
/// it is killed when this value goes.
public final class ChildProcess: Sendable {
    /// How a child ended.
    public enum Ending: Error, Sendable, Hashable, CustomStringConvertible {
        case exited(CInt)
        case killed(signal: CInt)
        /// It sent more than anybody reads, or no packet at all, and was killed for it.
        case misbehaved

        public var description: String {
            switch self {
            case .exited(let code): "the process ended with code \(code)"
            case .killed(let signal): "the process was ended by signal \(signal)"
            case .misbehaved: "the process broke the protocol"
            }
        }
    }

    /// The socket's number in the child.
    public static let socketNumber: CInt = 3
    private let inbox = PacketInbox()
    private let handle: ProcessHandle
    private let socket: PacketSocket

    public var identifier: CInt { handle.identifier }

    /// Starts `executable` with `arguments` (its own name first).
    /// - Parameter showsErrors: leaves its standard error where ours goes; libraries write there.
    public init(executable: String, arguments: [String], showsErrors: Bool = false) throws(SystemError) {
        let (ours, theirs) = try PacketSocket.pair()
        try ours.refuseToSendSlowly()
        handle = ProcessHandle(try Self.spawn(executable, arguments, socket: theirs, showsErrors: showsErrors))
        socket = ours
        Thread.start(named: "host-\(handle.identifier)") { [handle, socket, inbox] in
            Self.listen(socket, handle, inbox)
        }
    }

    deinit {
        handle.kill()
    }

    public func send(_ message: some Encodable, descriptors: [Descriptor] = []) throws {
        try socket.send(message, descriptors: descriptors)
    }

    /// The child's next packet; throws its `Ending` at the end. For one reader at a time, whose cancellation does not
    /// end the wait: `kill` does.
    public func receive() async throws -> Packet {
        try await inbox.next()
    }

    /// Ends it at once; `receive` then throws.
    public func kill() {
        handle.kill()
    }

    /// Waits until the system has let go of it.
    public func gone() async {
        await handle.reaped()
    }

    /// Ends it and waits until the system has let go of it.
    public func end() async {
        kill()
        await gone()
    }

    // MARK: - Starting and listening

    private static func spawn(
        _ executable: String, _ arguments: [String], socket: PacketSocket, showsErrors: Bool
    ) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        try check("posix_spawn", posix_spawn_file_actions_init(&actions))
        defer { posix_spawn_file_actions_destroy(&actions) }
        try check("posix_spawn", posix_spawnattr_init(&attributes))
        defer { posix_spawnattr_destroy(&attributes) }
        try check("posix_spawn", posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0))
        try check("posix_spawn", posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0))
        if !showsErrors {
            try check("posix_spawn", posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0))
        }
        try check("posix_spawn", posix_spawn_file_actions_adddup2(&actions, socket.descriptor.raw, socketNumber))
        try check("posix_spawn", csystem_close_from(&actions, socketNumber + 1))
        // Its own group: the terminal's Ctrl-C goes to us alone. Default signals: we may have blocked some.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        try check("posix_spawn", posix_spawnattr_setsigmask(&attributes, &none))
        try check("posix_spawn", posix_spawnattr_setsigdefault(&attributes, &all))
        try check("posix_spawn", posix_spawnattr_setpgroup(&attributes, 0))
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        try check("posix_spawn", posix_spawnattr_setflags(&attributes, Int16(flags)))

        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var identifier: pid_t = 0
        try check("posix_spawn", posix_spawn(&identifier, executable, &actions, &attributes, &words, &environment))
        return identifier
    }

    private static func check(_ call: String, _ status: CInt) throws(SystemError) {
        guard status == 0 else { throw SystemError(call, status) }
    }

    /// Runs on the child's own thread: packets cannot be waited for on the cooperative pool.
    private static func listen(_ socket: PacketSocket, _ handle: ProcessHandle, _ inbox: PacketInbox) {
        var hasMisbehaved = false
        do {
            while let packet = try socket.receive(), !hasMisbehaved {
                hasMisbehaved = !inbox.put(packet)
            }
        } catch {
            hasMisbehaved = true
        }
        // An ending process closes its socket first; one that only closed it has no more to say either.
        handle.kill()
        let ending = handle.reap()
        inbox.finish(hasMisbehaved ? Ending.misbehaved : ending)
    }
}
