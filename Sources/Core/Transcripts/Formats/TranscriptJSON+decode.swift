internal import FoundationEssentials

/// Why a JSON text is no transcript.
public struct TranscriptJSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Code: Hashable, Sendable {
        case tooLarge(limit: Int)
        case notATranscript(path: String)
        case unknownVersion(Int)
        case badTime(path: String)
    }

    public let code: Code

    public init(code: Code) { self.code = code }

    public var description: String {
        switch code {
        case .tooLarge(let limit): "The JSON is larger than \(limit) bytes."
        case .notATranscript(let path): "The JSON is not a transcript: \(path) is missing or of another kind."
        case .unknownVersion(let version):
            "The transcript has schema version \(version); this program reads \(TranscriptJSON.schemaVersion)."
        case .badTime(let path): "The transcript has a time that is negative or ends before it starts in \(path)."
        }
    }
}

extension TranscriptJSON {
    /// Reads what `encode` wrote. Without words the confidences of segments are lost, since they are the words' mean.
    ///
    /// - Parameter limit: bytes the text may have at most.
    public static func decode(_ bytes: [UInt8], limit: Int = 64 << 20) throws(TranscriptJSONError) -> Transcript {
        guard bytes.count <= limit else { throw TranscriptJSONError(code: .tooLarge(limit: limit)) }
        let document: Document
        do {
            let version = try JSONDecoder().decode(Version.self, from: Data(bytes)).schema_version
            guard version == schemaVersion else { throw TranscriptJSONError(code: .unknownVersion(version)) }
            document = try JSONDecoder().decode(Document.self, from: Data(bytes))
        } catch let error as TranscriptJSONError {
            throw error
        } catch let error as DecodingError {
            throw TranscriptJSONError(code: .notATranscript(path: error.path))
        } catch {
            throw TranscriptJSONError(code: .notATranscript(path: "the text"))
        }
        try document.checkTimes()
        return document.transcript
    }
}

// The names are those of the JSON, so that the decoder needs no table of keys.
// swift-format-ignore: AlwaysUseLowerCamelCase
private struct Version: Decodable {
    var schema_version: Int
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct Document: Decodable {
    struct SegmentItem: Decodable {
        var start: Double
        var end: Double
        var text: String
        var speaker: String?
        var flags: [SegmentFlag]
        var words: [WordItem]?
    }

    struct WordItem: Decodable {
        var start: Double
        var end: Double
        var text: String
        var confidence: Double?
        var speaker: String?
        var estimated: Bool
    }

    struct StretchItem: Decodable {
        var start: Double
        var end: Double
        var kind: Stretch.Kind
        var reason: String?
    }

    struct PartItem: Decodable {
        var start: Double
        var end: Double
        var engine: String
        var model: String
        var billed_seconds: Double
        var cost_usd: Double
    }

    struct TurnItem: Decodable {
        var start: Double
        var end: Double
        var speaker: String
        var confidence: Double
        var overlap: Bool
    }

    var language: String?
    var duration: Double
    var engine: String
    var model: String
    var warnings: [String]
    var segments: [SegmentItem]
    var timeline: [StretchItem]
    var parts: [PartItem]?
    var turns: [TurnItem]?

    func checkTimes() throws(TranscriptJSONError) {
        func check(_ start: Double, _ end: Double, _ path: @autoclosure () -> String) throws(TranscriptJSONError) {
            guard start >= 0, end >= start else { throw TranscriptJSONError(code: .badTime(path: path())) }
        }
        try check(0, duration, "duration")
        for (index, item) in segments.enumerated() {
            try check(item.start, item.end, "segments[\(index)]")
            for word in item.words ?? [] { try check(word.start, word.end, "segments[\(index)].words") }
        }
        for (index, item) in timeline.enumerated() { try check(item.start, item.end, "timeline[\(index)]") }
        for (index, item) in (parts ?? []).enumerated() { try check(item.start, item.end, "parts[\(index)]") }
        for (index, item) in (turns ?? []).enumerated() { try check(item.start, item.end, "turns[\(index)]") }
    }

    var transcript: Transcript {
        Transcript(
            duration: duration, language: language, engine: engine, model: model,
            segments: segments.map { item in
                Segment(
                    span: TimeSpan(start: item.start, end: item.end), text: item.text,
                    words: (item.words ?? []).map { word in
                        Word(
                            span: TimeSpan(start: word.start, end: word.end), text: word.text,
                            confidence: word.confidence, speaker: word.speaker, isEstimated: word.estimated)
                    }, speaker: item.speaker, flags: item.flags)
            },
            timeline: timeline.map {
                Stretch(span: TimeSpan(start: $0.start, end: $0.end), kind: $0.kind, reason: $0.reason)
            }, warnings: warnings,
            parts: (parts ?? []).map {
                TranscriptPart(
                    span: TimeSpan(start: $0.start, end: $0.end), engine: $0.engine, model: $0.model,
                    billedSeconds: $0.billed_seconds, cost: $0.cost_usd)
            },
            speakerTurns: (turns ?? []).map {
                SpokenTurn(
                    span: TimeSpan(start: $0.start, end: $0.end), speaker: $0.speaker, confidence: $0.confidence,
                    isOverlapped: $0.overlap)
            })
    }
}

extension DecodingError {
    /// Where in the document it went wrong, as `segments[3].text`.
    fileprivate var path: String {
        let (keys, last): ([any CodingKey], (any CodingKey)?) =
            switch self {
            case .keyNotFound(let key, let context): (context.codingPath, key)
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context.codingPath, nil)
            @unknown default: ([], nil)
            }
        let path = (keys + (last.map { [$0] } ?? [])).reduce("") { path, key in
            if let index = key.intValue { return path + "[\(index)]" }
            // A key is the sender's text: cut, and on one line.
            return path + (path.isEmpty ? "" : ".") + String(key.stringValue.singleLine.prefix(40))
        }
        return path.isEmpty ? "the text" : path
    }
}
