import HTTPRouting
import HTTPTypes

/// What the routes of other makers' dialects are for.
enum DialectOperations {
    private static let openAI = "OpenAI"
    private static let deepgram = "Deepgram"
    private static let whisperASR = "whisper-asr-webservice"

    // MARK: - OpenAI

    static let transcriptions = audio(
        "Turn a file into text.",
        [
            "language": .text, "timestamp_granularities[]": .list(.word(["word", "segment"])), "stream": .truth,
            "known_speaker_names[]": .list(.text), "known_speaker_references[]": .list(.text),
            "include[]": .list(.word(["logprobs"])), "chunking_strategy": .text,
        ], formats: OpenAIForm.Format.allCases.map(\.rawValue))
    static let translations = audio(
        "Turn a file into English text.", [:], formats: ["json", "text", "srt", "verbose_json", "vtt"])

    private static func audio(_ summary: String, _ more: [String: Schema], formats: [String]) -> Operation {
        let fields: [String: Schema] = [
            "file": .file, "model": .text, "prompt": .bounded(0...RequestForm.longestPrompt),
            "response_format": .word(formats), "temperature": .number(0...1),
        ]
        let text = Schema.object(["text": .text], required: ["text"])
        return Operation(
            summary, family: openAI,
            bodies: [.form(fields.merging(more) { $1 }, required: ["file", "model"])],
            answers: [
                .init(
                    .ok, "The text.",
                    [
                        .json(text), .init("text/plain", .text), .init("text/vtt", .text),
                        .init("text/event-stream", .anything),
                    ])
            ], refusals: OwnOperations.mediaRefusals)
    }

    private static let model = Schema.object(
        ["id": .text, "object": .text, "created": .whole(nil), "owned_by": .text],
        required: ["id", "object", "created", "owned_by"])
    static let models = Operation(
        "The installed models.", family: openAI,
        answers: [.init(.ok, "Models.", [.json(.object(["object": .text, "data": .list(model)], required: ["data"]))])])
    static let oneModel = Operation(
        "A model.", family: openAI, answers: [.init(.ok, "The model.", [.json(model)])], refusals: [.notFound])

    // MARK: - Deepgram

    static let listen = Operation(
        "Turn the body, or the file at an address, into text.", family: deepgram,
        parameters: [
            .init("model", in: .query, .text), .init("language", in: .query, .text),
            .init("detect_language", in: .query, .truth), .init("smart_format", in: .query, .truth),
            .init("punctuate", in: .query, .truth), .init("paragraphs", in: .query, .truth),
            .init("utterances", in: .query, .truth), .init("diarize", in: .query, .truth),
            .init("keyterm", in: .query, .text), .init("tag", in: .query, .text), .init("extra", in: .query, .text),
            .init("encoding", in: .query, .word(["linear16", "mulaw", "alaw", "flac", "opus"])),
            .init("sample_rate", in: .query, .whole(RawAudio.rates)),
            .init("channels", in: .query, .whole(1...RawAudio.mostChannels)),
            .init("callback", in: .query, .address, "Answer at once; send the text there."),
            .init("callback_method", in: .query, .word(["POST", "PUT"])),
        ],
        bodies: [OwnOperations.audio, .json(.object(["url": .address], required: ["url"]))],
        answers: [
            .init(
                .ok, "The text; with a callback only the request's id.",
                [
                    .json(
                        .either([
                            .object(["metadata": .anything, "results": .anything], required: ["metadata", "results"]),
                            .object(["request_id": .text], required: ["request_id"]),
                        ]))
                ])
        ], refusals: OwnOperations.mediaRefusals)

    // MARK: - whisper-asr-webservice

    private static let encode = Operation.Parameter(
        "encode", in: .query, .truth, "false: the file is bare 16-bit samples, mono, 16 kHz.")
    private static let audioFile = Operation.Content.form(["audio_file": .file], required: ["audio_file"])

    static let asr = Operation(
        "Turn a file into text or subtitles.", family: whisperASR,
        parameters: [
            encode, .init("task", in: .query, .word(["transcribe", "translate"])), .init("language", in: .query, .text),
            .init("initial_prompt", in: .query, .bounded(0...RequestForm.longestPrompt)),
            .init("vad_filter", in: .query, .truth), .init("word_timestamps", in: .query, .truth),
            .init("diarize", in: .query, .truth), .init("min_speakers", in: .query, .whole(1...100)),
            .init("max_speakers", in: .query, .whole(1...100)),
            .init("output", in: .query, .word(["txt", "vtt", "srt", "tsv", "json"])),
        ], bodies: [audioFile], answers: [.init(.ok, "The text.", [.init("text/plain", .text)])],
        refusals: OwnOperations.mediaRefusals)
    static let detectLanguage = Operation(
        "Which language is spoken.", family: whisperASR,
        parameters: [
            encode, .init("detect_lang_length", in: .query, .whole(1...3600)),
            .init("detect_lang_offset", in: .query, .number(0...1e6)),
        ], bodies: [audioFile],
        answers: [
            .init(
                .ok, "The language.",
                [
                    .json(
                        .object(
                            ["detected_language": .text, "language_code": .text, "confidence": .number(0...1)],
                            required: ["detected_language", "language_code", "confidence"]))
                ])
        ], refusals: OwnOperations.mediaRefusals)
}
