import CFFmpeg
public import Transcription

/// Decodes one audio track of one medium into a PCM file, in one pass. Blocks; for a media host's only thread.
public struct MediaDecoder {
    public enum Event {
        case opened(MediaDescription)
        case decoded(samples: Int)
    }

    /// A shorter pause in the timestamps is how containers round.
    private static let shortestGap = 0.25
    /// A longer one without the container's duration to back it is damage.
    private static let longestGap = 60.0
    /// Damaged packets in a row after which the rest is given up.
    private static let mostDamage = 500

    private let input: MediaInput
    private let options: DecodingOptions

    public init(_ input: MediaInput, _ options: DecodingOptions) {
        self.input = input
        self.options = options
        av_log_set_level(AV_LOG_QUIET)
    }

    /// What came of a file.
    public struct Result {
        /// Never zero.
        public var samples: Int
        /// What was wrong with a file that still gave audio.
        public var remark: String?
        /// Where they were asked for and there is more than one channel.
        public var channels: ChannelLevels?

        public init(samples: Int, remark: String? = nil, channels: ChannelLevels? = nil) {
            self.samples = samples
            self.remark = remark
            self.channels = channels
        }
    }

    public func decode(
        into descriptor: CInt, _ report: (Event) throws(DecodingError) -> Void
    ) throws(DecodingError) -> Result {
        try decode(into: DescriptorSink(descriptor), report)
    }

    /// Encodes what it decodes at once.
    public func decode(
        into packer: AudioPacker, _ report: (Event) throws(DecodingError) -> Void
    ) throws(DecodingError) -> Result {
        let result = try decode(into: packer as any SampleSink, report)
        try packer.finish()
        return result
    }

    private func decode(
        into sink: any SampleSink, _ report: (Event) throws(DecodingError) -> Void
    ) throws(DecodingError) -> Result {
        let demuxer = try Demuxer(input, track: options.track)
        let decoder = try TrackDecoder(demuxer.stream)
        try report(.opened(description(demuxer, decoder)))
        var pass = Pass(demuxer: demuxer, sink: sink, options: options)
        var damaged = 0
        var ending: String?
        reading: while !pass.writer.isFull {
            switch try demuxer.next() {
            case .end: break reading
            case .broken(let why):
                ending = why
                break reading
            case .packet(let packet):
                let isWhole = try decoder.decode(packet) { frame throws(DecodingError) in try pass.take(frame) }
                damaged = isWhole ? 0 : damaged + 1
                if !isWhole { pass.damagedPackets += 1 }
                if damaged > Self.mostDamage { break reading }
                if pass.isReportDue { try report(.decoded(samples: pass.flushed())) }
            }
        }
        // The last packet of a PCM file may be padding.
        if damaged == 1 { pass.damagedPackets -= 1 }
        if !pass.writer.isFull { _ = try decoder.decode(nil) { frame throws(DecodingError) in try pass.take(frame) } }
        return try pass.finish(ending: ending)
    }

    private func description(_ demuxer: Demuxer, _ decoder: TrackDecoder) -> MediaDescription {
        let parameters = demuxer.stream.pointee.codecpar.pointee
        return MediaDescription(
            container: demuxer.containerName, codec: decoder.codecName, sampleRate: Int(parameters.sample_rate),
            channels: outputChannels(parameters), audioTracks: demuxer.audioTracks, duration: demuxer.claimedDuration)
    }

    private func outputChannels(_ parameters: AVCodecParameters) -> Int { Int(parameters.ch_layout.nb_channels) }

    /// One pass over a track: where it is on the time line, and what it met.
    private struct Pass {
        private let demuxer: Demuxer
        private let options: DecodingOptions
        private let channels: Int
        private let meter: ChannelMeter?
        let writer: PCMWriter
        var damagedPackets = 0
        private var resampler: Resampler?
        private var reported = 0

        init(demuxer: Demuxer, sink: any SampleSink, options: DecodingOptions) {
            self.demuxer = demuxer
            self.options = options
            let own = Int(demuxer.stream.pointee.codecpar.pointee.ch_layout.nb_channels)
            channels = options.measuresChannels ? min(max(own, 1), 8) : 1
            meter = channels > 1 ? ChannelMeter(into: sink, channels: channels) : nil
            writer = PCMWriter(into: meter ?? sink, channels: channels, options: options)
        }

        /// Often at first, so that recognition starts at once; then every half minute.
        var isReportDue: Bool {
            let news = writer.position - max(reported, 0)
            return news >= PCMFormat.sample(at: writer.position < PCMFormat.sample(at: 60) ? 5 : 30)
        }

        mutating func flushed() throws(DecodingError) -> Int {
            try writer.flush()
            reported = writer.position
            return writer.written
        }

        mutating func take(_ frame: UnsafeMutablePointer<AVFrame>) throws(DecodingError) {
            if resampler?.shape != Resampler.Shape(frame) {
                try drain()
                resampler = try Resampler(for: frame, channels: channels)
            }
            try fillGap(before: frame)
            try resampler?.convert(frame) { samples throws(DecodingError) in try writer.write(samples) }
        }

        /// Keeps times true: silence where the container says that nothing plays, at the start and later.
        private mutating func fillGap(before frame: UnsafeMutablePointer<AVFrame>) throws(DecodingError) {
            guard frame.pointee.best_effort_timestamp != cffmpeg_no_time() else { return }
            let time =
                Double(frame.pointee.best_effort_timestamp) * av_q2d(demuxer.stream.pointee.time_base)
                - demuxer.startTime
            let gap = time - PCMFormat.seconds(writer.position)
            let isBacked = demuxer.claimedDuration.map { time <= $0 + 1 } ?? false
            let threshold = writer.position == 0 ? 0.01 : MediaDecoder.shortestGap
            guard gap.isFinite, gap >= threshold, isBacked || gap <= MediaDecoder.longestGap else { return }
            try drain()
            if writer.position > 0 { resampler = try Resampler(for: frame, channels: channels) }
            try writer.writeSilence(PCMFormat.sample(at: gap))
        }

        private func drain() throws(DecodingError) {
            guard writer.position > 0 else { return }
            try resampler?.drain { samples throws(DecodingError) in try writer.write(samples) }
        }

        func finish(ending: String?) throws(DecodingError) -> Result {
            try drain()
            try writer.flush()
            guard writer.written > 0 else { throw emptiness(ending) }
            meter?.finish()
            return Result(samples: writer.written, remark: remark(ending), channels: meter?.levels)
        }

        private func emptiness(_ ending: String?) -> DecodingError {
            if let ending { return DecodingError(.damaged, "The file is damaged, no audio could be read (\(ending)).") }
            if damagedPackets > 0 { return DecodingError(.damaged, "The file is damaged, no audio could be decoded.") }
            if writer.position > 0 {
                return DecodingError(.nothingDecoded, "The file has no audio in the part that was asked for.")
            }
            return DecodingError(.nothingDecoded, "The file's audio track is empty.")
        }

        private func remark(_ ending: String?) -> String? {
            if let ending { return "The file is damaged and was read only up to \(seconds()) (\(ending))." }
            if damagedPackets > 0 {
                return "The file is damaged; \(damagedPackets) of its packets could not be decoded."
            }
            if let claimed = demuxer.claimedDuration, !writer.isFull,
                PCMFormat.seconds(writer.position) + 2 < claimed * 0.98
            {
                return "The file ends after \(seconds()), although it says that it lasts \(Int(claimed)) s."
            }
            return nil
        }

        private func seconds() -> String { "\(Int(PCMFormat.seconds(writer.position))) s" }
    }
}
