import CFFmpeg
import Transcription

/// Turns packets of one track into frames of samples; owns FFmpeg's codec context.
final class TrackDecoder {
    private var context: UnsafeMutablePointer<AVCodecContext>?
    private var frame: UnsafeMutablePointer<AVFrame>?

    init(_ stream: UnsafeMutablePointer<AVStream>) throws(DecodingError) {
        guard let parameters = stream.pointee.codecpar, let codec = avcodec_find_decoder(parameters.pointee.codec_id),
            AllowedFormats.decoders.contains(String(cString: codec.pointee.name))
        else { throw DecodingError(.unsupportedCodec, "The audio is in a coding that is not supported.") }
        try Self.checkShape(
            rate: parameters.pointee.sample_rate, channels: parameters.pointee.ch_layout.nb_channels,
            mayBeUnknown: true)
        context = avcodec_alloc_context3(codec)
        frame = av_frame_alloc()
        guard let context, frame != nil else { throw FFmpegStatus.memory() }
        context.pointee.thread_count = 1
        context.pointee.pkt_timebase = stream.pointee.time_base
        do throws(DecodingError) {
            try FFmpegStatus.check(avcodec_parameters_to_context(context, parameters), .damaged, "The audio is damaged")
            try FFmpegStatus.check(avcodec_open2(context, codec, nil), .damaged, "The audio cannot be decoded")
        } catch {
            avcodec_free_context(&self.context)
            av_frame_free(&frame)
            throw error
        }
    }

    deinit {
        avcodec_free_context(&context)
        av_frame_free(&frame)
    }

    var codecName: String {
        guard let name = context?.pointee.codec.pointee.name else { return "" }
        return String(cString: name)
    }

    /// Refuses a claimed shape before any memory depends on it.
    static func checkShape(rate: CInt, channels: CInt, mayBeUnknown: Bool = false) throws(DecodingError) {
        if mayBeUnknown, rate == 0, channels == 0 { return }
        guard AllowedFormats.sampleRates.contains(Int(rate)), AllowedFormats.channels.contains(Int(channels)) else {
            throw DecodingError(
                .unreasonableFormat,
                "The file claims \(rate) samples a second in \(channels) channels, which no recording has.")
        }
    }

    /// Decodes one packet (`nil` drains) and hands over each frame. Returns `false` when the packet was damaged.
    func decode(
        _ packet: UnsafeMutablePointer<AVPacket>?,
        _ take: (UnsafeMutablePointer<AVFrame>) throws(DecodingError) -> Void
    ) throws(DecodingError) -> Bool {
        guard let context, let frame else { return false }
        let sent = avcodec_send_packet(context, packet)
        // Damage to one packet is not the end of the track.
        if sent < 0, sent != cffmpeg_again(), sent != cffmpeg_end() { return false }
        while true {
            let received = avcodec_receive_frame(context, frame)
            if received == cffmpeg_again() || received == cffmpeg_end() { return true }
            if received < 0 { return false }
            defer { av_frame_unref(frame) }
            try Self.checkShape(rate: frame.pointee.sample_rate, channels: frame.pointee.ch_layout.nb_channels)
            try take(frame)
        }
    }
}
