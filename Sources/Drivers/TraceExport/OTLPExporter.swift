internal import EventLoops
public import HTTPClient
internal import HTTPTypes
public import Telemetry

/// Sends spans to a collector of OpenTelemetry by OTLP over HTTP. A collector that is slow or gone costs spans, never time
/// or memory.
public final class OTLPExporter: SpanSink {
    public struct Configuration: Sendable {
        /// The whole address: `http://collector:4318/v1/traces`.
        public var address: String
        /// Sent with every request; they may hold secrets.
        public var fields: [(name: String, value: String)]
        public var service: String
        public var version: String
        /// How long spans gather.
        public var interval = Duration.seconds(2)

        public init(address: String, fields: [(name: String, value: String)], service: String, version: String) {
            self.address = address
            self.fields = fields
            self.service = service
            self.version = version
        }
    }

    /// Spans that may wait, and go in one request.
    static let mostWaiting = 4096
    static let mostTogether = 512

    private let configuration: Configuration
    private let client: HTTPClient
    private let log: any EventLog
    private let metrics: Metrics
    private let waiting = Guarded<[Span]>([])

    public init(_ configuration: Configuration, _ client: HTTPClient, log: any EventLog, metrics: Metrics) {
        self.configuration = configuration
        self.client = client
        self.log = log
        self.metrics = metrics
    }

    public func record(_ span: Span) {
        let isKept = waiting.withLock { waiting in
            guard waiting.count < Self.mostWaiting else { return false }
            waiting.append(span)
            return true
        }
        if !isKept { metrics.add(to: .init("stentor_spans_total", ["result": "dropped"])) }
    }

    /// Sends what gathers, until it is cancelled.
    public func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: configuration.interval)
            if !Task.isCancelled { await flush() }
        }
    }

    /// Sends everything that waits, once.
    public func flush() async {
        while true {
            let batch = waiting.withLock { waiting in
                let batch = Array(waiting.prefix(Self.mostTogether))
                waiting.removeFirst(batch.count)
                return batch
            }
            guard !batch.isEmpty else { return }
            let isSent = await send(batch)
            metrics.add(
                Double(batch.count), to: .init("stentor_spans_total", ["result": isSent ? "sent" : "dropped"]))
            // The rest would fare no better now.
            if !isSent { return }
        }
    }

    private func send(_ batch: [Span]) async -> Bool {
        do {
            var request = HTTPClientRequest(.post, configuration.address)
            request.fields[.contentType] = "application/json"
            for field in configuration.fields {
                request.fields[HTTPFieldName(field.name)] = field.value
            }
            request.body = .bytes(
                try OTLPBody.json(batch, service: configuration.service, version: configuration.version))
            let response = try await client.execute(request)
            _ = try? await response.body.collect(upTo: 64 << 10)
            guard response.status.code < 300 else {
                log.note(LogEvent(.warning, "traces refused", ["status": .whole(response.status.code)]))
                return false
            }
            return true
        } catch {
            if !Task.isCancelled { log.note(LogEvent(.debug, "traces not sent", ["reason": .text("\(error)")])) }
            return false
        }
    }
}
