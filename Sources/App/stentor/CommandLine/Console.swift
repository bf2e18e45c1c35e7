import Glibc
import HostProcesses

/// Standard output and standard error.
struct Console: Sendable {
    let errorIsTerminal = isatty(2) == 1

    /// Writes to standard output; throws when it is closed or full, because a lost transcript is no success.
    func output(_ text: String) throws(OutputError) {
        guard Self.write(1, text) else { throw OutputError("standard output cannot be written") }
    }

    /// Writes a line to standard error; nobody can be told when that fails.
    func note(_ line: String) {
        _ = Self.write(2, line + "\n")
    }

    /// Writes to standard error without a line break.
    func status(_ text: String) {
        _ = Self.write(2, text)
    }

    private static func write(_ descriptor: CInt, _ text: String) -> Bool {
        Descriptor.writeAll(Array(text.utf8), to: descriptor)
    }
}

/// A result that could not be put where it was wanted.
struct OutputError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
