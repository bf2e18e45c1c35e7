import Crypto
import EventLoops
public import HTTPTypes

/// A bucket in memory behind S3's interface, with faults on order.
public final class FakeBucket: HTTPResponder {
    public enum Fault: Sendable, Hashable {
        /// Answers with this status and changes nothing.
        case status(Int)
        /// Does what is asked and answers with this status all the same.
        case lostAnswer(Int)
        /// Says that the clocks differ, until the date of a request is this one's day.
        case otherClock(now: Int64)
        /// Gives other bytes than were asked for.
        case shortRead
    }

    struct Stored: Sendable {
        var bytes: [UInt8]
        var tag: String
        var modified: Int64
    }

    struct State: Sendable {
        var objects: [String: Stored] = [:]
        var uploads: [String: [Int: [UInt8]]] = [:]
        var faults: [Fault] = []
        var requests: [String] = []
        var uploadCount = 0
        var now: Int64 = 1_369_353_600
        var pageSize = 1000
    }

    let state = Guarded(State())

    public init() {}

    // MARK: - What tests see and set

    public var objects: [String: [UInt8]] { state.withLock { $0.objects.mapValues(\.bytes) } }
    public var openUploads: Int { state.withLock { $0.uploads.count } }
    /// Methods and paths, in their order.
    public var requests: [String] { state.withLock { $0.requests } }

    /// The next requests suffer these, one each.
    public func suffer(_ faults: Fault...) { state.withLock { $0.faults += faults } }

    /// The time of what is written from now on, in seconds since 1970.
    public func set(now: Int64) { state.withLock { $0.now = now } }
    /// Objects in one page of a list.
    public func set(pageSize: Int) { state.withLock { $0.pageSize = pageSize } }
    public func put(_ key: String, _ bytes: [UInt8]) { state.withLock { $0.write(key, bytes) } }

    // MARK: - Requests

    public func respond(to request: HTTPRequest) async throws -> HTTPResponse {
        let body = try await request.body.collect(upTo: 64 << 20)
        guard try SHA256.digest(of: body).hex == request.fields["x-amz-content-sha256"],
            request.fields[.authorization]?.hasPrefix("AWS4-HMAC-SHA256 ") == true
        else { return Self.error(.badRequest, "XAmzContentSHA256Mismatch") }
        return state.withLock { state in
            state.requests.append("\(request.method) \(request.path)")
            let fault = state.faults.isEmpty ? nil : state.faults.removeFirst()
            switch fault {
            case .status(let code): return Self.error(HTTPStatus(code), "SlowDown")
            case .lostAnswer(let code):
                _ = state.answer(request, body)
                return Self.error(HTTPStatus(code), "InternalError")
            case .otherClock(let now):
                if request.fields["x-amz-date"]?.hasPrefix("19") == false {
                    var response = Self.error(.forbidden, "RequestTimeTooSkewed")
                    response.fields.append(.date, HTTPDate.format(now))
                    return response
                }
                return state.answer(request, body)
            case .shortRead:
                return HTTPResponse(.partialContent, body: .bytes([1]))
            case nil: return state.answer(request, body)
            }
        }
    }

    static func error(_ status: HTTPStatus, _ code: String) -> HTTPResponse {
        HTTPResponse(status, body: .text("<?xml version=\"1.0\"?><Error><Code>\(code)</Code></Error>"))
    }
}
