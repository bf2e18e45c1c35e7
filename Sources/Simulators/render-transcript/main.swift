// Renders a transcript for independent readers to check: JSON, SubRip or WebVTT on standard input, the format named
// by the first argument on standard output. Used by Tests/Clients; no part of what is shipped.

import Glibc
import Transcripts

func readStandardInput() -> [UInt8] {
    var input: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        guard count > 0 else { return input }
        input += buffer[..<count]
    }
}

func transcript(from input: [UInt8]) throws -> Transcript {
    if input.first == UInt8(ascii: "{") { return try TranscriptJSON.decode(input) }
    let isWebVTT = String(decoding: input.prefix(9), as: UTF8.self).contains("WEBVTT")
    let cues = isWebVTT ? try WebVTT.parse(input) : try SubRip.parse(input)
    return Transcript(cues: cues, engine: "subtitles", model: isWebVTT ? "vtt" : "srt")
}

func value(of name: String) -> Int? {
    guard let index = CommandLine.arguments.firstIndex(of: name) else { return nil }
    return CommandLine.arguments.dropFirst(index + 1).first.flatMap { Int($0) }
}

do {
    let format = try OutputFormat(parsing: CommandLine.arguments.dropFirst().first ?? "")
    let shape = SubtitleShape(maxLineLength: value(of: "--width") ?? 42, maxLines: value(of: "--lines") ?? 2)
    let options = RenderingOptions(
        subtitleShape: CommandLine.arguments.contains("--unshaped") ? nil : shape,
        includesWords: CommandLine.arguments.contains("--words"), title: "client")
    print(try transcript(from: readStandardInput()).rendered(as: format, options: options), terminator: "")
} catch {
    let message = Array("\(error)\n".utf8)
    _ = write(STDERR_FILENO, message, message.count)
    exit(1)
}
