import HTTPTypes
import Multipart

/// What the body of a request is, as far as routes care.
struct MediaType {
    enum Kind {
        case form, urlEncoded, json, audio, other, none
    }

    let kind: Kind

    init(_ contentType: String?) {
        guard let contentType, !contentType.isEmpty else {
            kind = .none
            return
        }
        let value = contentType.split(separator: ";")[0].trimmingHTTPWhitespace().lowercased()
        switch value {
        case "multipart/form-data": kind = .form
        case "application/x-www-form-urlencoded": kind = .urlEncoded
        case "application/json": kind = .json
        case "application/octet-stream", "application/ogg": kind = .audio
        default: kind = value.hasPrefix("audio/") || value.hasPrefix("video/") ? .audio : .other
        }
    }
}

/// A JSON object of texts, numbers and truths, as a form would send them.
struct FlatObject: Decodable {
    let fields: [(String, String)]

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        fields = try container.allKeys.compactMap { name in
            if try container.decodeNil(forKey: name) { return nil }
            if let text = try? container.decode(String.self, forKey: name) { return (name.stringValue, text) }
            if let truth = try? container.decode(Bool.self, forKey: name) { return (name.stringValue, "\(truth)") }
            if let whole = try? container.decode(Int.self, forKey: name) { return (name.stringValue, "\(whole)") }
            return (name.stringValue, "\(try container.decode(Double.self, forKey: name))")
        }
    }
}
