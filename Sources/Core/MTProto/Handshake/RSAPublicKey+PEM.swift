extension RSAPublicKey {
    /// The keys in a PEM text, each as `RSA PUBLIC KEY` (PKCS #1, RFC 8017 A.1.1); nil when one of them is broken or there
    /// is none.
    public static func keys(pem: String) -> [RSAPublicKey]? {
        let begin = "-----BEGIN RSA PUBLIC KEY-----"
        let end = "-----END RSA PUBLIC KEY-----"
        var keys: [RSAPublicKey] = []
        var body: [UInt8]?
        for line in pem.split(whereSeparator: \.isNewline) {
            let line = line.filter { !$0.isWhitespace }
            if line == begin.filter({ !$0.isWhitespace }) {
                body = []
            } else if line == end.filter({ !$0.isWhitespace }) {
                guard let text = body, let bytes = base64(text), let key = RSAPublicKey(der: bytes) else { return nil }
                keys.append(key)
                body = nil
            } else {
                body?.append(contentsOf: line.utf8)
            }
        }
        return body == nil && !keys.isEmpty ? keys : nil
    }

    /// `SEQUENCE { modulus INTEGER, publicExponent INTEGER }`.
    init?(der: [UInt8]) {
        var rest = der[...]
        guard let sequence = Self.element(&rest, tag: 0x30), rest.isEmpty else { return nil }
        rest = sequence
        guard let modulus = Self.element(&rest, tag: 0x02), let exponent = Self.element(&rest, tag: 0x02),
            rest.isEmpty
        else { return nil }
        self.init(modulus: Array(modulus), exponent: Array(exponent))
    }

    private static func element(_ bytes: inout ArraySlice<UInt8>, tag: UInt8) -> ArraySlice<UInt8>? {
        guard bytes.popFirst() == tag, let first = bytes.popFirst() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            let count = Int(first & 0x7f)
            guard (1...2).contains(count), bytes.count >= count else { return nil }
            length = bytes.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            bytes = bytes.dropFirst(count)
        }
        guard bytes.count >= length else { return nil }
        defer { bytes = bytes.dropFirst(length) }
        return bytes.prefix(length)
    }

    private static func base64(_ text: [UInt8]) -> [UInt8]? { Base64.decode(text) }
}
