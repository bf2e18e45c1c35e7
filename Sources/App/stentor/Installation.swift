import FoundationEssentials
import Glibc
import Settings

/// Where the parts of this installation lie.
struct Installation: Sendable {
    /// The program that decodes and recognises.
    let host: String
    /// The folder with sherpa-onnx and the speech detector's model.
    let engineFolder: String
    /// Folder for files that exist only while they are worked on.
    let workFolder: String
    let modelFolder: String

    init(_ settings: Settings) throws(OutputError) {
        let programs = Self.programFolder()
        host = "\(programs)/stentor-host"
        guard access(host, X_OK) == 0 else {
            throw OutputError("stentor-host is missing beside stentor: build both (“make build”)")
        }
        engineFolder = settings.engineFolder ?? Self.engineFolder(programs)
        workFolder = "\(settings.dataFolder)/work"
        modelFolder = "\(settings.dataFolder)/models"
        do {
            // Only their owner reads what is worked on.
            try FileManager.default.createDirectory(
                atPath: workFolder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw OutputError(
                "the data folder \(settings.dataFolder) cannot be written; STENTOR_DATA_DIR names another")
        }
    }

    /// The engine library in use was built for CUDA.
    var hasCUDA: Bool { access("\(engineFolder)/libonnxruntime_providers_cuda.so", R_OK) == 0 }

    private static func programFolder() -> String {
        guard let path = realpath("/proc/self/exe", nil) else { return "." }
        defer { free(path) }
        return String(cString: path).split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
    }

    /// Beside the programs in a build folder, under lib in an installed tree.
    private static func engineFolder(_ programs: String) -> String {
        let folders = ["\(programs)/stentor-engines", "\(programs)/../lib/stentor"]
        return folders.first { access("\($0)/libsherpa-onnx-c-api.so", R_OK) == 0 } ?? folders[0]
    }
}
