import CFFmpeg
import Transcription

/// Converts frames of one shape to 16 kHz signed 16-bit samples; owns FFmpeg's resampler.
final class Resampler {
    /// What a frame must have in common with the one this was made for.
    struct Shape: Equatable {
        let rate: CInt
        let channels: CInt
        let format: CInt

        init(_ frame: UnsafeMutablePointer<AVFrame>) {
            rate = frame.pointee.sample_rate
            channels = frame.pointee.ch_layout.nb_channels
            format = frame.pointee.format
        }
    }

    let shape: Shape
    private let channels: Int
    private var context: OpaquePointer?
    private var buffer: [Int16] = []

    /// - Parameter channels: of the output; the input's are mixed unless their number is the same.
    init(for frame: UnsafeMutablePointer<AVFrame>, channels: Int) throws(DecodingError) {
        shape = Shape(frame)
        self.channels = channels
        var output = AVChannelLayout()
        var input = AVChannelLayout()
        defer {
            av_channel_layout_uninit(&output)
            av_channel_layout_uninit(&input)
        }
        if frame.pointee.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC {
            av_channel_layout_default(&input, shape.channels)
        } else {
            try FFmpegStatus.check(
                av_channel_layout_copy(&input, &frame.pointee.ch_layout), .unreasonableFormat,
                "The channels are unclear")
        }
        if channels == Int(shape.channels) {
            try FFmpegStatus.check(
                av_channel_layout_copy(&output, &input), .unreasonableFormat, "The channels are unclear")
        } else {
            av_channel_layout_default(&output, CInt(channels))
        }
        try FFmpegStatus.check(
            swr_alloc_set_opts2(
                &context, &output, AV_SAMPLE_FMT_S16, CInt(PCMFormat.sampleRate), &input,
                AVSampleFormat(rawValue: shape.format), shape.rate, 0, nil), .unreasonableFormat,
            "The audio cannot be converted")
        try FFmpegStatus.check(swr_init(context), .unreasonableFormat, "The audio cannot be converted")
    }

    deinit {
        swr_free(&context)
    }

    /// Converts one frame; what the filter holds back comes with the next one.
    func convert(
        _ frame: UnsafeMutablePointer<AVFrame>, _ take: (ArraySlice<Int16>) throws(DecodingError) -> Void
    ) throws(DecodingError) {
        // extended_data holds a pointer for each plane; swr only reads it.
        let planes = UnsafeMutableRawPointer(frame.pointee.extended_data)?
            .assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
        try convert(planes, count: frame.pointee.nb_samples, take)
    }

    /// What the filter still holds.
    func drain(_ take: (ArraySlice<Int16>) throws(DecodingError) -> Void) throws(DecodingError) {
        try convert(nil, count: 0, take)
    }

    private func convert(
        _ planes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, count: CInt,
        _ take: (ArraySlice<Int16>) throws(DecodingError) -> Void
    ) throws(DecodingError) {
        let room = Int(swr_get_out_samples(context, count))
        guard room > 0 else { return }
        if buffer.count < room * channels { buffer = [Int16](repeating: 0, count: room * channels) }
        let converted = buffer.withUnsafeMutableBytes { bytes in
            var plane = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return swr_convert(context, &plane, CInt(room), planes, count)
        }
        try FFmpegStatus.check(converted, .damaged, "The audio cannot be converted")
        try take(buffer[0..<Int(converted) * channels])
    }
}
