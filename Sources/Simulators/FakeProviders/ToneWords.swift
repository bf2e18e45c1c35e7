internal import Foundation

/// Speech for machines: each word is a short chord whose four tones spell a number from 0 to 4095, so that the fakes
/// can hear which words an upload holds, and when, after any honest coding.
public enum ToneWords {
    static let rate = 16_000
    /// Seconds of one word.
    public static let length = 0.32
    /// The loudest sample of silence, and the quietest window of sound.
    private static let threshold = 0.02

    public struct Heard: Sendable, Hashable {
        /// `nil` for a word that was cut.
        public let number: Int?
        public let start: Double
        public let end: Double
    }

    /// 16 kHz samples with word `n` beginning at `starts[n]` seconds.
    public static func samples(starts: [Double], seconds: Double) -> [Int16] {
        var samples = [Int16](repeating: 0, count: Int(seconds * Double(rate)))
        let count = Int(length * Double(rate))
        for (number, start) in starts.enumerated() {
            let first = Int(start * Double(rate))
            let tones = frequencies(number)
            for index in 0..<count where first + index < samples.count {
                let time = Double(index) / Double(rate)
                // Soft edges keep the chord out of other bands.
                let edge = min(1, min(time, length - time) / 0.01)
                let value = tones.reduce(0) { $0 + sin(2 * .pi * $1 * time) } * 0.2 * max(0, edge)
                samples[first + index] = Int16(value * 32_000)
            }
        }
        return samples
    }

    private static func frequencies(_ number: Int) -> [Double] {
        (0..<4).map { band in frequency(band, (number >> (band * 3)) & 7) }
    }

    private static func frequency(_ band: Int, _ digit: Int) -> Double { 400 + Double(band * 8 + digit) * 75 }

    /// The words in samples, whole ones with their numbers.
    static func listen(_ samples: [Int16]) -> [Heard] {
        let window = rate / 100
        var heard: [Heard] = []
        var begin: Int?
        let windows = samples.count / window
        for index in 0...windows {
            let isLoud = index < windows && level(samples, index * window, window) > threshold
            if isLoud, begin == nil { begin = index }
            if !isLoud, let first = begin {
                begin = nil
                heard += words(samples, first * window..<index * window)
            }
        }
        return heard
    }

    private static func level(_ samples: [Int16], _ start: Int, _ count: Int) -> Double {
        var sum = 0.0
        for index in start..<start + count { sum += Double(samples[index]) * Double(samples[index]) }
        return (sum / Double(count)).squareRoot() / 32_768
    }

    private static func words(_ samples: [Int16], _ range: Range<Int>) -> [Heard] {
        let seconds = Double(range.count) / Double(rate)
        guard seconds > 0.03 else { return [] }
        let isWhole = seconds > length * 0.8 && seconds < length * 1.4
        let number = isWhole ? spelled(samples, range) : nil
        return [
            Heard(
                number: number, start: Double(range.lowerBound) / Double(rate),
                end: Double(range.upperBound) / Double(rate))
        ]
    }

    private static func spelled(_ samples: [Int16], _ range: Range<Int>) -> Int {
        let margin = range.count / 5
        let middle = range.lowerBound + margin..<range.upperBound - margin
        return (0..<4).reduce(0) { number, band in
            let powers = (0..<8).map { power(samples, middle, frequency(band, $0)) }
            let digit = powers.indices.max { powers[$0] < powers[$1] } ?? 0
            return number | digit << (band * 3)
        }
    }

    /// Goertzel's algorithm: the power of one frequency.
    private static func power(_ samples: [Int16], _ range: Range<Int>, _ frequency: Double) -> Double {
        let factor = 2 * cos(2 * .pi * frequency / Double(rate))
        var (last, before) = (0.0, 0.0)
        for index in range { (last, before) = (Double(samples[index]) + factor * last - before, last) }
        return last * last + before * before - factor * last * before
    }
}
