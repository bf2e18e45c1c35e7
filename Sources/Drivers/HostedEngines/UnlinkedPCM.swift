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

    var descriptor: CInt { file.reading.raw }
}

extension UnlinkedFile {
    /// What a media host wrote about its channels; `nil` where it is not what it should be.
    func levels(channels: Int, _ samples: Int) -> ChannelLevels? {
        let frames = (samples + ChannelLevels.frame - 1) / ChannelLevels.frame
        guard (2...8).contains(channels), frames > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: frames * channels)
        var done = 0
        while done < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                pread(reading.raw, $0.baseAddress?.advanced(by: done), $0.count - done, off_t(done))
            }
            guard got > 0 || (got < 0 && errno == EINTR) else { return nil }
            done += max(0, got)
        }
        return ChannelLevels(channels: channels, levels: bytes)
    }
}
