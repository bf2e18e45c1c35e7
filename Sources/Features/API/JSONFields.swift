import FoundationEssentials
import HTTPTypes

/// A flat JSON object whose numbers keep their kind: `100.0` where clients of typed languages expect a fraction, which
/// Foundation's encoder writes as `100`.
struct JSONFields {
    private var parts: [String] = []

    mutating func add(_ name: String, text: String) { parts.append("\(Self.quoted(name)):\(Self.quoted(text))") }

    mutating func add(_ name: String, whole: Int) { parts.append("\(Self.quoted(name)):\(whole)") }

    /// `nil` is null, and so is what JSON cannot say.
    mutating func add(_ name: String, fraction: Double?) {
        let number = fraction.flatMap { $0.isFinite ? "\($0)" : nil }
        parts.append("\(Self.quoted(name)):\(number ?? "null")")
    }

    mutating func add(_ name: String, json: some Encodable) throws {
        parts.append("\(Self.quoted(name)):\(String(decoding: try Self.encoded(json), as: UTF8.self))")
    }

    /// Any value as JSON on one line.
    static func encoded(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(value))
    }

    var text: String { "{" + parts.joined(separator: ",") + "}" }

    var response: HTTPResponse {
        HTTPResponse(.ok, fields: [.contentType: "application/json"], body: .text(text))
    }

    private static func quoted(_ text: String) -> String {
        // A string can always be encoded.
        guard let data = try? JSONEncoder().encode(text) else { return "\"\"" }
        return String(decoding: data, as: UTF8.self)
    }
}
