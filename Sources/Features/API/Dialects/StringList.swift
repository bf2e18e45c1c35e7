import FoundationEssentials

/// A list of texts written as JSON.
struct StringList {
    let elements: [String]

    /// Nil for anything else.
    init?(json: String) {
        guard let list = try? JSONDecoder().decode([String].self, from: Data(json.utf8)) else { return nil }
        elements = list
    }
}
