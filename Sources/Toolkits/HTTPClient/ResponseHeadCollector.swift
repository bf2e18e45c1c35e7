internal import HTTPTypes

/// The head of a response, line by line as libcurl hands it out: interim responses dropped, trailers ignored.
struct ResponseHeadCollector {
    enum Step: Equatable {
        case more
        case complete
        case tooLarge
    }

    private(set) var status = HTTPStatus(0)
    private(set) var fields = HTTPFields()
    private(set) var isComplete = false
    private var size = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes one line with its line end.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Step {
        // libcurl reports the trailers of a chunked body through the same callback; the head is not to change.
        if isComplete { return .more }
        size += line.count
        if size > limit { return .tooLarge }
        let text = String(decoding: line, as: UTF8.self).trimmingLineEnd()
        if text.hasPrefix("HTTP/") {
            fields = HTTPFields()
            let words = text.split(separator: " ", maxSplits: 2)
            status = HTTPStatus(words.count > 1 ? Int(words[1]) ?? 0 : 0)
        } else if text.isEmpty {
            isComplete = status.code >= 200 || status == .switchingProtocols
            return isComplete ? .complete : .more
        } else if let colon = text.utf8.firstIndex(of: 0x3a) {
            let value = text[text.utf8.index(after: colon)...].trimmingHTTPWhitespace()
            fields.append(HTTPFieldName(String(text[..<colon])), String(value))
        }
        return .more
    }
}

extension String {
    fileprivate func trimmingLineEnd() -> Substring {
        var bytes = utf8[...]
        while let last = bytes.last, last == 0x0d || last == 0x0a { bytes.removeLast() }
        return Substring(bytes)
    }
}
