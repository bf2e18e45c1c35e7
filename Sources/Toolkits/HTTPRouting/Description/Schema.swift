/// The shape of a value, as far as descriptions of an interface say it (JSON Schema 2020-12).
public indirect enum Schema: Sendable, Hashable {
    case text
    /// One of these words.
    case word([String])
    /// Matches a regular expression (ECMA-262).
    case pattern(String)
    /// At least so many characters and at most so many.
    case bounded(ClosedRange<Int>)
    case address
    case truth
    case whole(ClosedRange<Int>?)
    case number(ClosedRange<Double>?)
    case file
    case list(Schema)
    /// Members, those that are always there, and whether there may be others.
    case object([String: Schema], required: [String] = [])
    /// Also null.
    case optional(Schema)
    case either([Schema])
    case anything

    var json: JSONValue {
        switch self {
        case .text: ["type": "string"]
        case .word(let words): ["type": "string", "enum": .list(words.map { .text($0) })]
        case .pattern(let pattern): ["type": "string", "pattern": .text(pattern)]
        case .bounded(let range):
            ["type": "string", "minLength": .whole(range.lowerBound), "maxLength": .whole(range.upperBound)]
        case .address: ["type": "string", "format": "uri"]
        case .truth: ["type": "boolean"]
        case .whole(let range): Self.ranged("integer", range.map { (.whole($0.lowerBound), .whole($0.upperBound)) })
        case .number(let range): Self.ranged("number", range.map { (.number($0.lowerBound), .number($0.upperBound)) })
        // OpenAPI 3.1, "Considerations for File Uploads": a part of a form that is no text.
        case .file: ["type": "string", "format": "binary", "contentMediaType": "application/octet-stream"]
        case .list(let element): ["type": "array", "items": element.json]
        case .object(let members, let required):
            [
                "type": "object", "properties": .object(members.mapValues(\.json)),
                "required": .list(required.map { .text($0) }),
            ]
        case .optional(let schema): ["anyOf": [schema.json, ["type": "null"]]]
        case .either(let schemas): ["anyOf": .list(schemas.map(\.json))]
        case .anything: [:]
        }
    }

    private static func ranged(_ type: String, _ range: (JSONValue, JSONValue)?) -> JSONValue {
        guard let range else { return ["type": .text(type)] }
        return ["type": .text(type), "minimum": range.0, "maximum": range.1]
    }
}
