public import HTTPTypes

/// What a route does, for people and programs that read the description of the interface.
public struct Operation: Sendable {
    /// A value outside the body.
    public struct Parameter: Sendable {
        public enum Place: String, Sendable { case path, query, header }

        public var name: String
        public var place: Place
        public var schema: Schema
        public var note: String
        public var isRequired: Bool

        public init(_ name: String, in place: Place, _ schema: Schema, _ note: String = "", isRequired: Bool = false) {
            self.name = name
            self.place = place
            self.schema = schema
            self.note = note
            self.isRequired = isRequired || place == .path
        }
    }

    /// A body in one of its forms.
    public struct Content: Sendable {
        public var mediaType: String
        public var schema: Schema

        public init(_ mediaType: String, _ schema: Schema) {
            self.mediaType = mediaType
            self.schema = schema
        }

        public static func json(_ schema: Schema) -> Content { Content("application/json", schema) }
        public static func form(_ members: [String: Schema], required: [String] = []) -> Content {
            Content("multipart/form-data", .object(members, required: required))
        }
    }

    /// One status with what it means.
    public struct Answer: Sendable {
        public var status: HTTPStatus
        public var meaning: String
        public var contents: [Content]

        public init(_ status: HTTPStatus, _ meaning: String, _ contents: [Content] = []) {
            self.status = status
            self.meaning = meaning
            self.contents = contents
        }
    }

    /// One line.
    public var summary: String
    /// The family it is listed under.
    public var family: String
    public var parameters: [Parameter]
    /// The forms its body may have; none when it has no body.
    public var bodies: [Content]
    public var answers: [Answer]
    /// Statuses of refusal beside those that every route shares.
    public var refusals: [HTTPStatus]
    /// Needs no key.
    public var isOpen: Bool

    public init(
        _ summary: String, family: String, parameters: [Parameter] = [], bodies: [Content] = [],
        answers: [Answer], refusals: [HTTPStatus] = [], isOpen: Bool = false
    ) {
        self.summary = summary
        self.family = family
        self.parameters = parameters
        self.bodies = bodies
        self.answers = answers
        self.refusals = refusals
        self.isOpen = isOpen
    }
}

/// A method at a path, with what is said of it.
public struct Route: Sendable {
    public let method: HTTPMethod
    /// As it was added: `/job/{id}`.
    public let pattern: String
    public let operation: Operation?

    public init(_ method: HTTPMethod, _ pattern: String, _ operation: Operation?) {
        self.method = method
        self.pattern = pattern
        self.operation = operation
    }
}

extension Sequence<Route> {
    /// Paths without parameters at which every described operation needs no key.
    public var openPaths: [String] {
        Dictionary(grouping: self, by: \.pattern)
            .filter { $0.value.allSatisfy { $0.operation?.isOpen == true } }
            .compactMap { RoutePattern($0.key).literal }
    }
}
