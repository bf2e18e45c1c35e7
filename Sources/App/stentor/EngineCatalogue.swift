import Glibc
import HostProcesses
import Transcription

/// The engines of this installation with the models each can run.
struct EngineCatalogue: Sendable {
    struct Entry: Sendable {
        let candidate: EngineCandidate
        let kind: String
        let files: [String: String]
        /// Bytes one loaded model takes.
        let memory: Int
    }

    let entries: [Entry]

    init(_ installation: Installation) {
        entries = Self.sphinx()
    }

    var selection: EngineSelection { EngineSelection(entries.map(\.candidate)) }

    func entry(for candidate: EngineCandidate) -> Entry? {
        entries.first { $0.candidate == candidate }
    }

    /// Where Debian's package `pocketsphinx-en-us` puts its model.
    static let sphinxFolder = "/usr/share/pocketsphinx/model/en-us"

    private static func sphinx() -> [Entry] {
        guard access("\(sphinxFolder)/en-us.lm.bin", R_OK) == 0 else { return [] }
        let candidate = EngineCandidate(
            engine: "sphinx", model: "en-us", family: .sphinx, languages: ["en"], detectsLanguage: false)
        return [Entry(candidate: candidate, kind: "", files: ["folder": sphinxFolder], memory: 160 << 20)]
    }
}
