import HTTPRouting
import HTTPTypes

/// What the own routes and the job API are for.
enum OwnOperations {
    private static let family = "Transcription"
    private static let jobs = "Jobs"
    private static let care = "Care"

    /// Statuses with which media, or what is asked of it, may be refused.
    static let mediaRefusals: [HTTPStatus] = [
        .notFound, .conflict, .gone, .unsupportedMediaType, .unprocessableContent, .insufficientStorage,
    ]

    // MARK: - Transcription

    static let transcribe = transcription("Turn a file, or a batch of files, into text.")
    static let transcribeSpeakers = transcription("Turn a file into text and tell who speaks.")
    static let promise = Operation(
        "Queue a file; ask for the result later.", family: family, parameters: fieldsInQuery, bodies: bodies,
        answers: [Operation.Answer(.accepted, "The job is kept and will be done.", [.json(OwnSchemas.promise)])],
        refusals: mediaRefusals)
    static let estimate = Operation(
        "What a transcription would take, before anything is sent or paid.", family: family,
        parameters: fieldsInQuery, bodies: [fileForm, audio],
        answers: [Operation.Answer(.ok, "The estimate.", [.json(.object(["duration": .number(nil)]))])],
        refusals: mediaRefusals)

    private static func transcription(_ summary: String) -> Operation {
        Operation(
            summary, family: family, parameters: fieldsInQuery + [prefer, idempotency], bodies: bodies,
            answers: [
                Operation.Answer(
                    .ok, "The text, in the format that was asked for.",
                    [.json(.either([OwnSchemas.transcript, OwnSchemas.batch]))] + texts),
                Operation.Answer(.accepted, "Kept, and done later.", [.json(OwnSchemas.promise)]),
            ], refusals: mediaRefusals)
    }

    static let texts: [Operation.Content] = [
        "text/plain", "application/x-subrip", "text/vtt", "text/tab-separated-values", "text/markdown",
    ].map { Operation.Content($0, .text) }

    private static let fieldsInQuery = OwnSchemas.fields.sorted { $0.key < $1.key }
        .map { Operation.Parameter($0.key, in: .query, $0.value) }
    private static let prefer = Operation.Parameter(
        "Prefer", in: .header, .word(["respond-async"]), "Answer 202 now instead of the text later.")
    private static let idempotency = Operation.Parameter(
        "Idempotency-Key", in: .header, .pattern("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), "The job's id.")

    static let audio = Operation.Content("audio/*", .file)
    private static let fileForm = Operation.Content.form(OwnSchemas.fields.merging(["file": .file]) { $1 })
    private static let bodies = [
        fileForm, audio,
        Operation.Content.json(.object(OwnSchemas.fields.merging(["url": .address]) { $1 }, required: ["url"])),
    ]

    // MARK: - Jobs

    private static func job(
        _ summary: String, _ answers: [Operation.Answer], refusals: [HTTPStatus] = [],
        parameters: [Operation.Parameter] = []
    ) -> Operation {
        Operation(
            summary, family: jobs, parameters: [id] + parameters, answers: answers,
            refusals: [.notFound] + refusals)
    }

    private static let id = Operation.Parameter(
        "id", in: .path, .pattern("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), "The job's id, or the batch's.")
    private static let format = Operation.Parameter(
        "format", in: .query, .word(["txt", "srt", "vtt", "tsv", "json", "md", "rttm"]))
    private static let words = Operation.Parameter("words", in: .query, .truth, "With the times of the words.")

    static let progress = job(
        "How far a job or a batch is.", [Operation.Answer(.ok, "Its state.", [.json(OwnSchemas.progress)])])
    static let status = job(
        "The state of a job, with the text when it is done.",
        [Operation.Answer(.ok, "Its state.", [.json(OwnSchemas.status)])], parameters: [words])
    static let result = job(
        "The text of a finished job.",
        [Operation.Answer(.ok, "The text.", [.json(OwnSchemas.transcript)] + texts)],
        refusals: mediaRefusals, parameters: [format, words])
    static let events = job(
        "Progress as it happens, as server-sent events.",
        [Operation.Answer(.ok, "A stream of states.", [Operation.Content("text/event-stream", .anything)])])
    static let webSocket = job(
        "Progress as it happens, by WebSocket.", [Operation.Answer(.switchingProtocols, "A WebSocket.")],
        refusals: [.upgradeRequired])
    static let retry = job(
        "Queue a failed or cancelled job again.",
        [Operation.Answer(.accepted, "Queued.", [.json(OwnSchemas.control)])], refusals: [.conflict, .gone])
    static let delete = job(
        "Cancel a job, or remove a finished one with its text.",
        [Operation.Answer(.ok, "What was done.", [.json(OwnSchemas.control)])])

    static let list = Operation(
        "The newest jobs.", family: jobs,
        parameters: [
            .init("state", in: .query, .text, "queued, processing, completed, failed, cancelled; commas between."),
            .init("limit", in: .query, .whole(1...1000)),
        ],
        answers: [Operation.Answer(.ok, "Jobs.", [.json(.object(["jobs": .list(.anything)], required: ["jobs"]))])])
    static let pause = control("Take jobs and start none.")
    static let resume = control("Start jobs again.")
    static let prune = Operation(
        "Remove what finished so many hours ago.", family: care,
        parameters: [.init("hours", in: .query, .whole(0...87_600))],
        answers: [Operation.Answer(.ok, "How many went.", [.json(.object(["pruned": .whole(nil)]))])])

    // MARK: - Care

    static let health = Operation(
        "Whether this server is well.", family: care,
        answers: [Operation.Answer(.ok, "It is.", [.json(.object(["status": .text], required: ["status"]))])],
        isOpen: true)
    static let cacheStatistics = look("What the cache holds.")
    static let clearCache = control("Forget every text in the cache.")
    static let queueStatistics = look("Figures of the queue.")
    static let gpuStatus = look("GPUs of this machine.")
    static let metrics = Operation(
        "Figures for monitors.", family: care,
        answers: [Operation.Answer(.ok, "Prometheus text.", [Operation.Content("text/plain", .text)])])
    private static func look(_ summary: String) -> Operation {
        Operation(summary, family: care, answers: [Operation.Answer(.ok, "Figures.", [.json(.object([:]))])])
    }

    private static func control(_ summary: String) -> Operation {
        Operation(
            summary, family: care,
            answers: [Operation.Answer(.ok, "Done.", [.json(.object(["status": .text], required: ["status"]))])])
    }
}
