import CloudProviders
import Glibc
import ModelLibrary
import Settings
import Transcription

/// `stentor doctor`: what is installed, what works here, and what to do about the rest.
struct DoctorCommand {
    private let settings: Settings
    private let console: Console

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        let parsed = try OptionTable([]).parse(words)
        guard parsed.operands.isEmpty else { throw UsageError("doctor takes no file") }
        self.settings = settings
        self.console = console
    }

    /// 1 when something that is needed is missing.
    func run() async throws -> CInt {
        let installation = try Installation(settings)
        var findings = [dataFolder(), engineLibrary(installation), detectorModel(installation)]
        findings += try await Sandbox(host: installation.host).findings()
        let catalogue = try EngineCatalogue(models: ModelStore(folder: installation.modelFolder))
        findings +=
            engines(catalogue)
            + catalogue.faults.map {
                Finding(.warning, "model \($0.name)", "\($0.error)")
            }
        findings += choices(catalogue) + services()
        findings += try await Surroundings(settings: settings).findings()
        for finding in findings { try console.output(finding.line) }
        return findings.contains { $0.verdict == .missing } ? 1 : 0
    }

    /// Services on the network whose keys are set; nothing is asked of them.
    private func services() -> [Finding] {
        ProviderAccount.Service.allCases.filter { CloudChoice.isConfigured($0, settings.cloud) }.map { service in
            let account = settings.cloud[service]
            let model = ProviderAccount(service, key: nil, model: account.model).model
            let place = account.baseURL == nil ? "" : ", at an address of your own"
            return Finding(.good, "service \(service.rawValue)", "can be used with \(model)\(place)")
        }
    }

    private func dataFolder() -> Finding {
        Finding(.good, "data folder", settings.dataFolder)
    }

    private func engineLibrary(_ installation: Installation) -> Finding {
        let path = "\(installation.engineFolder)/libsherpa-onnx-c-api.so"
        guard access(path, R_OK) == 0 else {
            return Finding(.missing, "sherpa-onnx", "not installed: run “make setup”, or set STENTOR_ENGINE_DIR")
        }
        return Finding(.good, "sherpa-onnx", installation.engineFolder)
    }

    private func detectorModel(_ installation: Installation) -> Finding {
        guard access("\(installation.engineFolder)/silero_vad.onnx", R_OK) == 0 else {
            return Finding(.missing, "speech detector", "its model is not installed: run “make setup”")
        }
        return Finding(.good, "speech detector", "Silero")
    }

    private func engines(_ catalogue: EngineCatalogue) -> [Finding] {
        let hasSphinx = catalogue.entries.contains { $0.candidate.engine == "sphinx" }
        let models = catalogue.entries.filter { $0.candidate.engine != "sphinx" }.map(\.candidate.model)
        return [
            hasSphinx
                ? Finding(.good, "PocketSphinx", "English, needs no download, about every third word wrong")
                : Finding(.warning, "PocketSphinx", "not installed: “apt-get install pocketsphinx-en-us”"),
            models.isEmpty
                ? Finding(.warning, "models", "none: “stentor models list”, then “stentor models pull NAME”")
                : Finding(.good, "models", models.joined(separator: ", ")),
        ]
    }

    /// What `auto` would take, and why.
    private func choices(_ catalogue: EngineCatalogue) -> [Finding] {
        let wishes: [(String, String?)] = [
            ("language not given", nil), ("English", "en"), ("Indonesian", "id"), ("Japanese", "ja"),
        ]
        return wishes.map { title, language in
            do throws(EngineRefusal) {
                let choice = try catalogue.selection.choose(
                    providers: settings.providers, model: settings.model, language: language)
                let engine = "\(choice.candidate.engine), \(choice.candidate.model). \(choice.reason)"
                return Finding(
                    choice.warnings.isEmpty ? .good : .warning, title,
                    ([engine] + choice.warnings).joined(separator: " "))
            } catch {
                return Finding(.warning, title, error.description)
            }
        }
    }
}

/// One line of the doctor's report.
struct Finding {
    enum Verdict: String { case good = "ok", warning = "note", missing = "MISSING" }

    let verdict: Verdict
    let title: String
    let text: String

    init(_ verdict: Verdict, _ title: String, _ text: String) {
        self.verdict = verdict
        self.title = title
        self.text = text
    }

    var line: String {
        func pad(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        return "\(pad(verdict.rawValue, 8))\(pad(title, 26))\(text)\n"
    }
}
