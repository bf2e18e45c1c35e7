/// Where spans go, under the names that every program with OpenTelemetry has
/// (https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
public struct TraceSettings: Sendable, Hashable {
    /// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, or `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/traces` behind it; `nil` sends
    /// nothing.
    public var address: String?
    /// `OTEL_EXPORTER_OTLP_HEADERS`: `name=value` between commas; they may hold keys.
    public var fields: [Field]
    /// `OTEL_SERVICE_NAME`.
    public var service: String

    public struct Field: Sendable, Hashable {
        public var name: String
        public var value: Secret
    }

    init(_ reader: inout SettingsReader) {
        let base = reader.webAddress("OTEL_EXPORTER_OTLP_ENDPOINT")
        address =
            reader.webAddress("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
            ?? base.map { ($0.hasSuffix("/") ? String($0.dropLast()) : $0) + "/v1/traces" }
        let words = reader.words("OTEL_EXPORTER_OTLP_HEADERS")
        fields = words.compactMap { word in
            let parts = word.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
            return Field(name: String(parts[0]), value: Secret(String(parts[1])))
        }
        if fields.count != words.count {
            reader.complain("OTEL_EXPORTER_OTLP_HEADERS must be name=value with commas between")
        }
        service = reader.text("OTEL_SERVICE_NAME") ?? "stentor"
    }
}
