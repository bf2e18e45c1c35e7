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

    static let voices = Operation(
        "People who agreed to be recognised by voice; off unless the operator allows it.", family: "Voices",
        answers: [
            Operation.Answer(
                .ok, "The list of whoever asks.",
                [.json(.object(["voices": .list(.object([:]))], required: ["voices"]))])
        ], refusals: [.forbidden])

    static let enrol = Operation(
        "Add a person, with their consent, from a job's speaker or a clip (Base64).", family: "Voices",
        bodies: [
            .json(
                .object(
                    [
                        "name": .text, "consent": .object(["by": .text, "words": .text], required: ["by", "words"]),
                        "job": .optional(.text), "speaker": .optional(.text), "clip": .optional(.text),
                    ], required: ["name", "consent"]))
        ],
        answers: [Operation.Answer(.created, "The person in the list.", [.json(.object([:]))])],
        refusals: [
            .forbidden, .notFound, .conflict, .gone, .contentTooLarge, .unsupportedMediaType, .unprocessableContent,
        ])

    static let forgetVoice = Operation(
        "Forget a person: voice, consent, and the name in every text.", family: "Voices", parameters: [id],
        answers: [Operation.Answer(.noContent, "Nothing is left.")], refusals: [.forbidden, .notFound])

    static let recognise = Operation(
        "Name the speakers of a finished job who are in the list; names that were given stay.", family: "Voices",
        parameters: [id],
        answers: [
            Operation.Answer(
                .ok, "Labels with names; without one a speaker is unknown.",
                [.json(.object(["speakers": .list(.object([:]))], required: ["speakers"]))])
        ],
        refusals: [.forbidden, .notFound, .conflict, .gone, .unprocessableContent])

    static let media = Operation(
        "What a job was made from, while it is kept.", family: "Jobs", parameters: [id],
        answers: [
            Operation.Answer(.ok, "The medium.", [Operation.Content("*/*", .file)]),
            Operation.Answer(.partialContent, "The part that was asked for.", [Operation.Content("*/*", .file)]),
            Operation.Answer(.notModified, "As it was."),
        ],
        refusals: [.notFound, .gone, .preconditionFailed, .rangeNotSatisfiable])
}
