/// The bytes of one answer, right or wrong.
struct AnswerPlan {
    private(set) var head = ""
    private(set) var body: [UInt8] = []
    private(set) var hasHead = true
    private(set) var keepsConnection = true
    private(set) var stalls = false

    init(request: FaultyFileServer.Request, fault: Fault, file: [UInt8]?, tag: String) {
        switch fault {
        case .noAnswer: hasHead = false
        case .status(let code): setEmpty(code)
        case .redirect(let path): setEmpty(302, "Location: \(path)\r\n")
        default:
            if let file { plan(request, fault, file, tag) } else { setEmpty(404) }
        }
    }

    private mutating func plan(_ request: FaultyFileServer.Request, _ fault: Fault, _ file: [UInt8], _ tag: String) {
        var file = file
        if case .other(let bytes) = fault { file = bytes }
        if case .longer(let count) = fault { file += [UInt8](repeating: 7, count: count) }
        var offset = request.range.flatMap(Self.offset) ?? 0
        if fault == .ignoreRange || (request.ifRange.map { $0 != tag } ?? false) { offset = 0 }
        if offset > 0, offset >= file.count {
            setEmpty(416, "Content-Range: bytes */\(file.count)\r\n")
            return
        }
        let isPartial = offset > 0
        if isPartial, case .wrongRange(let other) = fault { offset = other }
        setFile(file, from: offset, tag: tag, isPartial: isPartial, namesRange: fault != .rangeWithoutField)
        apply(fault)
    }

    private mutating func setEmpty(_ code: Int, _ fields: String = "") {
        head = "HTTP/1.1 \(code) Scripted\r\n\(fields)Content-Length: 0\r\n\r\n"
    }

    private mutating func setFile(_ file: [UInt8], from offset: Int, tag: String, isPartial: Bool, namesRange: Bool) {
        body = Array(file[offset...])
        head = "HTTP/1.1 \(isPartial ? "206 Partial Content" : "200 OK")\r\nETag: \(tag)\r\n"
        if isPartial, namesRange { head += "Content-Range: bytes \(offset)-\(file.count - 1)/\(file.count)\r\n" }
        head += "Content-Length: \(body.count)\r\n\r\n"
    }

    private mutating func apply(_ fault: Fault) {
        switch fault {
        case .cut(let count):
            body = Array(body.prefix(count))
            keepsConnection = false
        case .stall(let count):
            body = Array(body.prefix(count))
            stalls = true
            keepsConnection = false
        case .endless(let count):
            head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
            body += [UInt8](repeating: 7, count: count)
            keepsConnection = false
        default: break
        }
    }

    /// `bytes=5-`.
    private static func offset(_ range: String) -> Int? {
        guard range.hasPrefix("bytes="), range.hasSuffix("-") else { return nil }
        return Int(range.dropFirst(6).dropLast())
    }
}
