internal import EventLoops
internal import Glibc

/// The files of a folder, or one file, that may be a model.
struct ImportCandidate {
    /// Names relative to `root`.
    let paths: [String]
    let baseName: String
    private let root: String

    init(_ source: String) throws {
        var source = source
        while source.count > 1, source.hasSuffix("/") { source.removeLast() }
        baseName = Self.baseName(of: source)
        if Disk.isFolder(source) {
            root = source
            paths = try Self.list(source, below: "", depth: 0)
        } else {
            let file = try Disk.open(source, O_RDONLY | O_NONBLOCK, followingLinks: true)
            guard try Disk.isRegularFile(file.number) else { throw ModelError.unknownKind }
            root = source.contains("/") ? String(source.dropLast(Self.baseName(of: source).count + 1)) : "."
            paths = [Self.baseName(of: source)]
        }
    }

    func absolute(_ path: String) -> String { "\(root)/\(path)" }

    static func baseName(of path: String) -> String { String(path.split(separator: "/").last ?? "") }

    /// The files to keep, each with its role: those of the model, the weights they refer to, licences and notes.
    func selection(for detected: KindDetection) -> [(path: String, role: FileRole?)] {
        Self.selection(from: paths, for: detected)
    }

    static func selection(from paths: [String], for detected: KindDetection) -> [(path: String, role: FileRole?)] {
        var chosen: [(path: String, role: FileRole?)] = detected.files.map { ($0.value, $0.key) }
            .sorted { $0.path < $1.path }
        // Weights too large for one ONNX file lie beside it under its name.
        let stems = detected.files.values.map { $0.hasSuffix(".onnx") ? String($0.dropLast(5)) : $0 }
        for path in paths where !chosen.contains(where: { $0.path == path }) {
            let isWeights = stems.contains { stem in
                [".weights", ".data", ".onnx.data", ".onnx_data"].contains { path == stem + $0 }
            }
            let name = baseName(of: path)
            let isNote = ["LICENSE", "LICENCE", "NOTICE", "README", "COPYING"].contains {
                name.uppercased().hasPrefix($0)
            }
            let isNew = !chosen.contains { baseName(of: $0.path) == name }
            if isNew, isWeights || isNote, ModelName.isFileName(name) { chosen.append((path, nil)) }
        }
        return chosen
    }

    /// whisper.cpp's files begin with the number 0x67676d6c, low byte first.
    func beginsAsGGML(_ path: String) throws -> Bool {
        let file = try Disk.open(path, O_RDONLY | O_NONBLOCK, followingLinks: true)
        var bytes = [UInt8](repeating: 0, count: 4)
        return read(file.number, &bytes, 4) == 4 && bytes == Array("lmgg".utf8)
    }

    private static func list(_ root: String, below: String, depth: Int) throws -> [String] {
        guard depth < 4 else { return [] }
        var paths: [String] = []
        for name in try Disk.names(in: "\(root)/\(below)") where !name.hasPrefix(".") {
            let path = below.isEmpty ? name : "\(below)/\(name)"
            if Disk.isFolder("\(root)/\(path)") {
                paths += try list(root, below: path, depth: depth + 1)
            } else {
                paths.append(path)
            }
            guard paths.count <= 10_000 else { throw ModelError.unknownKind }
        }
        return paths
    }
}
