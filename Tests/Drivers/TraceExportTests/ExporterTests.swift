import EventLoops
import HTTPClient
import Telemetry
import Testing
import TraceExport

@Suite(.timeLimit(.minutes(2)))
struct ExporterTests {
    @Test(arguments: [
        "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01",
    ])
    func `What is no traceparent begins a trace of its own`(_ text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test func `A client's trace is continued`() throws {
        let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let parent = try #require(TraceContext(traceparent: text))
        let child = parent.child()
        #expect(child.trace == parent.trace && child.span != parent.span)
        #expect(parent.trace.prefix(2) == [0x0a, 0xf7] && parent.span.last == 0x31)
        // A later version may say more.
        #expect(TraceContext(traceparent: "01" + text.dropFirst(2) + "-more") == parent)
    }

    @Test func `Work belongs to the request that asked first, and what is remembered has a limit`() {
        struct Nowhere: SpanSink { func record(_ span: Span) {} }
        let tracer = Tracer(Nowhere())
        tracer.adopt("nobody's")
        #expect(tracer.context(of: "nobody's") == nil)
        let (first, second) = (TraceContext.random(), TraceContext.random())
        TraceScope.$current.withValue(first) { tracer.adopt("work") }
        TraceScope.$current.withValue(second) { tracer.adopt("work") }
        #expect(tracer.context(of: "work") == first)
        TraceScope.$current.withValue(second) { for number in 0..<10_001 { tracer.adopt("\(number)") } }
        #expect(tracer.context(of: "work") == nil)
        #expect(tracer.context(of: "10000") == second)
    }

    @Test func `A collector that is not there costs spans and nothing else`() async throws {
        let loop = try EventLoop(name: "traces")
        let client = try HTTPClient(on: loop)
        let metrics = Metrics()
        let exporter = OTLPExporter(
            .init(address: "http://127.0.0.1:9/v1/traces", fields: [], service: "test", version: "0"), client,
            log: NoLog(), metrics: metrics)
        for _ in 0..<5000 { exporter.record(Span("x", .work, .random(), parent: nil, from: 1, to: 2)) }
        await exporter.flush()
        // 4,096 waited, of which one batch was tried.
        #expect(metrics.value(of: .init("stentor_spans_total", ["result": "dropped"])) == Double(5000 - 4096 + 512))
        await client.shutDown()
        await loop.shutDown()
    }
}
