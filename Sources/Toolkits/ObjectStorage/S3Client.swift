internal import Crypto
internal import EventLoops
public import HTTPClient
internal import HTTPTypes

/// What is known of an object without reading it.
public struct S3Object: Sendable, Hashable {
    public var key: String
    public var bytes: Int64
    /// Names this version of it.
    public var tag: String
    /// Seconds since 1970.
    public var modified: Double
}

/// A bucket of Amazon S3 or a compatible store.
///
/// Every call has one deadline, tries after failures included. All calls may be sent twice without harm; what then
/// looks as if another had written is cleared up by its caller, who knows what was written.
public final class S3Client: Sendable {
    let location: S3Location
    private let credentials: S3Credentials
    private let http: HTTPClient
    /// Seconds since 1970.
    private let now: @Sendable () -> Double
    /// Seconds by which the store's clock is ahead of ours, once it has complained.
    private let offset = Guarded(0.0)
    private let patience: Duration

    /// - Parameter patience: for one call; transfers of many bytes get more.
    public init(
        _ location: S3Location, _ credentials: S3Credentials, http: HTTPClient, patience: Duration = .seconds(20),
        now: @escaping @Sendable () -> Double
    ) {
        self.location = location
        self.credentials = credentials
        self.http = http
        self.patience = patience
        self.now = now
    }

    /// One request, as it is sent again after a failure.
    struct Call: Sendable {
        var method: HTTPMethod
        var path: String
        var query: [(name: String, value: String)] = []
        var fields: [(name: String, value: String)] = []
        var body: [UInt8] = []
        /// Of the answer's body.
        var limit = (1 << 20) - 1
    }

    struct Answer: Sendable {
        var status: HTTPStatus
        var fields: HTTPFields
        var body: [UInt8]

        /// The store's own word for an error.
        var code: String { S3Answers(body).first("Code") ?? "status \(status.code)" }
    }

    /// The answer once the store gave one that is not “later”.
    func send(_ call: Call) async throws(S3Error) -> Answer {
        // A megabyte a second is slow for a store.
        let deadline = MonotonicTime.now() + patience + .seconds(max(call.body.count, call.limit) >> 20)
        var pause = Duration.milliseconds(100)
        while true {
            let reason: String
            do {
                let answer = try await attempt(call, timeout: deadline - .now())
                guard let excuse = try excuse(answer) else { return answer }
                reason = excuse
            } catch let error as S3Error {
                throw error
            } catch let error as HTTPClientError {
                if [.invalidRequest, .security, .shutDown].contains(error.code) { throw .broken("\(error)") }
                reason = "\(error.code)"
            } catch is CancellationError {
                throw .unavailable("the call was cancelled")
            } catch {
                throw .broken("\(error)")
            }
            guard MonotonicTime.now() + pause < deadline, (try? await Task.sleep(for: pause)) != nil else {
                throw .unavailable(reason)
            }
            pause = min(pause * 2, .seconds(3))
        }
    }

    /// Why the call should be made again; `nil` when the answer is one.
    private func excuse(_ answer: Answer) throws -> String? {
        switch answer.status.code {
        case 429, 500, 502, 503, 504: return "status \(answer.status.code)"
        // The bodies of complete uploads may hold an error behind a good status.
        case 200 where answer.body.count < 4096 && S3Answers(answer.body).first("Error") != nil: return answer.code
        case 403 where answer.code == "RequestTimeTooSkewed":
            guard let date = answer.fields[.date].flatMap({ HTTPDate.parse($0) }) else { return nil }
            offset.withLock { $0 = Double(date) - now() }
            return "the clocks differ"
        default: return nil
        }
    }

    private func attempt(_ call: Call, timeout: Duration) async throws -> Answer {
        let digest = try SHA256.digest(of: call.body).hex
        let date = SignatureV4.date(now() + offset.withLock { $0 })
        let fields =
            call.fields + [("host", location.host), ("x-amz-content-sha256", digest), ("x-amz-date", date)]
        let signature = try SignatureV4(credentials: credentials, region: location.region).authorization(
            SignatureV4.Request(
                method: call.method.name, path: call.path, query: call.query, fields: fields, bodyDigest: digest),
            date: date)
        let query = SignatureV4.canonicalQuery(call.query)
        var request = HTTPClientRequest(
            call.method,
            location.origin + SignatureV4.escaped(call.path, keepsSlashes: true) + (query.isEmpty ? "" : "?" + query))
        for field in fields where field.name != "host" { request.fields.append(HTTPFieldName(field.name), field.value) }
        request.fields.append(.authorization, signature)
        request.body = call.body.isEmpty ? .empty : .bytes(call.body)
        request.timeouts.total = max(timeout, .milliseconds(1))
        request.timeouts.connect = .seconds(5)
        let response = try await http.execute(request)
        // The length of what a HEAD does not bring is no length of its body.
        let body = call.method == .head ? [] : try await response.body.collect(upTo: call.limit)
        return Answer(status: response.status, fields: response.fields, body: body)
    }

    /// The error of an answer that is not the wanted one.
    static func failure(_ answer: Answer) -> S3Error {
        switch answer.status.code {
        case 404: .notFound
        case 409, 412: .conditionFailed
        case 401, 403: .refused(code: answer.code)
        default: .broken(answer.code)
        }
    }
}
