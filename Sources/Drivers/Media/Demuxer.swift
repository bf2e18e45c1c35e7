import CFFmpeg
import Transcription

/// An opened container with one audio track chosen; owns FFmpeg's format context.
final class Demuxer {
    private let input: MediaInput
    private var context: UnsafeMutablePointer<AVFormatContext>?
    /// The chosen track.
    let stream: UnsafeMutablePointer<AVStream>
    let audioTracks: Int
    private var packet: UnsafeMutablePointer<AVPacket>?

    init(_ input: MediaInput, track: Int?) throws(DecodingError) {
        self.input = input
        let format = try Self.probe(input)
        let context = try Self.open(input, format)
        do throws(DecodingError) {
            let audio = Self.audioStreams(context)
            stream = try Self.choose(track, among: audio, hasStreams: context.pointee.nb_streams > 0)
            audioTracks = audio.count
            packet = av_packet_alloc()
            guard packet != nil else { throw FFmpegStatus.memory() }
        } catch {
            var closing: UnsafeMutablePointer<AVFormatContext>? = context
            avformat_close_input(&closing)
            throw error
        }
        for index in 0..<Int(context.pointee.nb_streams) {
            guard let other = context.pointee.streams[index] else { continue }
            other.pointee.discard = other == stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL
        }
        self.context = context
    }

    deinit {
        av_packet_free(&packet)
        avformat_close_input(&context)
    }

    var containerName: String {
        guard let name = context?.pointee.iformat.pointee.name else { return "" }
        return String(cString: name)
    }

    /// Seconds the container claims to last.
    var claimedDuration: Double? {
        guard let context else { return nil }
        if context.pointee.duration > 0 { return Double(context.pointee.duration) / Double(AV_TIME_BASE) }
        guard stream.pointee.duration > 0 else { return nil }
        return Double(stream.pointee.duration) * av_q2d(stream.pointee.time_base)
    }

    /// The time on the container's clock at which it begins to play, in seconds.
    var startTime: Double {
        guard let context, context.pointee.start_time != cffmpeg_no_time() else { return 0 }
        return Double(context.pointee.start_time) / Double(AV_TIME_BASE)
    }

    enum Next {
        case packet(UnsafeMutablePointer<AVPacket>)
        case end
        /// The rest cannot be read.
        case broken(String)
    }

    /// The chosen track's next packet, valid until the next call.
    func next() throws(DecodingError) -> Next {
        guard let context, let packet else { return .end }
        while true {
            av_packet_unref(packet)
            let status = av_read_frame(context, packet)
            if let failure = input.failure { throw failure }
            if status == cffmpeg_end() {
                // A read error inside the container also ends as EOF; the I/O context remembers it.
                let hidden = context.pointee.pb.pointee.error
                return hidden < 0 && hidden != cffmpeg_end() ? .broken(FFmpegStatus.text(hidden)) : .end
            }
            if status == cffmpeg_again() { continue }
            if status < 0 { return .broken(FFmpegStatus.text(status)) }
            if packet.pointee.stream_index == stream.pointee.index { return .packet(packet) }
        }
    }

    // MARK: - Opening

    /// Finds out what the bytes are, by content alone, and refuses what is not on the list before it is opened.
    private static func probe(_ input: MediaInput) throws(DecodingError) -> UnsafePointer<AVInputFormat> {
        var format: UnsafePointer<AVInputFormat>?
        let status = av_probe_input_buffer2(input.context, &format, nil, nil, 0, 0)
        if let failure = input.failure { throw failure }
        if input.isEmpty { throw DecodingError(.empty, "The file is empty.") }
        guard status >= 0, let format, let name = format.pointee.name else {
            throw DecodingError(.notMedia, "This is not a media file that can be recognised.")
        }
        let names = String(cString: name)
        guard AllowedFormats.allows(demuxer: names) else {
            throw DecodingError(
                .unsupportedContainer,
                "Files of the kind “\(names)” are not accepted: send the audio or video itself, not a playlist, text or picture."
            )
        }
        return format
    }

    private static func open(
        _ input: MediaInput, _ format: UnsafePointer<AVInputFormat>
    ) throws(DecodingError) -> UnsafeMutablePointer<AVFormatContext> {
        var context: UnsafeMutablePointer<AVFormatContext>? = avformat_alloc_context()
        guard let allocated = context else { throw FFmpegStatus.memory() }
        allocated.pointee.pb = input.context
        allocated.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        allocated.pointee.max_streams = CInt(AllowedFormats.mostStreams)
        // Second indexes at the end of a file that still arrives would be waited for; reading from front to back does
        // not need them.
        if !input.isComplete { allocated.pointee.flags |= AVFMT_FLAG_IGNIDX }
        // No format may open anything else, whatever it refers to.
        allocated.pointee.io_open = { _, _, _, _, _ in cffmpeg_error(EACCES) }
        allocated.pointee.codec_whitelist = av_strdup(AllowedFormats.decoders.joined(separator: ","))
        allocated.pointee.format_whitelist = av_strdup(AllowedFormats.demuxers.sorted().joined(separator: ","))

        let opened = avformat_open_input(&context, nil, format, nil)  // frees the context when it fails
        if let failure = input.failure {
            avformat_close_input(&context)
            throw failure
        }
        try FFmpegStatus.check(opened, .damaged, "The file is damaged or incomplete, its index cannot be read")
        guard let context else { throw FFmpegStatus.memory() }
        let described = avformat_find_stream_info(context, nil)
        if described < 0 || input.failure != nil {
            var closing: UnsafeMutablePointer<AVFormatContext>? = context
            avformat_close_input(&closing)
            if let failure = input.failure { throw failure }
            try FFmpegStatus.check(described, .damaged, "The file is damaged or incomplete, its streams cannot be read")
        }
        return context
    }

    private static func audioStreams(
        _ context: UnsafeMutablePointer<AVFormatContext>
    ) -> [UnsafeMutablePointer<AVStream>] {
        (0..<Int(context.pointee.nb_streams)).compactMap { index in
            guard let stream = context.pointee.streams[index],
                stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
            else { return nil }
            return stream
        }
    }

    private static func choose(
        _ track: Int?, among audio: [UnsafeMutablePointer<AVStream>], hasStreams: Bool
    ) throws(DecodingError) -> UnsafeMutablePointer<AVStream> {
        guard let first = audio.first else {
            throw DecodingError(.noAudio, hasStreams ? "The file has no audio track." : "The file has no track at all.")
        }
        guard let track else { return first }
        guard audio.indices.contains(track - 1) else {
            let tracks = audio.count == 1 ? "one audio track" : "\(audio.count) audio tracks"
            throw DecodingError(.noSuchTrack, "The file has \(tracks); there is no track \(track).")
        }
        return audio[track - 1]
    }
}
