import CSystem
import FoundationEssentials
import Glibc
import HostProcesses

/// What tells one installation's data from another's: `installation` in the data folder, 32 hexadecimal digits that
/// were drawn once. It is no secret.
enum InstallationName {
    static let file = "installation"

    /// - Returns: nil while there is none.
    static func read(_ folder: String) throws -> String? {
        let path = "\(folder)/\(file)"
        guard access(path, F_OK) == 0 else { return nil }
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        guard let name = text?.split(whereSeparator: \.isNewline).first.map(String.init), isName(name) else {
            throw OutputError("\(path) is not what Stentor wrote; remove it, and a new one is made")
        }
        return name
    }

    /// Draws it where there is none.
    static func load(_ folder: String) throws -> String {
        if let name = try read(folder) { return name }
        var generator = SystemRandomNumberGenerator()
        let name = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let (path, draft) = ("\(folder)/\(file)", "\(folder)/\(file).new.\(getpid())")
        let failure = OutputError("the data folder \(folder) cannot be written")
        let raw = csystem_open(draft, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard raw >= 0 else { throw failure }
        let opened = Descriptor(owning: raw)
        defer { unlink(draft) }
        guard Descriptor.writeAll(Array((name + "\n").utf8), to: raw), fsync(raw) == 0 else { throw failure }
        withExtendedLifetime(opened) {}
        // Another program may have drawn one in the same moment; its name then holds.
        guard link(draft, path) == 0 || errno == EEXIST else { throw failure }
        guard let kept = try read(folder) else { throw failure }
        return kept
    }

    static func isName(_ text: String) -> Bool {
        text.utf8.count == 32
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
