import CSystem
import Glibc
import HostProcesses
import Transcripts

/// Where transcripts go.
enum OutputDestination: Sendable, Equatable {
    case standardOutput
    case file(RawWord)
    case folder(RawWord)

    /// - Parameters:
    ///   - wish: the value of `--output`.
    ///   - files: how many files are transcribed, `formats` into how many formats each.
    init(_ wish: RawWord?, files: Int, formats: Int) throws(UsageError) {
        guard let wish, wish != "-" else {
            guard formats == 1 else { throw UsageError("several formats need --output with a folder") }
            self = .standardOutput
            return
        }
        guard !wish.bytes.isEmpty else { throw UsageError("--output needs a name") }
        var status = stat()
        let isFolder = stat(wish.path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        if isFolder || wish.endsWithSlash {
            self = .folder(wish)
        } else if files == 1, formats == 1 {
            self = .file(wish)
        } else {
            throw UsageError("several files or formats need --output with a folder; end its name with a slash")
        }
    }

    /// Checked before the work: a transcript that cannot be put anywhere is an hour lost.
    func prepare() throws(OutputError) {
        switch self {
        case .standardOutput: return
        case .file(let path): try Self.checkWritable(path.folder)
        case .folder(let path):
            if mkdir(path.path, 0o777) != 0, errno != EEXIST {
                throw OutputError("the folder \(path.display) cannot be made: \(String(cString: strerror(errno)))")
            }
            try Self.checkWritable(path)
        }
    }

    private static func checkWritable(_ folder: RawWord) throws(OutputError) {
        guard access(folder.path, W_OK | X_OK) == 0 else {
            throw OutputError("the folder \(folder.display) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    /// The file for one transcript; `nil` for standard output.
    func path(for input: RawWord, _ format: OutputFormat) -> RawWord? {
        switch self {
        case .standardOutput: nil
        case .file(let path): path
        case .folder(let folder):
            folder.appending((input == "-" ? "stdin" : input.stem).appending(extension: format.fileExtension))
        }
    }
}

/// Writes a file so that it is there whole or not at all.
enum WholeFile {
    static func write(_ text: String, to path: RawWord) throws(OutputError) {
        let part = path.folder.appending(
            RawWord(
                bytes: RawWord(".").bytes + path.lastComponent.bytes.prefix(200) + RawWord(".\(getpid()).part").bytes))
        let descriptor = csystem_open(part.path, O_WRONLY | O_CREAT | O_EXCL, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        let isWritten = Descriptor.writeAll(Array(text.utf8), to: descriptor) && fsync(descriptor) == 0
        let number = errno
        close(descriptor)
        errno = number
        guard isWritten, rename(part.path, path.path) == 0 else {
            let error = failure(path)
            unlink(part.path)
            throw error
        }
    }

    private static func failure(_ path: RawWord) -> OutputError {
        OutputError("\(path.display) cannot be written: \(String(cString: strerror(errno)))")
    }
}
