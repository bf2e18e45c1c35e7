/// A field that must not be sent, because it would break the message apart or smuggle a second one into it.
public struct InvalidFieldError: Error, Equatable, CustomStringConvertible {
    public init() {}
    public var description: String {
        "a header field holds a character that no message may carry; names are tokens, values hold no line breaks"
    }
}

extension UInt8 {
    /// Whether the byte may stand in a token (RFC 9110 section 5.6.2).
    @inlinable
    public var isTokenCharacter: Bool {
        // Bits of "!#$%&'*+-.^_`|~" and the letters and digits, 64 to a word.
        let low: UInt64 = 0x03ff_6cfa_0000_0000
        let high: UInt64 = 0x57ff_ffff_c7ff_fffe
        return self < 128 && (self < 64 ? low >> UInt64(self) : high >> UInt64(self & 63)) & 1 == 1
    }

    /// Whether the byte may stand in a field value: visible, space, tab or obs-text (RFC 9110 section 5.5).
    @inlinable
    public var isFieldValueCharacter: Bool {
        self >= 0x20 ? self != 0x7f : self == 0x09
    }
}

extension HTTPFields {
    /// Checks every field before it is sent.
    public func validate() throws(InvalidFieldError) {
        for field in self {
            let name = field.name.name.utf8
            guard !name.isEmpty, name.allSatisfy(\.isTokenCharacter),
                field.value.utf8.allSatisfy(\.isFieldValueCharacter)
            else { throw InvalidFieldError() }
        }
    }
}
