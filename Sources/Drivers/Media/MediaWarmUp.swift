import CFFmpeg
import Glibc
import Transcription

/// Does once, on nothing of anybody's, what the first file would otherwise pay for: pages of libraries, tables of codecs,
/// filters of the resampler. For a host that waits for its file.
public enum MediaWarmUp {
    /// What people send most.
    private static let codecs = [AV_CODEC_ID_OPUS, AV_CODEC_ID_AAC, AV_CODEC_ID_MP3]

    /// - Parameters:
    ///   - scratch: an empty file, open for reading and writing, without a name.
    ///   - sink: a descriptor that swallows what is written to it.
    public static func run(scratch: CInt, sink: CInt) {
        for codec in codecs { openDecoder(codec) }
        let wave = silence()
        guard wave.withUnsafeBytes({ pwrite(scratch, $0.baseAddress, $0.count, 0) }) == wave.count else { return }
        let extent = MediaExtent(available: Int64(wave.count), isComplete: true)
        do throws(DecodingError) {
            let input = try MediaInput(descriptor: scratch, extent: extent) { _ throws(DecodingError) in extent }
            _ = try MediaDecoder(input, DecodingOptions()).decode(into: sink) { _ in }
        } catch {
            // Nothing depends on it: the file that comes will meet the same fault and report it.
        }
    }

    private static func openDecoder(_ codec: AVCodecID) {
        guard let decoder = avcodec_find_decoder(codec) else { return }
        var context = avcodec_alloc_context3(decoder)
        context?.pointee.sample_rate = 48_000
        if let context { av_channel_layout_default(&context.pointee.ch_layout, 2) }
        avcodec_open2(context, decoder, nil)
        avcodec_free_context(&context)
    }

    /// A tenth of a second of stereo float silence at 48 kHz, as WAV.
    private static func silence() -> [UInt8] {
        let (rate, channels, width) = (48_000, 2, 4)
        let length = rate / 10 * channels * width
        func little(_ value: Int, _ bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        let format =
            little(3, 2) + little(channels, 2) + little(rate, 4) + little(rate * channels * width, 4)
            + little(channels * width, 2) + little(width * 8, 2)
        return Array("RIFF".utf8) + little(36 + length, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + format
            + Array("data".utf8) + little(length, 4) + [UInt8](repeating: 0, count: length)
    }
}
