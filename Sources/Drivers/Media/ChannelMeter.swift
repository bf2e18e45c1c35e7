import Glibc
import Transcription

/// Mixes channels to one and notes how loud each of them is.
final class ChannelMeter: SampleSink {
    private let sink: any SampleSink
    private let channels: Int
    private(set) var levels: ChannelLevels
    /// Squares of the frame that is not full yet, channel by channel.
    private var sums: [Double]
    private var count = 0

    init(into sink: any SampleSink, channels: Int) {
        self.sink = sink
        self.channels = channels
        levels = ChannelLevels(channels: channels)
        sums = [Double](repeating: 0, count: channels)
    }

    func take(_ samples: ArraySlice<Int16>) throws(DecodingError) {
        var mixed: [Int16] = []
        mixed.reserveCapacity(samples.count / channels)
        var index = samples.startIndex
        while index + channels <= samples.endIndex {
            var sum = 0
            for channel in 0..<channels {
                let value = Int(samples[index + channel])
                sum += value
                sums[channel] += Double(value * value)
            }
            mixed.append(Int16(sum / channels))
            index += channels
            count += 1
            if count == ChannelLevels.frame { closeFrame() }
        }
        try sink.take(mixed[...])
    }

    /// What has come since the last full frame counts as one.
    func finish() { if count > 0 { closeFrame() } }

    private func closeFrame() {
        for channel in sums.indices {
            let level = 10 * log10(max(sums[channel] / Double(count) / (32768 * 32768), 1e-13))
            levels.levels.append(UInt8(min(max(((level + 127.5) * 2).rounded(), 0), 255)))
            sums[channel] = 0
        }
        count = 0
    }
}
