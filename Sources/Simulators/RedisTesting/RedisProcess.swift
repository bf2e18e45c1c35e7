internal import EventLoops
internal import Glibc

/// A `redis-server` or `redis-sentinel` of one test, in a folder of its own on a free port of the loopback.
public final class RedisProcess: Sendable {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    public enum Program: String, Sendable {
        case server = "/usr/bin/redis-server"
        case sentinel = "/usr/bin/redis-sentinel"
    }

    public static let isInstalled =
        access(Program.server.rawValue, X_OK) == 0 && access(Program.sentinel.rawValue, X_OK) == 0

    public let port: UInt16
    public let folder: String
    private let program: Program
    private let arguments: [String]
    private let process = Guarded<pid_t?>(nil)

    /// - Parameters:
    ///   - options: further lines of configuration, as arguments: `["--maxmemory", "10mb"]`.
    ///   - configuration: a file in place of the usual arguments; a sentinel cannot do without.
    public init(
        _ program: Program = .server, port: UInt16? = nil, options: [String] = [], configuration: String? = nil
    ) throws {
        var template = Array("/tmp/stentor-redis-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(description: "no temporary folder") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.port = try port ?? Self.freePort()
        self.program = program
        let common = ["--port", "\(self.port)", "--bind", "127.0.0.1", "--dir", folder, "--logfile", folder + "/log"]
        if let configuration {
            try Self.write(configuration, to: folder + "/redis.conf")
            arguments = [folder + "/redis.conf"] + common + options
        } else {
            arguments =
                common + ["--save", "", "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy"]
                + ["noeviction", "--aof-use-rdb-preamble", "yes"] + options
        }
        try start()
    }

    deinit {
        kill()
        removeFolder()
    }

    /// Starts it again, on the same port and data.
    public func start() throws {
        try process.withLock { process in
            guard process == nil else { return }
            let words = ([program.rawValue] + arguments).map { strdup($0) }
            defer { for word in words { free(word) } }
            var child = pid_t()
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 1, folder + "/output", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
            // Threads of loops block every signal; the server needs them.
            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            var none = sigset_t()
            sigemptyset(&none)
            posix_spawnattr_setsigmask(&attributes, &none)
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
            guard posix_spawn(&child, program.rawValue, &actions, &attributes, words + [nil], environ) == 0 else {
                throw Failure(description: "\(program.rawValue) does not start")
            }
            process = child
        }
    }

    /// SIGKILL, and waits for its end: a millisecond.
    public func kill() { end(SIGKILL) }

    /// SIGTERM: it writes what it holds, and ends.
    public func stop() { end(SIGTERM) }

    /// It does nothing any more until `thaw`; its connections stay open.
    public func freeze() { signal(SIGSTOP) }

    public func thaw() { signal(SIGCONT) }

    private func signal(_ number: Int32) {
        process.withLock { if let process = $0 { Glibc.kill(process, number) } }
    }

    private func end(_ number: Int32) {
        process.withLock { process in
            guard let child = process else { return }
            Glibc.kill(child, number)
            if number != SIGKILL { Glibc.kill(child, SIGCONT) }
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            process = nil
        }
    }

    private func removeFolder() {
        var words: [UnsafeMutablePointer<CChar>?] =
            ["rm", "-rf", folder].map { (word: String) in strdup(word) } + [nil]
        defer { for word in words { free(word) } }
        var child = pid_t()
        guard posix_spawn(&child, "/bin/rm", nil, nil, &words, environ) == 0 else { return }
        var status: Int32 = 0
        waitpid(child, &status, 0)
    }

    private static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw Failure(description: "no configuration file") }
        defer { fclose(file) }
        fputs(text, file)
    }

    /// Two tests at once must not find the same one free.
    private static let given = Guarded<Set<UInt16>>([])

    /// One that nobody listens on at this moment, below those that the kernel gives to others meanwhile.
    public static func freePort() throws -> UInt16 {
        for _ in 0..<200 {
            let port = UInt16.random(in: 20_000..<32_000)
            if isFree(port), given.withLock({ $0.insert(port).inserted }) { return port }
        }
        throw Failure(description: "no free port")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
