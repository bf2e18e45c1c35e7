import HTTPRouting

/// The shapes of what the own routes take and answer.
enum OwnSchemas {
    static let error = Schema.object(
        ["error": .object(["code": .text, "message": .text], required: ["code", "message"]), "request_id": .text],
        required: ["error"])

    static let segment = Schema.object(
        [
            "id": .whole(nil), "start": .number(nil), "end": .number(nil), "text": .text, "speaker": .text,
            "confidence": .number(0...1), "words": .list(word),
        ], required: ["id", "start", "end", "text"])

    static let word = Schema.object(
        [
            "word": .text, "start": .number(nil), "end": .number(nil), "confidence": .number(0...1), "speaker": .text,
        ], required: ["word", "start", "end"])

    static let transcript = Schema.object(
        [
            "job_id": .text, "task_id": .text, "cached": .truth, "formatted_text": .text, "full_text": .text,
            "language": .text, "duration": .number(nil), "engine": .text, "model": .text, "segments": .list(segment),
            "warnings": .list(.text),
        ], required: ["job_id", "task_id", "full_text", "formatted_text", "duration", "segments", "warnings"])

    static let batch = Schema.object(
        ["batch_id": .text, "results": .list(.anything)], required: ["batch_id", "results"])

    static let promise = Schema.either([
        .object(
            ["job_id": .text, "task_id": .text, "name": .text, "status": .text, "cached": .truth],
            required: ["job_id", "task_id", "status"]),
        .object(["batch_id": .text, "jobs": .list(.anything)], required: ["batch_id", "jobs"]),
    ])

    static let progress = Schema.either([
        .object(
            [
                "job_id": .text, "task_id": .text, "stage": .text, "progress": .number(0...100), "message": .text,
                "eta_seconds": .optional(.number(nil)), "start_time": .optional(.number(nil)), "text": .text,
                "position": .whole(nil),
            ], required: ["job_id", "stage", "progress", "message"]),
        .object(
            ["batch_id": .text, "stage": .text, "progress": .number(0...100), "jobs": .list(.anything)],
            required: ["batch_id", "stage", "progress", "jobs"]),
    ])

    static let status = Schema.object(
        [
            "task_id": .text, "status": .text, "progress": .number(0...100), "result": .optional(transcript),
            "error": .optional(.object(["code": .text, "message": .text])),
        ], required: ["task_id", "status", "progress", "result", "error"])

    static let control = Schema.object(["job_id": .text, "status": .text], required: ["job_id", "status"])

    /// The fields of a request: in the query, in a form, or in a JSON object with an address.
    static let fields: [String: Schema] = [
        "language": .text, "task": .word(["transcribe", "translate"]), "engine": .text, "model": .text,
        "prompt": .bounded(0...RequestForm.longestPrompt), "hotwords": .text, "track": .whole(1...1000),
        "from": .number(0...1e6), "to": .number(0...1e6), "speakers": .text, "min_speakers": .whole(1...100),
        "max_speakers": .whole(1...100), "multichannel": .truth, "priority": .whole(-100...100), "job_id": .text,
        "url": .address, "upload_id": .text, "words": .truth,
        "format": .word(["txt", "srt", "vtt", "tsv", "json", "md", "rttm"]),
        "async": .truth, "history": .truth, "callback_url": .address,
    ]
}
