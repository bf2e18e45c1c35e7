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
    private let ended = DispatchSemaphore(value: 0)

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
        process.terminationHandler = { [ended] _ in ended.signal() }
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

    /// Blocks until a line of standard error that holds `text` has appeared, or the program has ended.
    public func waitForErrors(holding text: String) {
        errors.wait { String(decoding: $0, as: UTF8.self).contains(text) }
    }

    /// Blocks until the program has ended.
    public func finish() -> Result {
        ended.wait()
        let isSignalled = process.terminationReason == .uncaughtSignal
        return Result(
            code: process.terminationStatus, isSignalled: isSignalled, output: output.all(),
            errors: String(decoding: errors.all(), as: UTF8.self))
    }

    /// Runs to the end.
    public static func run(
        _ program: String, _ arguments: [String], input: Data? = nil, environment: [String: String] = [:],
        folder: URL? = nil
    ) throws -> Result {
        try ProgramRun(program, arguments, input: input, environment: environment, folder: folder).finish()
    }
}

/// What arrives on a pipe, gathered on a thread of its own.
private final class Gathered: Sendable {
    private struct State {
        var data = Data()
        var isOver = false
    }

    private let state = Mutex(State())
    private let changed = DispatchSemaphore(value: 0)
    private let over = DispatchSemaphore(value: 0)

    func gather(_ handle: FileHandle) {
        let reader = handle.fileDescriptor
        Foundation.Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = read(reader, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                state.withLock { $0.data.append(contentsOf: buffer[0..<count]) }
                changed.signal()
            }
            state.withLock { $0.isOver = true }
            withExtendedLifetime(handle) {}
            changed.signal()
            over.signal()
        }
    }

    func wait(until condition: (Data) -> Bool) {
        while true {
            let (data, isOver) = state.withLock { ($0.data, $0.isOver) }
            if condition(data) || isOver { return }
            changed.wait()
        }
    }

    func all() -> Data {
        over.wait()
        over.signal()
        return state.withLock { $0.data }
    }
}
