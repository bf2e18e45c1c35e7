import CSystem
import Glibc
import HostProcesses
public import Transcription

/// A file on disk that is complete. It is opened once and read by position.
public final class MediaFile: MediaSource {
    private let file: Descriptor
    public let extent: MediaExtent

    public var descriptor: CInt { file.raw }

    /// - Parameter path: ending in a zero byte; file names need not be text.
    public init(path: [CChar]) throws(DecodingError) {
        let raw = csystem_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0)
        guard raw >= 0 else { throw Self.failure(errno) }
        file = Descriptor(owning: raw)
        var status = stat()
        guard fstat(raw, &status) == 0 else { throw Self.failure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw DecodingError(.notMedia, isFolder ? "This is a folder." : "This is not a regular file.")
        }
        extent = MediaExtent(available: Int64(status.st_size), isComplete: true)
    }

    public func wait(forBytesBefore end: Int64) async throws -> MediaExtent { extent }

    private static func failure(_ number: CInt) -> DecodingError {
        switch number {
        case ENOENT: DecodingError(.sourceFailed, "There is no such file.")
        case EACCES, EPERM: DecodingError(.sourceFailed, "The file may not be read.")
        default: DecodingError(.sourceFailed, "The file cannot be opened (\(String(cString: strerror(number)))).")
        }
    }
}
