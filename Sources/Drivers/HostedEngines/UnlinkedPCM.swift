import CSystem
import Glibc
import HostProcesses
import Transcription

/// A file without a name for decoded audio: it is gone when the last process lets go of it, however that happens.
final class UnlinkedFile: Sendable {
    let writing: Descriptor
    let reading: Descriptor

    /// Makes the file in `folder`, on whose disk the audio takes 115 MB an hour and channel.
    init(folder: String) throws(DecodingError) {
        let raw = csystem_open_unlinked(folder)
        guard raw >= 0 else {
            throw DecodingError(
                errno == ENOSPC ? .diskFull : .hostUnavailable,
                "No working file can be made in the data folder (\(String(cString: strerror(errno)))).")
        }
        writing = Descriptor(owning: raw)
        // Engines get the file without the right to change it.
        let again = csystem_open("/proc/self/fd/\(raw)", O_RDONLY, 0)
        guard again >= 0 else {
            throw DecodingError(.hostUnavailable, "/proc is not mounted; it is needed to hand files to the engines.")
        }
        reading = Descriptor(owning: again)
    }
}

/// Decoded audio in an unlinked file.
struct UnlinkedPCM: PCM {
    let file: UnlinkedFile
    let channels: Int

    var descriptor: CInt { file.reading.raw }
}
