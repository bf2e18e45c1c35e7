import Foundation
import SQLite
import Testing
import Workbench

/// What a separate program was told is written must be there, whatever happens to the program.
@Suite(.timeLimit(.minutes(10)))
struct DurabilityTests {
    private static var probe: String { Workbench.programs.appending(path: "database-probe").path }

    @Test(arguments: ["full", "relaxed", "mixed"])
    func `Every acknowledged row survives a kill`(kind: String) async throws {
        for round in 1...3 {
            let folder = try DatabaseFolder()
            let run = try ProgramRun(Self.probe, [folder.file, kind, "1000000", "8"])
            await run.waitForOutput(holding: "\n\(round * 40)\n")
            run.send(signal: SIGKILL)
            let result = await run.finish()
            #expect(result.isSignalled && result.code == SIGKILL)
            let acknowledged = result.text.split(separator: "\n").compactMap { Int($0) }
            #expect(acknowledged.count > round * 20)
            let database = try await folder.open([
                Migration(
                    "rows", script: "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
            ])
            #expect(!database.opening.wasClosedCleanly)
            let kept: [Int] = try await database.read { try $0.all("SELECT id FROM rows") { try $0["id"] } }
            #expect(Set(acknowledged).subtracting(kept).isEmpty)
            try await database.close()
        }
    }

    /// The order of system calls: `true` for each answer that came after the log was synchronised.
    private func answers(_ kind: String) async throws -> [Bool] {
        let folder = try DatabaseFolder()
        let trace = "\(folder.path)/trace"
        let result = try await ProgramRun.run(
            "/usr/bin/strace",
            [
                "-f", "-y", "-o", trace, "-e", "trace=pwrite64,fdatasync,fsync,write", Self.probe, folder.file, kind,
                "20", "1",
            ])
        #expect(result.code == 0, "\(result.errors)")
        var isDirty = false
        var answers: [Bool] = []
        for line in try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n") {
            if line.contains("pwrite64("), line.contains("test.db-wal") { isDirty = true }
            // An unfinished call is on a line of its own; the rest of it, on another, does not name the file.
            if line.contains("sync("), line.contains("test.db-wal") { isDirty = false }
            if line.contains("write(1<"), !line.contains("open") { answers.append(!isDirty) }
        }
        return answers
    }

    @Test func `Nothing is acknowledged before the log is synchronised`() async throws {
        #expect(try await answers("full") == Array(repeating: true, count: 20))
    }

    @Test func `A full write without changes still synchronises what earlier ones left`() async throws {
        #expect(try await answers("mixed") == Array(repeating: true, count: 20))
    }

    @Test func `A relaxed write does not wait for the disk`() async throws {
        #expect(try await answers("relaxed").filter { $0 }.isEmpty)
    }

    /// Runs the probe with one system call failing, and checks what it was told.
    /// - Returns: whether the program noticed.
    private func failing(_ call: String, _ error: String, _ number: Int) async throws -> Bool {
        let folder = try DatabaseFolder()
        let result = try await ProgramRun.run(
            "/usr/bin/strace",
            [
                "-f", "-o", "/dev/null", "-P", folder.file, "-P", "\(folder.file)-wal", "-e", "trace=\(call)", "-e",
                "inject=\(call):error=\(error):when=\(number)", Self.probe, folder.file, "full", "12", "3",
            ])
        let what = "\(call) \(number) \(error): \(result.text)"
        #expect(!result.isSignalled && [0, 4, 5].contains(result.code), "\(what)")
        let acknowledged = result.text.split(separator: "\n").compactMap { Int($0) }
        // One failure passes: what was refused succeeds when it is tried again.
        if result.code == 0 { #expect(acknowledged.sorted() == Array(0..<12), "\(what)") }
        let database = try await folder.open([
            Migration("rows", script: "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
        ])
        let kept: [Int] = try await database.read { try $0.all("SELECT id FROM rows") { try $0["id"] } }
        #expect(Set(acknowledged).subtracting(kept).isEmpty, "\(what)")
        try await database.close()
        return result.code != 0 || result.text.contains("failed")
    }

    @Test(arguments: [("fdatasync", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO")])
    func `Whichever call to the disk fails, nothing acknowledged is lost`(call: String, error: String) async throws {
        var noticed = 0
        for number in 1...16 where try await failing(call, error, number) { noticed += 1 }
        #expect(noticed > 5, "\(call) was hardly used")
    }
}
