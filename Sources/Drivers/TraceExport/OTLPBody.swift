internal import FoundationEssentials
internal import Telemetry

/// The body of `POST /v1/traces` in OTLP's JSON encoding
/// (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): ids as hexadecimal digits, 64-bit numbers as text.
enum OTLPBody {
    static func json(_ spans: [Span], service: String, version: String) throws -> [UInt8] {
        let body = Traces(resourceSpans: [
            .init(
                resource: .init(attributes: [
                    .init(key: "service.name", value: .init(.text(service))),
                    .init(key: "service.version", value: .init(.text(version))),
                ]), scopeSpans: [.init(scope: .init(name: "stentor", version: version), spans: spans.map(Entry.init))])
        ])
        return Array(try JSONEncoder().encode(body))
    }

    private struct Traces: Encodable { let resourceSpans: [ResourceSpans] }

    private struct ResourceSpans: Encodable {
        let resource: Resource
        let scopeSpans: [ScopeSpans]
    }

    private struct Resource: Encodable { let attributes: [Attribute] }

    private struct ScopeSpans: Encodable {
        let scope: Scope
        let spans: [Entry]
    }

    private struct Scope: Encodable {
        let name: String
        let version: String
    }

    private struct Attribute: Encodable {
        let key: String
        let value: Value
    }

    private struct Value: Encodable {
        var stringValue: String?
        var doubleValue: Double?
        var intValue: String?

        init(_ value: LogEvent.Value) {
            switch value {
            case .text(let text): stringValue = text
            case .number(let number): doubleValue = number
            case .whole(let number): intValue = String(number)
            }
        }
    }

    private struct Status: Encodable { let code: Int }

    private struct Entry: Encodable {
        let traceId: String
        let spanId: String
        let parentSpanId: String?
        let name: String
        let kind: Int
        let startTimeUnixNano: String
        let endTimeUnixNano: String
        let attributes: [Attribute]
        let status: Status

        init(_ span: Span) {
            traceId = Self.hex(span.context.trace)
            spanId = Self.hex(span.context.span)
            parentSpanId = span.parent.map(Self.hex)
            name = span.name
            kind = span.kind.rawValue
            startTimeUnixNano = Self.nanoseconds(span.start)
            endTimeUnixNano = Self.nanoseconds(max(span.start, span.end))
            attributes = span.attributes.sorted { $0.key < $1.key }.map {
                Attribute(key: $0.key, value: Value($0.value))
            }
            status = Status(code: span.hasFailed ? 2 : 0)
        }

        private static func hex(_ bytes: [UInt8]) -> String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }

        private static func nanoseconds(_ seconds: Double) -> String {
            String(UInt64(max(0, min(seconds, 1e10)) * 1e9))
        }
    }
}
