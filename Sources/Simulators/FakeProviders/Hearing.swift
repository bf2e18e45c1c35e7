internal import Foundation
internal import Workbench

/// What a fake makes of an upload.
public enum Hearing: Sendable, Hashable {
    /// Decodes it and hears `ToneWords`.
    case tones
    /// Says so many words each second, whatever the audio holds; the length of Ogg is read without decoding.
    case steady(wordsPerSecond: Double)
}

/// What was heard.
struct HeardAudio: Sendable {
    struct Word: Sendable {
        let text: String
        let start: Double
        let end: Double
    }

    let seconds: Double
    let words: [Word]

    var text: String { words.map(\.text).joined(separator: " ") }

    /// `nil` when it is no audio. Away from the loop that serves everybody.
    @concurrent static func hear(_ bytes: [UInt8], _ hearing: Hearing) async -> HeardAudio? {
        if case .steady(let rate) = hearing, let seconds = oggSeconds(bytes) {
            return HeardAudio(seconds: seconds, rate: rate)
        }
        guard let samples = await decoded(bytes), !samples.isEmpty else { return nil }
        let seconds = Double(samples.count) / Double(ToneWords.rate)
        switch hearing {
        case .steady(let rate): return HeardAudio(seconds: seconds, rate: rate)
        case .tones:
            let words = ToneWords.listen(samples).map {
                Word(text: $0.number.map { "w\($0)" } ?? "uh", start: $0.start, end: $0.end)
            }
            return HeardAudio(seconds: seconds, words: words)
        }
    }

    private init(seconds: Double, words: [Word]) {
        self.seconds = seconds
        self.words = words
    }

    private init(seconds: Double, rate: Double) {
        self.seconds = seconds
        let count = Int(seconds * rate)
        words = (0..<count).map {
            Word(text: "word\($0)", start: Double($0) / rate, end: (Double($0) + 0.8) / rate)
        }
    }

    /// The last page's position is the length (RFC 7845 section 4).
    private static func oggSeconds(_ bytes: [UInt8]) -> Double? {
        guard bytes.starts(with: Array("OggS".utf8)) else { return nil }
        var index = bytes.count - 27
        while index > 0 {
            if bytes[index] == 0x4f, bytes[index + 1] == 0x67, bytes[index + 2] == 0x67, bytes[index + 3] == 0x53 {
                let position = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[index + 6 + $1]) << (8 * UInt64($1)) }
                return position < 1 << 50 ? Double(position) / 48_000 : nil
            }
            index -= 1
        }
        return nil
    }

    private static func decoded(_ bytes: [UInt8]) async -> [Int16]? {
        // A file, because MP4 with its index at the end cannot be read from a pipe.
        guard let bench = try? Workbench(), let path = try? bench.write(bytes, to: "upload") else { return nil }
        let arguments = [
            "-nostdin", "-loglevel", "error", "-i", path, "-map", "0:a:0", "-ac", "1", "-ar", "16000", "-f", "s16le",
            "pipe:1",
        ]
        guard let run = try? await ProgramRun.run("/usr/bin/ffmpeg", arguments), run.code == 0 else { return nil }
        return run.output.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
    }
}
