internal import HTTPTypes

/// The ranges a `Range` field asks for (RFC 9110 section 14.1.2), before the size of anything is known.
public struct RangeSet: Equatable, Sendable {
    enum Spec: Equatable {
        case from(Int64)
        case between(Int64, Int64)
        case suffix(Int64)
    }

    let specs: [Spec]
    /// More would be answered with everything: many tiny ranges are an attack (section 14.2).
    static let limit = 64

    /// Reads the value of a `Range` field; nil for other units and for what is malformed, which is to be ignored.
    public init?(_ text: String) {
        guard let equals = text.utf8.firstIndex(of: 0x3d), text[..<equals].isToken("bytes") else { return nil }
        var specs: [Spec] = []
        for element in text[text.utf8.index(after: equals)...].split(separator: ",") {
            let element = element.trimmingHTTPWhitespace()
            if element.isEmpty { continue }
            guard specs.count < 4096, let spec = Spec(element) else { return nil }
            specs.append(spec)
        }
        if specs.isEmpty { return nil }
        self.specs = specs
    }

    /// What of the set lies within `size` bytes.
    enum Resolution: Equatable {
        /// Answer with everything: the set is better ignored.
        case whole
        case unsatisfiable
        /// Ranges without overlap; in the order asked for unless some had to be joined.
        case parts([Range<Int64>])
    }

    func resolve(size: Int64) -> Resolution {
        var parts: [Range<Int64>] = []
        for spec in specs {
            switch spec {
            case .from(let first) where first < size: parts.append(first..<size)
            case .between(let first, let last) where first < size: parts.append(first..<(min(last, size - 1) + 1))
            case .suffix(let count) where count > 0:
                // A suffix of nothing is satisfiable by the RFC's letter, but has no Content-Range.
                if size == 0 { return .whole }
                parts.append(max(0, size - count)..<size)
            default: break
            }
        }
        if parts.isEmpty { return .unsatisfiable }
        parts = Self.joined(parts)
        return parts.count > Self.limit ? .whole : .parts(parts)
    }

    /// Joins ranges where some overlap, so that no byte is sent twice.
    private static func joined(_ parts: [Range<Int64>]) -> [Range<Int64>] {
        let sorted = parts.sorted { $0.lowerBound < $1.lowerBound }
        var result: [Range<Int64>] = []
        for part in sorted {
            if let last = result.last, part.lowerBound < last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, part.upperBound)
            } else {
                result.append(part)
            }
        }
        return result.count == parts.count ? parts : result
    }
}

extension RangeSet.Spec {
    init?(_ text: Substring) {
        guard let dash = text.utf8.firstIndex(of: 0x2d) else { return nil }
        let first = text[..<dash]
        let last = text[text.utf8.index(after: dash)...]
        if first.isEmpty {
            guard let count = Self.number(last) else { return nil }
            self = .suffix(count)
            return
        }
        guard let start = Self.number(first) else { return nil }
        if last.isEmpty {
            self = .from(start)
            return
        }
        guard let end = Self.number(last), end >= start else { return nil }
        // Room for the bound one past the end.
        self = .between(start, min(end, .max - 1))
    }

    /// A count of any length; what no file can hold becomes the largest number.
    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int64(text) ?? .max
    }
}
