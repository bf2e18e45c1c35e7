import CFFmpeg
import Glibc
public import Transcription

/// Encodes 16 kHz mono samples and writes a file of the wished format to a descriptor that cannot seek: a pipe to
/// whoever sends it on. Owns FFmpeg's encoder, resampler and muxer. Blocks while the reader does.
public final class AudioPacker {
    private static let bufferSize: CInt = 16 * 1024

    private let descriptor: CInt
    private var codec: UnsafeMutablePointer<AVCodecContext>?
    private var container: UnsafeMutablePointer<AVFormatContext>?
    private var frame: UnsafeMutablePointer<AVFrame>?
    private var packet: UnsafeMutablePointer<AVPacket>?
    private var resampler: OpaquePointer?
    /// Samples, in the encoder's rate, that do not fill a frame yet.
    private var waiting: [Int16] = []
    private var position: Int64 = 0
    /// Samples of the input that were taken.
    public private(set) var samples = 0
    fileprivate var failure: CInt = 0

    /// Opens the encoder and writes the container's head.
    public init(into descriptor: CInt, _ settings: EncodingSettings) throws(DecodingError) {
        self.descriptor = descriptor
        do throws(DecodingError) {
            try openCodec(settings)
            try openContainer(settings.format)
            if settings.sampleRate != PCMFormat.sampleRate { try openResampler(settings.sampleRate) }
            frame = av_frame_alloc()
            packet = av_packet_alloc()
            guard frame != nil, packet != nil else { throw FFmpegStatus.memory() }
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    private func close() {
        if let container, let context = container.pointee.pb {
            av_free(context.pointee.buffer)
            avio_context_free(&container.pointee.pb)
        }
        avformat_free_context(container)
        container = nil
        avcodec_free_context(&codec)
        av_frame_free(&frame)
        av_packet_free(&packet)
        swr_free(&resampler)
    }

    // MARK: - Opening

    private func openCodec(_ settings: EncodingSettings) throws(DecodingError) {
        let name = EncoderNames.encoder(settings.format)
        guard let encoder = avcodec_find_encoder_by_name(name), let context = avcodec_alloc_context3(encoder) else {
            throw DecodingError(.hostUnavailable, "FFmpeg here cannot write \(settings.format.rawValue) (\(name)).")
        }
        codec = context
        context.pointee.sample_rate = CInt(settings.sampleRate)
        context.pointee.bit_rate = Int64(settings.bitrate)
        context.pointee.time_base = AVRational(num: 1, den: CInt(settings.sampleRate))
        context.pointee.sample_fmt = EncoderNames.sampleFormat(settings.format)
        context.pointee.thread_count = 1
        av_channel_layout_default(&context.pointee.ch_layout, 1)
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        for (key, value) in EncoderNames.options(settings) { av_dict_set(&options, key, value, 0) }
        try FFmpegStatus.check(
            avcodec_open2(context, encoder, &options), .hostUnavailable, "The encoder does not take these settings")
    }

    private func openContainer(_ format: AudioFormat) throws(DecodingError) {
        try FFmpegStatus.check(
            avformat_alloc_output_context2(&container, nil, EncoderNames.muxer(format), nil), .hostUnavailable,
            "FFmpeg here cannot write this container")
        guard let container, let codec, let stream = avformat_new_stream(container, nil) else {
            throw FFmpegStatus.memory()
        }
        guard let buffer = av_malloc(Int(Self.bufferSize)) else { throw FFmpegStatus.memory() }
        // The context does not keep this object alive; whoever writes holds both.
        container.pointee.pb = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Self.bufferSize, 1, Unmanaged.passUnretained(self).toOpaque(),
            nil, writeEncoded, nil)
        guard container.pointee.pb != nil else {
            av_free(buffer)
            throw FFmpegStatus.memory()
        }
        container.pointee.pb.pointee.seekable = 0
        container.pointee.flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT
        stream.pointee.time_base = codec.pointee.time_base
        try FFmpegStatus.check(
            avcodec_parameters_from_context(stream.pointee.codecpar, codec), .hostUnavailable,
            "The encoder's settings cannot be written")
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        // What would be filled in at the end cannot be: a pipe does not go back.
        if format == .mp3 {
            av_dict_set(&options, "write_xing", "0", 0)
            av_dict_set(&options, "id3v2_version", "0", 0)
        }
        try check(avformat_write_header(container, &options))
    }

    private func openResampler(_ rate: Int) throws(DecodingError) {
        var mono = AVChannelLayout()
        var monoToo = AVChannelLayout()
        av_channel_layout_default(&mono, 1)
        av_channel_layout_default(&monoToo, 1)
        defer {
            av_channel_layout_uninit(&mono)
            av_channel_layout_uninit(&monoToo)
        }
        try FFmpegStatus.check(
            swr_alloc_set_opts2(
                &resampler, &mono, AV_SAMPLE_FMT_S16, CInt(rate), &monoToo, AV_SAMPLE_FMT_S16,
                CInt(PCMFormat.sampleRate), 0, nil), .hostUnavailable, "The audio cannot be converted")
        try FFmpegStatus.check(swr_init(resampler), .hostUnavailable, "The audio cannot be converted")
    }

    // MARK: - Encoding

    /// Takes samples in order. Throws when the reader is gone.
    public func write(_ news: ArraySlice<Int16>) throws(DecodingError) {
        samples += news.count
        if resampler != nil { try resample(news) } else { waiting += news }
        try encodeFrames(isLast: false)
    }

    /// Writes what is left and the container's end.
    public func finish() throws(DecodingError) {
        if resampler != nil { try resample([]) }
        try encodeFrames(isLast: true)
        try send(nil)
        try check(av_write_trailer(container))
        avio_flush(container?.pointee.pb)
        try check(0)
    }

    private func resample(_ news: ArraySlice<Int16>) throws(DecodingError) {
        let room = Int(swr_get_out_samples(resampler, CInt(news.count)))
        guard room > 0 else { return }
        let before = waiting.count
        waiting += [Int16](repeating: 0, count: room)
        let count = waiting.withUnsafeMutableBytes { output in
            news.withUnsafeBytes { input in
                var target = output.baseAddress?.advanced(by: before * 2).assumingMemoryBound(to: UInt8.self)
                var source = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return withUnsafeMutablePointer(to: &source) { pointer in
                    pointer.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: 1) {
                        swr_convert(resampler, &target, CInt(room), news.isEmpty ? nil : $0, CInt(news.count))
                    }
                }
            }
        }
        waiting.removeLast(room - max(0, Int(count)))
        try FFmpegStatus.check(count, .damaged, "The audio cannot be converted")
    }

