import Foundation
import Workbench

/// The program under test, with a data folder of its own.
struct Stentor {
    let bench: Workbench
    let environment: [String: String]

    init(_ bench: Workbench, settings: [String: String] = [:]) {
        self.bench = bench
        environment = settings.merging([
            "STENTOR_DATA_DIR": bench.path("data"),
            "STENTOR_ENGINE_DIR": Workbench.project.appending(path: ".deps/engine").path,
        ]) { own, _ in own }
    }

    static var program: String { Workbench.programs.appending(path: "stentor").path }

    func start(_ arguments: [String], input: Data? = nil) throws -> ProgramRun {
        try ProgramRun(Self.program, arguments, input: input, environment: environment, folder: bench.folder)
    }

    func run(_ arguments: [String], input: Data? = nil) async throws -> ProgramRun.Result {
        try await start(arguments, input: input).finish()
    }

    func transcribe(_ arguments: [String], input: Data? = nil) async throws -> ProgramRun.Result {
        try await run(["transcribe", "--quiet", "--engine", "sphinx"] + arguments, input: input)
    }

    /// What is left in the folder where decoded audio lies while it is worked on.
    func leftovers() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bench.path("data/work"))
    }

    /// Processes whose parent is `parent`.
    static func children(of parent: Int32) -> [Int32] {
        let text = (try? String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)) ?? ""
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task")) ?? []
        let all = tasks.map {
            (try? String(contentsOfFile: "/proc/\(parent)/task/\($0)/children", encoding: .utf8)) ?? ""
        }
        return Array(Set(([text] + all).flatMap { $0.split(separator: " ").compactMap { Int32($0) } })).sorted()
    }

    /// The role of a host process, from its command line.
    static func role(of process: Int32) -> String? {
        let line = (try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)) ?? ""
        return line.split(separator: "\0").dropFirst().first.map(String.init)
    }

    static func isAlive(_ process: Int32) -> Bool { kill(process, 0) == 0 }
}
