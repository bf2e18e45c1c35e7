import CFFmpeg
import Glibc
public import Transcription

/// FFmpeg's view of a medium that may still be arriving: reads by position from one descriptor and waits where the bytes
/// are not there yet. Seeking is always possible, which MP4 files with their index at the end need.
public final class MediaInput {
    private static let bufferSize: CInt = 64 * 1024

    private let descriptor: CInt
    private var extent: MediaExtent
    private let waitForBytes: (Int64) throws(DecodingError) -> MediaExtent
    private var position: Int64 = 0
    /// Why reading stopped, when it was neither the end nor FFmpeg's doing.
    private(set) var failure: DecodingError?
    private(set) var context: UnsafeMutablePointer<AVIOContext>?

    /// - Parameter waitForBytes: waits until the bytes before an offset have arrived, or no more will.
    public init(
        descriptor: CInt, extent: MediaExtent, waitForBytes: @escaping (Int64) throws(DecodingError) -> MediaExtent
    ) throws(DecodingError) {
        self.descriptor = descriptor
        self.extent = extent
        self.waitForBytes = waitForBytes
        guard let buffer = av_malloc(Int(Self.bufferSize)) else { throw FFmpegStatus.memory() }
        // The context does not keep this object alive; whoever reads holds both.
        let reference = Unmanaged.passUnretained(self).toOpaque()
        context = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Self.bufferSize, 0, reference, readMedia, nil, seekMedia)
        if context == nil {
            av_free(buffer)
            throw FFmpegStatus.memory()
        }
    }

    deinit {
        // FFmpeg may have replaced the buffer it was given.
        if let context { av_free(context.pointee.buffer) }
        avio_context_free(&context)
    }

    /// Nothing has come and nothing will.
    var isEmpty: Bool { extent.isComplete && extent.available == 0 }

    /// All of it is there.
    var isComplete: Bool { extent.isComplete }

    fileprivate func read(into buffer: UnsafeMutablePointer<UInt8>, count: Int) -> CInt {
        do throws(DecodingError) {
            while position >= extent.available, !extent.isComplete {
                extent = try waitForBytes(position + 1)
            }
        } catch {
            failure = error
            return cffmpeg_exit()
        }
        let wanted = min(Int64(count), extent.available - position)
        guard wanted > 0 else { return cffmpeg_end() }
        while true {
            let length = pread(descriptor, buffer, Int(wanted), off_t(position))
            if length > 0 {
                position += Int64(length)
                return CInt(length)
            }
            // A file that shrank while it was read ends here.
            if length == 0 { return cffmpeg_end() }
            if errno != EINTR { return cffmpeg_error(errno) }
        }
    }

    fileprivate func seek(to offset: Int64, from whence: CInt) -> Int64 {
        let unknown = Int64(cffmpeg_error(ENOSYS))
        let target: Int64
        switch whence & ~AVSEEK_FORCE {
        case AVSEEK_SIZE: return extent.isComplete ? extent.available : unknown
        case SEEK_SET: target = offset
        case SEEK_CUR: target = position &+ offset
        case SEEK_END where extent.isComplete: target = extent.available &+ offset
        default: return unknown
        }
        guard target >= 0 else { return Int64(cffmpeg_error(EINVAL)) }
        position = target
        return target
    }
}

private func readMedia(_ opaque: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ count: CInt)
    -> CInt
{
    guard let opaque, let buffer else { return cffmpeg_error(EINVAL) }
    return Unmanaged<MediaInput>.fromOpaque(opaque).takeUnretainedValue().read(into: buffer, count: Int(count))
}

private func seekMedia(_ opaque: UnsafeMutableRawPointer?, _ offset: Int64, _ whence: CInt) -> Int64 {
    guard let opaque else { return Int64(cffmpeg_error(EINVAL)) }
    return Unmanaged<MediaInput>.fromOpaque(opaque).takeUnretainedValue().seek(to: offset, from: whence)
}
