import HTTPRouting
import HTTPTypes

/// What the routes of links are for. The link itself is the permission.
enum LinkOperations {
    private static let family = "Files in Telegram"

    static func file(_ summary: String) -> Operation {
        Operation(
            summary, family: family,
            answers: [
                Operation.Answer(.ok, "The file.", [Operation.Content("*/*", .file)]),
                Operation.Answer(.partialContent, "The part that was asked for.", [Operation.Content("*/*", .file)]),
                Operation.Answer(.notModified, "As it was."),
            ],
            refusals: [.notFound, .gone, .preconditionFailed, .rangeNotSatisfiable, .badGateway, .gatewayTimeout],
            isOpen: true)
    }

    static let page = answering("A player for a file.", .ok, "text/html")
    static let transcript = answering("What is known of the file's text.", .ok, "application/json")
    static let subtitles = answering("The file's text as subtitles.", .ok, "text/vtt")
    static let start = answering("Turn the file into text.", .accepted, "application/json")
    static let asset = answering("Parts of the player.", .ok, "*/*")

    private static func answering(_ summary: String, _ status: HTTPStatus, _ type: String) -> Operation {
        Operation(
            summary, family: family,
            answers: [
                Operation.Answer(status, "What was asked for.", [Operation.Content(type, .anything)]),
                Operation.Answer(.notModified, "As it was."),
            ],
            refusals: [.notFound, .conflict, .gone, .preconditionFailed, .rangeNotSatisfiable, .insufficientStorage],
            isOpen: true)
    }
}
