import HTTPRouting
import HTTPTypes

/// What those routes are for that programs may use too. The page's other routes are between it and its server.
enum PageOperations {
    static let page = Operation(
        "The page: turn files into text, and work with it.", family: "Page",
        answers: [
            Operation.Answer(.ok, "The page.", [Operation.Content("text/html", .text)]),
            Operation.Answer(.notModified, "As it was."),
        ], refusals: [.preconditionFailed, .rangeNotSatisfiable], isOpen: true)

    private static let id = Operation.Parameter(
        "id", in: .path, .pattern("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), "The job's id.")

    static let speakers = Operation(
        "Name the speakers of a finished job; two labels with one name are one person.", family: "Jobs",
        parameters: [id],
        bodies: [.json(.object(["speakers": .object([:])]))],
        answers: [Operation.Answer(.ok, "The text with its names.", [.json(.object([:]))])],
        refusals: [.notFound, .conflict, .gone, .contentTooLarge, .unsupportedMediaType, .unprocessableContent])

    static let listSpeakers = Operation(
        "Who speaks in a finished job, and what they are called.", family: "Jobs", parameters: [id],
        answers: [
            Operation.Answer(
                .ok, "The machine's labels, their names and how long they speak.",
                [.json(.object(["speakers": .list(.object([:]))], required: ["speakers"]))])
        ],
        refusals: [.notFound, .conflict, .gone])

    static let media = Operation(
        "What a job was made from, while it is kept.", family: "Jobs", parameters: [id],
        answers: [
            Operation.Answer(.ok, "The medium.", [Operation.Content("*/*", .file)]),
            Operation.Answer(.partialContent, "The part that was asked for.", [Operation.Content("*/*", .file)]),
            Operation.Answer(.notModified, "As it was."),
        ],
        refusals: [.notFound, .gone, .preconditionFailed, .rangeNotSatisfiable])
}
