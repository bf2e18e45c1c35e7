import Glibc

/// A folder that goes with its last owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array(("/tmp/model-library-" + String(repeating: "X", count: 6)).utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("no temporary folder: errno \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // Deepest names first.
        for name in everything().reversed() { remove("\(path)/\(name)") }
        remove(path)
    }

    /// Writes a file, with the folders it needs.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) -> String {
        var end = name.startIndex
        while let slash = name[end...].firstIndex(of: "/") {
            mkdir("\(path)/\(name[..<slash])", 0o755)
            end = name.index(after: slash)
        }
        let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        precondition(file >= 0 && Glibc.write(file, bytes, bytes.count) == bytes.count)
        close(file)
        return "\(path)/\(name)"
    }

    func read(_ name: String) -> [UInt8]? { Self.read("\(path)/\(name)") }

    static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count <= 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Every file and folder below, relative, sorted.
    func everything() -> [String] { Self.list(path, "").sorted() }

    private static func list(_ root: String, _ below: String) -> [String] {
        guard let folder = opendir("\(root)/\(below)") else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            let path = below.isEmpty ? name : "\(below)/\(name)"
            names.append(path)
            if entry.pointee.d_type == DT_DIR { names += list(root, path) }
        }
        return names
    }
}

/// SplitMix64: the same seed gives the same test on every machine.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Bytes that do not repeat and do not compress.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(state: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { withUnsafeBytes(of: generator.next()) { bytes += $0 } }
    return Array(bytes.prefix(count))
}
