public import HTTPTypes

/// A form to be sent, with file parts that are produced while they are sent.
public struct MultipartForm: Sendable {
    private struct Part: Sendable {
        let head: [UInt8]
        let body: OutgoingBody
    }

    private let boundary: String
    private var parts: [Part] = []

    public init() {
        boundary =
            "stentor-" + String(UInt64.random(in: .min ... .max), radix: 36)
            + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    /// Adds a plain field.
    public mutating func add(_ name: String, _ value: String) {
        parts.append(Part(head: head(name, nil, nil), body: .text(value)))
    }

    /// Adds a file.
    public mutating func add(_ name: String, fileName: String, contentType: String, body: OutgoingBody) {
        parts.append(Part(head: head(name, fileName, contentType), body: body))
    }

    /// The value for `Content-Type`.
    public var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    /// The body; its length is known when that of every part is.
    public var body: OutgoingBody {
        let end = Array("--\(boundary)--\r\n".utf8)
        var length: Int64? = Int64(end.count)
        for part in parts {
            length = length.flatMap { sum in part.body.length.map { sum + $0 + Int64(part.head.count) + 2 } }
        }
        let parts = parts
        return .stream(length: length) { writer in
            for part in parts {
                try await writer.write(part.head)
                switch part.body.storage {
                case .empty: break
                case .bytes(let bytes): if !bytes.isEmpty { try await writer.write(bytes) }
                case .stream(_, let producer): try await producer(writer)
                }
                try await writer.write([0x0d, 0x0a])
            }
            try await writer.write(end)
        }
    }

    /// Names are quoted as browsers do it (HTML, "multipart/form-data encoding algorithm"): quotes and line ends as
    /// percent escapes.
    private func head(_ name: String, _ fileName: String?, _ contentType: String?) -> [UInt8] {
        var text = "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.quoted(name))\""
        if let fileName { text += "; filename=\"\(Self.quoted(fileName))\"" }
        text += "\r\n"
        if let contentType { text += "Content-Type: \(Self.quoted(contentType))\r\n" }
        return Array((text + "\r\n").utf8)
    }

    private static func quoted(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x22: result += Array("%22".utf8)
            case 0x0d: result += Array("%0D".utf8)
            case 0x0a: result += Array("%0A".utf8)
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