    private func encodeFrames(isLast: Bool) throws(DecodingError) {
        let size = codec.map { Int($0.pointee.frame_size) } ?? 0
        let length = size > 0 ? size : 4096
        var start = 0
        while waiting.count - start >= length || (isLast && waiting.count > start) {
            let end = min(start + length, waiting.count)
            try encode(waiting[start..<end], frameSize: length)
            start = end
        }
        waiting.removeFirst(start)
    }

    private func encode(_ part: ArraySlice<Int16>, frameSize: Int) throws(DecodingError) {
        guard let codec, let frame else { return }
        av_frame_unref(frame)
        frame.pointee.nb_samples = CInt(part.count)
        frame.pointee.format = codec.pointee.sample_fmt.rawValue
        frame.pointee.sample_rate = codec.pointee.sample_rate
        try FFmpegStatus.check(
            av_channel_layout_copy(&frame.pointee.ch_layout, &codec.pointee.ch_layout), .crashed, "No memory")
        try FFmpegStatus.check(av_frame_get_buffer(frame, 0), .crashed, "No memory")
        fill(frame, part, codec.pointee.sample_fmt)
        frame.pointee.pts = position
        position += Int64(part.count)
        try send(frame)
    }

    private func fill(_ frame: UnsafeMutablePointer<AVFrame>, _ part: ArraySlice<Int16>, _ format: AVSampleFormat) {
        guard let data = frame.pointee.data.0 else { return }
        part.withUnsafeBufferPointer { samples in
            if format == AV_SAMPLE_FMT_S16P || format == AV_SAMPLE_FMT_S16 {
                data.withMemoryRebound(to: Int16.self, capacity: samples.count) { target in
                    for index in samples.indices { target[index] = samples[index] }
                }
            } else {
                data.withMemoryRebound(to: Float.self, capacity: samples.count) { target in
                    for index in samples.indices { target[index] = Float(samples[index]) / 32_768 }
                }
            }
        }
    }

