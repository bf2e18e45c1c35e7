internal import FoundationEssentials

/// `model.json`: what is installed in a model's folder.
struct ModelRecord: Codable, Hashable {
    struct File: Codable, Hashable {
        /// `nil` for what comes along: licences, notes, weights that the model's file refers to.
        var role: FileRole?
        /// The name inside the model's folder.
        var path: String
        var bytes: Int64
        var sha256: String
        /// How the file looked when its hash was last checked.
        var stamp: FileStamp
    }

    static let fileName = "model.json"
    static let currentFormat = 1

    var format = Self.currentFormat
    var name: String
    var kind: ModelKind
    var languages: [String]
    var ramBytes: Int64
    var licence: String
    var attribution: String?
    var isRestricted: Bool
    /// Where it came from: a URL, or `import`.
    var source: String
    var files: [File]

    enum CodingKeys: String, CodingKey {
        case format, name, kind, languages, licence, attribution, source, files
        case ramBytes = "ram_bytes"
        case isRestricted = "restricted"
    }

    /// Reads a record and checks that it names only files of its own folder.
    static func read(_ bytes: [UInt8], name: String) throws(ModelError) -> ModelRecord {
        let record: ModelRecord
        do {
            record = try JSONDecoder().decode(ModelRecord.self, from: Data(bytes))
        } catch {
            throw .badRecord(name)
        }
        let roles = record.files.compactMap(\.role)
        guard record.format == currentFormat, record.name == name, Set(roles).isSuperset(of: record.kind.roles),
            Set(roles).count == roles.count, record.files.allSatisfy({ ModelName.isFileName($0.path) })
        else { throw .badRecord(name) }
        return record
    }

    func encoded() throws(ModelError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self)) + [0x0A]
        } catch {
            throw .badRecord(name)
        }
    }
}
