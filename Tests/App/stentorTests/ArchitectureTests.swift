import Foundation
import Testing
import Workbench

@Suite("Architecture")
struct ArchitectureTests {
    /// What the manifest says when `row` is added to its table.
    private func verdict(adding row: String) async throws -> (code: Int32, text: String) {
        let bench = try Workbench()
        let manifest = try String(contentsOf: Workbench.project.appending(path: "Package.swift"), encoding: .utf8)
        let changed = manifest.replacing(
            "let modules: [Module] = [", with: "let modules: [Module] = [\n    \(row),", maxReplacements: 1)
        _ = try bench.write(changed, to: "Package.swift")
        let result = try await ProgramRun.run(
            "/usr/bin/env", ["swift", "package", "dump-package"], folder: bench.folder)
        return (result.code, result.errors)
    }

    @Test(
        "an arrow that a tier does not allow stops the build with its reason",
        arguments: [
            (
                "Module(\"Wrong\", .core, uses: [\"HostProcesses\"])",
                "Wrong (Core) may not use HostProcesses (Toolkits)"
            ),
            ("Module(\"Wrong\", .drivers, uses: [\"Media\"])", "Wrong (Drivers) may not use Media (Drivers)"),
            ("Module(\"Wrong\", .features, uses: [\"Media\"])", "Wrong (Features) may not use Media (Drivers)"),
            ("Module(\"Wrong\", .app, uses: [\"Workbench\"])", "Wrong (App) may not use Workbench (Simulators)"),
            ("Module(\"Wrong\", .core, uses: [\"Nowhere\"])", "Nowhere, which is in no tier"),
        ])
    func forbiddenArrow(row: String, words: String) async throws {
        let (code, text) = try await verdict(adding: row)
        #expect(code != 0)
        #expect(text.contains(words), "\(text)")
    }

    @Test("an allowed arrow is accepted")
    func allowedArrow() async throws {
        #expect(
            try await verdict(adding: "Module(\"Right\", .drivers, uses: [\"HostProcesses\", \"Transcripts\"])").code
                == 0)
    }
}
