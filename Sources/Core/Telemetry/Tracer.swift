import Synchronization

/// Something that took time. Never a secret, never text that somebody spoke or named: only the program's own words and
/// numbers.
public struct Span: Sendable, Hashable {
    public enum Kind: Int, Sendable, Hashable { case work = 1, server = 2, client = 3 }

    public var name: String
    public var kind: Kind
    public var context: TraceContext
    /// The span within which it happened: 8 bytes.
    public var parent: [UInt8]?
    /// Seconds since 1970.
    public var start: Double
    public var end: Double
    public var attributes: [String: LogEvent.Value]
    public var hasFailed: Bool

    public init(
        _ name: String, _ kind: Kind, _ context: TraceContext, parent: [UInt8]?, from start: Double, to end: Double,
        _ attributes: [String: LogEvent.Value] = [:], hasFailed: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.context = context
        self.parent = parent
        self.start = start
        self.end = end
        self.attributes = attributes
        self.hasFailed = hasFailed
    }
}

/// The port to whoever collects spans. Must not wait.
public protocol SpanSink: Sendable {
    func record(_ span: Span)
}

/// Ties what a request asked for to what is done for it later, by other tasks.
public final class Tracer: Sendable {
    /// More than can be in work at once; the oldest go first.
    private static let mostRemembered = 10_000

    private struct State {
        var contexts: [String: TraceContext] = [:]
        var order: [String] = []
    }

    private let sink: any SpanSink
    private let state = Mutex(State())

    public init(_ sink: any SpanSink) { self.sink = sink }

    public func record(_ span: Span) { sink.record(span) }

    /// Work under this name belongs to the current request. The first one that asked for it keeps it.
    public func adopt(_ work: String) {
        guard let context = TraceScope.current else { return }
        state.withLock { state in
            guard state.contexts[work] == nil else { return }
            state.contexts[work] = context
            state.order.append(work)
            // Half at once, so that it is rarely done.
            guard state.order.count > Self.mostRemembered else { return }
            for old in state.order.prefix(Self.mostRemembered / 2) { state.contexts[old] = nil }
            state.order.removeFirst(Self.mostRemembered / 2)
        }
    }

    /// The request that work belongs to; work of an earlier process begins a trace of its own.
    public func context(of work: String) -> TraceContext? { state.withLock { $0.contexts[work] } }
}