    /// `nil` drains the encoder.
    private func send(_ frame: UnsafeMutablePointer<AVFrame>?) throws(DecodingError) {
        guard let codec, let packet, let container else { return }
        try FFmpegStatus.check(avcodec_send_frame(codec, frame), .crashed, "The audio could not be encoded")
        while true {
            let status = avcodec_receive_packet(codec, packet)
            if status == cffmpeg_again() || status == cffmpeg_end() { return }
            try FFmpegStatus.check(status, .crashed, "The audio could not be encoded")
            packet.pointee.stream_index = 0
            if let stream = container.pointee.streams[0] {
                av_packet_rescale_ts(packet, codec.pointee.time_base, stream.pointee.time_base)
            }
            let written = av_write_frame(container, packet)
            av_packet_unref(packet)
            try check(written)
        }
    }

    /// The reader's going is what matters, whatever FFmpeg makes of it.
    private func check(_ status: CInt) throws(DecodingError) {
        if failure != 0 {
            throw DecodingError(.cancelled, "Nobody reads the encoded audio (\(String(cString: strerror(failure)))).")
        }
        try FFmpegStatus.check(status, .crashed, "The encoded audio could not be written")
    }

    fileprivate func take(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> CInt {
        var done = 0
        while done < count {
            let written = Glibc.write(descriptor, bytes + done, count - done)
            if written > 0 {
                done += written
            } else if errno != EINTR {
                failure = errno
                return cffmpeg_error(errno)
            }
        }
        return CInt(count)
    }
}

private func writeEncoded(_ opaque: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<UInt8>?, _ count: CInt)
    -> CInt
{
    guard let opaque, let bytes else { return cffmpeg_error(EINVAL) }
    return Unmanaged<AudioPacker>.fromOpaque(opaque).takeUnretainedValue().take(bytes, Int(count))
}

/// FFmpeg's names for what is written.
private enum EncoderNames {
    static func encoder(_ format: AudioFormat) -> String {
        switch format {
        case .opus: "libopus"
        case .mp3: "libmp3lame"
        case .flac: "flac"
        }
    }

    static func muxer(_ format: AudioFormat) -> String { format == .opus ? "ogg" : format.rawValue }

    static func sampleFormat(_ format: AudioFormat) -> AVSampleFormat {
        switch format {
        case .opus, .flac: AV_SAMPLE_FMT_S16
        case .mp3: AV_SAMPLE_FMT_S16P
        }
    }

    /// Long packets: fewer bytes for the container. A variable rate that stays near the wished one. From 48 kbit/s on
    /// Opus's other coder takes less than half the time for the same words, and a low complexity loses nothing that a
    /// recogniser hears at 16 kHz.
    static func options(_ settings: EncodingSettings) -> [(String, String)] {
        switch settings.format {
        case .opus:
            [
                ("application", settings.bitrate >= 48_000 ? "audio" : "voip"), ("frame_duration", "60"),
                ("vbr", "constrained"), ("compression_level", "2"),
            ]
        case .mp3: [("compression_level", "5"), ("abr", "0")]
        case .flac: [("compression_level", "5")]
        }
    }
}
