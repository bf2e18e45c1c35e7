internal import HTTPTypes

/// The order of conditions of RFC 9110 section 13.2.2.
enum Preconditions {
    enum Verdict: Equatable {
        case proceed
        case notModified
        case failed
    }

    static func evaluate(_ request: HTTPRequest, _ representation: Representation) -> Verdict {
        let reads = request.method == .get || request.method == .head
        let fields = request.fields
        if let condition = condition(fields, .ifMatch) {
            let tag = representation.eTag
            let holds = condition?.contains { tag?.matchesStrongly($0) ?? false } ?? false
            if !holds { return .failed }
        } else if let limit = date(fields, .ifUnmodifiedSince), let modified = representation.lastModified,
            modified > limit
        {
            return .failed
        }
        if let condition = condition(fields, .ifNoneMatch) {
            let tag = representation.eTag
            let matches = condition?.contains { tag?.matchesWeakly($0) ?? false } ?? false
            if matches { return reads ? .notModified : .failed }
        } else if reads, let since = date(fields, .ifModifiedSince), let modified = representation.lastModified,
            modified <= since
        {
            return .notModified
        }
        return .proceed
    }

    /// Whether a range may be answered: without `If-Range`, or where its validator is still the current one
    /// (section 13.1.5). A weak tag and an inexact date never are.
    static func rangeApplies(_ request: HTTPRequest, _ representation: Representation) -> Bool {
        guard let value = request.fields[.ifRange] else { return true }
        var bytes = value.utf8[...]
        if let tag = EntityTag(parsing: &bytes) {
            return bytes.isEmpty && (representation.eTag?.matchesStrongly(tag) ?? false)
        }
        guard let date = HTTPDate.parse(value) else { return false }
        return date == representation.lastModified
    }

    /// Nil without the field; an inner nil for a malformed one, which matches nothing.
    private static func condition(_ fields: HTTPFields, _ name: HTTPFieldName) -> EntityTagCondition?? {
        let values = fields.values(of: name)
        if values.isEmpty { return nil }
        return .some(EntityTagCondition(values.joined(separator: ", ")))
    }

    private static func date(_ fields: HTTPFields, _ name: HTTPFieldName) -> Int64? {
        fields[name].flatMap { HTTPDate.parse($0) }
    }
}
