import HTTPRouting
import HTTPTypes
import Scheduling

/// `known_speaker_names[]` and `known_speaker_references[]`: up to four people, each with a clip as a data URL.
struct KnownSpeakerFields: Sendable {
    static let most = 4
    /// Bytes of one reference: ten seconds of 48 kHz in stereo, as text.
    static let longest = 4 << 20

    private var names: [String] = []
    private var clips: [[UInt8]] = []

    /// Pairs in the order in which they came.
    var references: [SpeakerReference] { zip(names, clips).map { SpeakerReference(name: $0, clip: $1) } }
    var isEmpty: Bool { names.isEmpty && clips.isEmpty }

    mutating func take(name: String) throws {
        guard names.count < Self.most else { throw Self.bad("names", "at most four") }
        let words = name.unicodeScalars.split { $0.value <= 0x20 || (0x7f...0x9f).contains($0.value) }
        let plain = words.map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
        guard (1...80).contains(plain.count), !plain.hasPrefix("SPEAKER_") else {
            throw Self.bad("names", "1 to 80 characters that do not begin with SPEAKER_")
        }
        guard !names.contains(plain) else { throw Self.bad("names", "each another one") }
        names.append(plain)
    }

    mutating func take(reference: String) throws {
        guard clips.count < Self.most else { throw Self.bad("references", "at most four") }
        let wanted = "data URLs with base64, such as data:audio/wav;base64,…"
        guard reference.prefix(5).lowercased() == "data:", let comma = reference.firstIndex(of: ","),
            reference[..<comma].lowercased().hasSuffix(";base64"),
            let bytes = Base64.decode(String(reference[reference.index(after: comma)...])), !bytes.isEmpty
        else { throw Self.bad("references", wanted) }
        clips.append(bytes)
    }

    func check() throws {
        guard names.count == clips.count else { throw Self.bad("references", "as many as there are names") }
    }

    private static func bad(_ what: String, _ wanted: String) -> any Error {
        ErrorTable.http(
            .badRequest, "invalid_value", "The field “known_speaker_\(what)” must be \(wanted).",
            parameter: "known_speaker_\(what)")
    }
}
