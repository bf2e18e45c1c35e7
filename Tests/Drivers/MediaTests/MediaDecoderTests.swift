import Foundation
import Testing
import Transcription
import Workbench

@testable import Media

@Suite("Media decoder")
struct MediaDecoderTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private func decode(
        _ path: String, _ options: DecodingOptions = DecodingOptions()
    ) throws -> (samples: [Int16], remark: String?, description: MediaDescription?, channels: ChannelLevels?) {
        let media = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        let size = try media.seekToEnd()
        let output = bench.path("out-\(UUID().uuidString).pcm")
        try Data().write(to: URL(fileURLWithPath: output))
        let pcm = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        let input = try MediaInput(
            descriptor: media.fileDescriptor, extent: MediaExtent(available: Int64(size), isComplete: true)
        ) { _ throws(DecodingError) in throw DecodingError(.sourceFailed, "asked for more of a complete file") }
        var description: MediaDescription?
        let result = try MediaDecoder(input, options).decode(into: pcm.fileDescriptor) { event throws(DecodingError) in
            if case .opened(let opened) = event { description = opened }
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: output))
        let samples = data.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
        #expect(samples.count == result.samples)
        return (samples, result.remark, description, result.channels)
    }

    private func code(_ path: String, _ options: DecodingOptions = DecodingOptions()) -> DecodingError.Code? {
        (#expect(throws: DecodingError.self) { try decode(path, options) })?.code
    }

    /// Seconds at which the sound first reaches a tenth of full scale.
    private func onset(_ samples: [Int16]) -> Double? {
        samples.firstIndex { abs(Int($0)) > 3276 }.map(PCMFormat.seconds)
    }

    private let tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=3:sample_rate=48000,volume=6"]

    @Test(
        "every common container and codec gives all of its audio",
        arguments: [
            ("wav", "pcm_s16le"), ("wav", "pcm_f32le"), ("wav", "adpcm_ms"), ("w64", "pcm_s24le"),
            ("aiff", "pcm_s16be"),
            ("au", "pcm_mulaw"), ("caf", "pcm_s16le"), ("flac", "flac"), ("mp3", "libmp3lame"), ("aac", "aac"),
            ("m4a", "aac"), ("m4a", "alac"), ("mp4", "aac"), ("mov", "aac"), ("3gp", "aac"), ("ogg", "libopus"),
            ("ogg", "libvorbis"), ("ogg", "flac"), ("webm", "libopus"), ("mka", "ac3"), ("mkv", "libvorbis"),
            ("ac3", "ac3"), ("eac3", "eac3"), ("wma", "wmav2"), ("asf", "wmav1"), ("avi", "libmp3lame"), ("flv", "aac"),
            ("ts", "mp2"), ("mpg", "mp2"), ("wv", "wavpack"), ("tta", "tta"),
        ])
    func containers(container: String, codec: String) throws {
        let path = try bench.ffmpeg(tone + ["-c:a", codec, "-strict", "-2"], "tone.\(container)")
        let result = try decode(path)
        #expect(abs(PCMFormat.seconds(result.samples.count) - 3) < 0.12)
        #expect(result.remark == nil)
        #expect(result.samples.max() ?? 0 > 3000)
    }

    @Test("stereo is mixed to one channel, and each channel's loudness is told when asked for")
    func channels() throws {
        let graph = "sine=440:duration=1[l];anullsrc=cl=mono,atrim=duration=1[r];[l][r]join=channel_layout=stereo"
        let path = try bench.ffmpeg(["-filter_complex", graph], "stereo.wav")
        let plain = try decode(path)
        #expect(plain.samples.count == 16_000 && plain.channels == nil)
        let mixed = try decode(path, DecodingOptions(measuresChannels: true))
        #expect(mixed.samples.count == 16_000)
        #expect(zip(plain.samples, mixed.samples).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
        let told = try #require(mixed.channels)
        #expect(told.channels == 2 && told.frames == 50)
        // ffmpeg's sine has an amplitude of 1 ⁄ 8: −21 dB.
        #expect((0..<50).allSatisfy { abs(told.level(0, in: $0) + 21.1) < 0.6 && told.level(1, in: $0) < -120 })
    }

    @Test("an audio track that starts late starts late in the samples")
    func startOffset() throws {
        let path = try bench.ffmpeg(
            ["-f", "lavfi", "-i", "color=size=64x64:duration=3:rate=10", "-itsoffset", "1.5"] + tone
                + ["-c:v", "mpeg4", "-c:a", "aac"], "late.mkv")
        let start = try #require(onset(try decode(path).samples))
        #expect(abs(start - 1.5) < 0.08)
    }

    @Test("only the wanted part is decoded")
    func part() throws {
        let graph =
            "anullsrc=r=16000:cl=mono,atrim=duration=2[a];sine=440:duration=2:sample_rate=16000,volume=6[b];[a][b]concat=v=0:a=1"
        let path = try bench.ffmpeg(["-filter_complex", graph], "half.flac")
        let part = try decode(path, DecodingOptions(from: 1.5, to: 3)).samples
        #expect(part.count == 24_000)
        #expect(abs((onset(part) ?? 0) - 0.5) < 0.02)
        #expect(code(path, DecodingOptions(from: 100)) == .nothingDecoded)
    }

    @Test("the track that was asked for is decoded, of a hundred")
    func hundredTracks() throws {
        let quiet = ["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono,atrim=duration=1"]
        let loud = ["-f", "lavfi", "-i", "sine=440:duration=1:sample_rate=16000,volume=6"]
        let maps = (1...100).flatMap { ["-map", $0 == 73 ? "1:a" : "0:a"] }
        let path = try bench.ffmpeg(quiet + loud + maps + ["-c:a", "flac"], "tracks.mka")
        #expect(try decode(path, DecodingOptions(track: 73)).samples.max() ?? 0 > 3000)
        #expect(try decode(path).samples.max() == 0)
        #expect(code(path, DecodingOptions(track: 101)) == .noSuchTrack)
    }

    @Test("an MP4 is decoded with its index at either end")
    func indexPosition() throws {
        let first = try bench.ffmpeg(tone + ["-c:a", "aac", "-movflags", "+faststart"], "first.mp4")
        let last = try bench.ffmpeg(tone + ["-c:a", "aac"], "last.mp4")
        #expect(try decode(first).samples == (try decode(last).samples))
    }

    @Test("a file that was cut off gives what is there, and says so")
    func truncated() throws {
        let whole = try Data(
            contentsOf: URL(
                fileURLWithPath: bench.ffmpeg(
                    ["-f", "lavfi", "-i", "sine=440:duration=20", "-c:a", "aac", "-movflags", "+faststart"], "whole.mp4"
                )))
        let cut = try bench.write(whole.prefix(whole.count / 2), to: "cut.mp4")
        let result = try decode(cut)
        #expect((5.0...15).contains(PCMFormat.seconds(result.samples.count)))
        #expect(result.remark != nil)
    }

    @Test("an MP4 that lost its index is damaged, not empty")
    func lostIndex() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: bench.ffmpeg(tone + ["-c:a", "aac"], "whole.mp4")))
        #expect(code(try bench.write(whole.prefix(whole.count / 2), to: "cut.mp4")) == .damaged)
    }

    @Test("what is no media is refused by its content, whatever it is called")
    func notMedia() throws {
        #expect(code(try bench.write("This is only text.\n", to: "text.mp3")) == .notMedia)
        #expect(code(try bench.write([UInt8](repeating: 0, count: 5000), to: "zeros.ogg")) == .notMedia)
    }

    @Test("playlists and pictures are refused before anything they name is opened")
    func playlists() throws {
        let texts = [
            "hls.mp4":
                "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/hostname\n#EXT-X-ENDLIST\n",
            "concat.mp3": "ffconcat version 1.0\nfile other.wav\n",
            "dash.mov":
                "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" profiles=\"urn:mpeg:dash:profile:full:2011\"></MPD>",
            "sdp.wav": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
        ]
        for (name, text) in texts {
            let refusal = code(try bench.write(text, to: name))
            #expect(refusal == .unsupportedContainer || refusal == .notMedia, "\(name)")
        }
        let picture = try bench.ffmpeg(["-f", "lavfi", "-i", "color=size=64x64:duration=1", "-frames:v", "1"], "a.png")
        #expect(code(picture) == .unsupportedContainer)
    }

    @Test("a video without sound has no audio track")
    func silentVideo() throws {
        let path = try bench.ffmpeg(["-f", "lavfi", "-i", "color=size=64x64:duration=1", "-c:v", "mpeg4"], "mute.mp4")
        #expect(code(path) == .noAudio)
    }

    @Test("an audio track without a sample is empty, not a success")
    func zeroLength() throws {
        let header = try Data(contentsOf: URL(fileURLWithPath: bench.ffmpeg(tone + ["-bitexact"], "tone.wav"))).prefix(
            44)
        #expect(code(try bench.write(header, to: "empty.wav")) == .nothingDecoded)
    }

    @Test("impossible rates and channel counts are refused before they cost memory", arguments: [1, 3999, 400_000])
    func unreasonableRate(rate: UInt32) throws {
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: bench.ffmpeg(tone, "tone.wav"))))
        for index in 0..<4 { bytes[24 + index] = UInt8(truncatingIfNeeded: rate >> (8 * UInt32(index))) }
        #expect(code(try bench.write(bytes, to: "rate.wav")) == .unreasonableFormat)
    }

    @Test("more audio than the limit is refused while it is decoded")
    func limit() throws {
        let path = try bench.ffmpeg(tone, "tone.wav")
        #expect(code(path, DecodingOptions(maximumSeconds: 2)) == .tooLong)
        #expect(try decode(path, DecodingOptions(maximumSeconds: 3)).samples.count == 48_000)
    }

    @Test("a disk that fills up is an error of its own")
    func diskFull() throws {
        let path = try bench.ffmpeg(tone, "tone.wav")
        let media = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        let size = try media.seekToEnd()
        let full = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full"))
        let input = try MediaInput(
            descriptor: media.fileDescriptor, extent: MediaExtent(available: Int64(size), isComplete: true)
        ) { _ throws(DecodingError) in MediaExtent(available: 0, isComplete: true) }
        let error = #expect(throws: DecodingError.self) {
            try MediaDecoder(input, DecodingOptions()).decode(into: full.fileDescriptor) { _ in }
        }
        #expect(error?.code == .diskFull)
    }

    @Test("damage in the middle costs packets, not the file")
    func damage() throws {
        var bytes = Array(
            try Data(
                contentsOf: URL(
                    fileURLWithPath: bench.ffmpeg(
                        ["-f", "lavfi", "-i", "sine=440:duration=20", "-c:a", "libmp3lame"], "tone.mp3"))))
        for index in bytes.count / 2..<bytes.count / 2 + 3000 { bytes[index] = UInt8(truncatingIfNeeded: index &* 7) }
        let result = try decode(try bench.write(bytes, to: "damaged.mp3"))
        #expect(PCMFormat.seconds(result.samples.count) > 18)
    }
}
