import Glibc
import HostProcesses
import HostedEngines
import MediaStores
import ModelLibrary
import Settings
import Transcription
import Transcripts

/// `stentor transcribe FILE…`
struct TranscribeCommand {
    static let options = OptionTable([
        ("--format", "LIST", "txt, srt, vtt, tsv, json, md, rttm; several with commas (txt)"),
        ("--output", "PATH", "a file, a folder, or - for standard output (-)"),
        ("--language", "CODE", "such as en, id, pt; auto recognises it (auto)"),
        ("--engine", "LIST", "auto, whisper, sherpa, sphinx, groq, deepgram, openai; in order of preference (auto)"),
        ("--model", "NAME", "an installed model, or the service's (the best one)"),
        ("--dry-run", nil, "say what it would take and cost, and send nothing"),
        ("--prompt", "TEXT", "names and words to expect, for engines that take them"),
        ("--hotwords", "LIST", "names and words to listen for, with commas"),
        ("--task", "NAME", "transcribe, or translate into English where the service can (transcribe)"),
        ("--speakers", nil, "say who speaks"),
        ("--min-speakers", "N", "there are at least so many"),
        ("--max-speakers", "N", "there are at most so many"),
        ("--multichannel", nil, "each channel is one speaker"),
        ("--words", nil, "words with times and confidence in JSON"),
        ("--max-line-length", "N", "columns of a subtitle line (42)"),
        ("--max-lines", "N", "lines of a subtitle (2)"),
        ("--track", "N", "the audio track, counted from 1 (1)"),
        ("--from", "TIME", "begin here"),
        ("--to", "TIME", "end here"),
        ("--max-seconds", "N", "refuse files with more audio than this (43200)"),
        ("--quiet", nil, "no progress"),
        ("--help", nil, "this page"),
    ])

    private let parsed: ParsedOptions
    private let settings: Settings
    private let console: Console

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        parsed = try Self.options.parse(words)
        self.settings = settings
        self.console = console
    }

    func run() async throws -> CInt {
        if parsed.switches.contains("--help") {
            try console.output(Help.text)
            return 0
        }
        let options = try TranscribeOptions(parsed, settings)
        let installation = try Installation(settings)
        try options.destination.prepare()
        let decoder = HostedDecoder(
            executable: installation.host, workFolder: installation.workFolder, startsAhead: options.files.count > 1)
        decoder.startAhead()
        do {
            let code = try await transcribeAll(options, decoder, installation)
            await decoder.stop()
            return code
        } catch {
            await decoder.stop()
            throw error
        }
    }

    private func transcribeAll(
        _ options: TranscribeOptions, _ decoder: HostedDecoder, _ installation: Installation
    ) async throws -> CInt {
        let engine = try await ChosenEngine.load(options, settings, installation)
        var failures = 0
        for (index, file) in options.files.enumerated() {
            if index > 0, index == options.files.count - 1 { decoder.stopStartingAhead() }
            do {
                if options.isDryRun {
                    try await estimate(file, options, decoder, engine, installation)
                } else {
                    try await transcribe(file, options, decoder, engine, installation)
                }
            } catch {
                if Task.isCancelled { break }
                failures += 1
                console.note("stentor: \(file == "-" ? "standard input" : file.display): \(error)")
            }
        }
        await engine.stop()
        try Task.checkCancellation()
        return failures == 0 ? 0 : 1
    }

    private func transcribe(
        _ file: RawWord, _ options: TranscribeOptions, _ decoder: HostedDecoder, _ engine: ChosenEngine,
        _ installation: Installation
    ) async throws {
        let media = try open(file, installation)
        if !settings.cloud.streams { _ = try await media.wait(forBytesBefore: .max) }
        let name = file == "-" ? "standard input" : file.lastComponent.display
        var reporter = ProgressReporter(console, name: name, isQuiet: options.isQuiet)
        defer { reporter.finish() }
        let pipeline = TranscriptionPipeline(
            decoder: decoder, detector: engine.detector, recognizer: engine.recognizer(), diarizer: engine.diarizer)
        let request = request(options, installation)
        var transcript = try await pipeline.transcribe(media, request) { reporter.report($0) }
        transcript.warnings = engine.warnings + transcript.warnings
        reporter.finish()
        if !options.isQuiet { for warning in transcript.warnings { console.note("stentor: \(warning)") } }
        try write(transcript, of: file, name: name, options)
    }

    private func open(_ file: RawWord, _ installation: Installation) throws -> any MediaSource {
        file == "-" ? try SpooledMedia(copying: 0, folder: installation.workFolder) : try MediaFile(path: file.path)
    }

    private func request(
        _ options: TranscribeOptions, _ installation: Installation
    ) -> TranscriptionPipeline.Request {
        var speakers = options.speakers
        if speakers != nil {
            let models = ModelStore(folder: installation.modelFolder)
            speakers?.models = SpeakerModelChoice.best(models, settings.speakerModels)?.models
        }
        return TranscriptionPipeline.Request(
            decoding: options.decoding, language: options.language, prompt: options.prompt,
            translates: options.translates, keyterms: options.hotwords, speakers: speakers)
    }

    private func estimate(
        _ file: RawWord, _ options: TranscribeOptions, _ decoder: HostedDecoder, _ engine: ChosenEngine,
        _ installation: Installation
    ) async throws {
        let name = file == "-" ? "standard input" : file.lastComponent.display
        let estimate = try await engine.estimate(try open(file, installation), request(options, installation), decoder)
        try console.output(EstimateReport(estimate, name: name).text)
    }

    private func write(
        _ transcript: Transcript, of file: RawWord, name: String, _ options: TranscribeOptions
    ) throws {
        var rendering = options.rendering
        rendering.title = name
        for format in options.formats {
            let text = transcript.rendered(as: format, options: rendering)
            if let path = options.destination.path(for: file, format) {
                try WholeFile.write(text, to: path)
            } else {
                if options.files.count > 1, format == .txt { try console.output("==> \(name) <==\n") }
                try console.output(text)
            }
        }
    }
}
