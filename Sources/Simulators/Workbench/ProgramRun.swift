public import Foundation
import Synchronization

/// Runs other programs for tests and gathers what they say.
public final class ProgramRun: Sendable {
    public struct Result: Sendable {
        public let code: Int32
        /// Ended by a signal, whose number is `code`.
        public let isSignalled: Bool
        public let output: Data
        public let errors: String

        public var text: String { String(decoding: output, as: UTF8.self) }
    }

    private let process: Process
    private let output = Gathered()
    private let errors = Gathered()
    private let ended = Occurrence()

    /// Starts the program.
    /// - Parameters:
    ///   - input: what it reads from standard input; nothing when `nil`.
    ///   - environment: added to this process's own.
    public init(
        _ program: String, _ arguments: [String], input: Data? = nil, environment: [String: String] = [:],
        folder: URL? = nil
    ) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.currentDirectoryURL = folder
        let outputPipe = Pipe()
        let errorPipe = Pipe()
        process.standardOutput = outputPipe
        process.standardError = errorPipe
        let inputPipe = input.map { _ in Pipe() }
        process.standardInput = inputPipe ?? FileHandle.nullDevice
        process.terminationHandler = { [ended] _ in ended.happen() }
        try process.run()
        output.gather(outputPipe.fileHandleForReading)
        errors.gather(errorPipe.fileHandleForReading)
        if let input, let inputPipe {
            Foundation.Thread.detachNewThread {
                // The program may stop reading; its exit code says whether that was right.
                try? inputPipe.fileHandleForWriting.write(contentsOf: input)
                try? inputPipe.fileHandleForWriting.close()
            }
        }
    }

    public var identifier: Int32 { process.processIdentifier }

    public func send(signal number: Int32) {
        kill(identifier, number)
    }

    /// Waits until standard error holds `text`, or the program has ended.
    public func waitForErrors(holding text: String) async {
        await errors.wait { String(decoding: $0, as: UTF8.self).contains(text) }
    }

    /// Waits until standard output holds `text`, or the program has ended.
    public func waitForOutput(holding text: String) async {
        await output.wait { String(decoding: $0, as: UTF8.self).contains(text) }
    }

    /// Waits until the program has ended and everything it said is gathered.
    public func finish() async -> Result {
        await ended.wait()
        let (said, complained) = (await output.all(), await errors.all())
        return Result(
            code: process.terminationStatus, isSignalled: process.terminationReason == .uncaughtSignal, output: said,
            errors: String(decoding: complained, as: UTF8.self))
    }

    /// Runs to the end.
    public static func run(
        _ program: String, _ arguments: [String], input: Data? = nil, environment: [String: String] = [:],
        folder: URL? = nil
    ) async throws -> Result {
        try await ProgramRun(program, arguments, input: input, environment: environment, folder: folder).finish()
    }
}

/// What arrives on a pipe, gathered on a thread of its own: tests wait without holding a thread of the shared pool.
private final class Gathered: Sendable {
    private struct State {
        var data = Data()
        var isOver = false
        var waiters: [(condition: @Sendable (Data) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func gather(_ handle: FileHandle) {
        let reader = handle.fileDescriptor
        Foundation.Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = read(reader, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                update { $0.data.append(contentsOf: buffer[0..<count]) }
            }
            update { $0.isOver = true }
            withExtendedLifetime(handle) {}
        }
    }

    private func update(_ change: (inout State) -> Void) {
        let ready = state.withLock { state in
            change(&state)
            let (data, isOver) = (state.data, state.isOver)
            let ready = state.waiters.filter { isOver || $0.condition(data) }
            state.waiters.removeAll { isOver || $0.condition(data) }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    func wait(until condition: @escaping @Sendable (Data) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.isOver || condition(state.data) { return true }
                state.waiters.append((condition, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    func all() async -> Data {
        await wait { _ in false }
        return state.withLock { $0.data }
    }
}

/// Something that happens once.
private final class Occurrence: Sendable {
    private struct State {
        var hasHappened = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func happen() {
        let waiters = state.withLock { state in
            state.hasHappened = true
            defer { state.waiters = [] }
            return state.waiters
        }
        waiters.forEach { $0.resume() }
    }

    func wait() async {
        await withCheckedContinuation { waiter in
            let hasHappened = state.withLock { state in
                if !state.hasHappened { state.waiters.append(waiter) }
                return state.hasHappened
            }
            if hasHappened { waiter.resume() }
        }
    }
}
