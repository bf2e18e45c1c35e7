import Glibc
import Transcription

/// Where decoded samples go.
protocol SampleSink: AnyObject {
    /// Takes interleaved samples in order.
    func take(_ samples: ArraySlice<Int16>) throws(DecodingError)
}

/// A file, or whatever else a descriptor leads to.
final class DescriptorSink: SampleSink {
    private let descriptor: CInt

    init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    func take(_ samples: ArraySlice<Int16>) throws(DecodingError) {
        var offset = 0
        let bytes = samples.count * PCMFormat.bytesPerSample
        while offset < bytes {
            let count = samples.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), bytes - offset)
            }
            if count > 0 {
                offset += count
            } else if errno != EINTR {
                throw Self.failure(errno)
            }
        }
    }

    private static func failure(_ number: CInt) -> DecodingError {
        switch number {
        case ENOSPC, EDQUOT, EFBIG:
            DecodingError(.diskFull, "There is no room on the disk for the decoded audio.")
        default:
            DecodingError(
                .sourceFailed, "The decoded audio could not be written (\(String(cString: strerror(number)))).")
        }
    }
}

extension AudioPacker: SampleSink {
    func take(_ samples: ArraySlice<Int16>) throws(DecodingError) { try write(samples) }
}
