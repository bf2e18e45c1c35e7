public import Foundation

/// A folder for one test, gone with it, and the tools that make media in it.
public final class Workbench: Sendable {
    public let folder: URL

    public init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "stentor-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)  // a leftover in the temporary folder harms no test
    }

    /// The repository's root.
    public static var project: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
    }

    /// Where the programs under test were built: beside the test bundle.
    public static var programs: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    }

    public static var sample: URL { project.appending(path: "Samples/welcome.ogg") }

    public func path(_ name: String) -> String { folder.appending(path: name).path }

    public func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        let path = path(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    public func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    /// Makes a file with the `ffmpeg` program; the name of the result comes last.
    @discardableResult
    public func ffmpeg(_ arguments: [String], _ name: String) throws -> String {
        let program = Process()
        program.executableURL = URL(fileURLWithPath: "/usr/bin/ffmpeg")
        program.arguments = ["-nostdin", "-loglevel", "error", "-y"] + arguments + [path(name)]
        program.currentDirectoryURL = folder
        try program.run()
        program.waitUntilExit()
        guard program.terminationStatus == 0 else { throw ToolError(description: "ffmpeg could not make \(name)") }
        return path(name)
    }

    /// Everything that is left in the folder, by name.
    public func contents() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
    }
}

/// A tool of the workbench that failed.
public struct ToolError: Error, CustomStringConvertible {
    public let description: String
}
