import FoundationEssentials
import Glibc
import Settings

/// The command line: finds the subcommand and turns what it throws into a sentence and an exit code.
struct Stentor: Sendable {
    let arguments: RawArguments

    /// 0 done, 1 something failed, 2 the command line or the settings are wrong, 130 interrupted.
    func run() async -> CInt {
        let console = Console()
        let words = arguments.words.dropFirst()
        do {
            switch words.first?.text {
            case "transcribe":
                return try await TranscribeCommand(words.dropFirst(), try settings(), console).run()
            case "serve": return try await ServeCommand(words.dropFirst(), try settings(), console).run()
            case "worker": return try await WorkerCommand(words.dropFirst(), try settings(), console).run()
            case "jobs": return try await JobsCommand(words.dropFirst(), try settings(), console).run()
            case "keys": return try await KeysCommand(words.dropFirst(), try settings(), console).run()
            case "top": return try await TopCommand(words.dropFirst(), try settings(), console).run()
            case "forget": try await ForgetCommand(words.dropFirst(), try ownSettings(), console).run()
            case "health": return try await HealthCommand(words.dropFirst(), try settings(), console).run()
            case "backup": try await BackupCommand(words.dropFirst(), try ownSettings(), console).run()
            case "restore": try await RestoreCommand(words.dropFirst(), try ownSettings(), console).run()
            case "speakers": return try await SpeakersCommand(words.dropFirst(), try settings(), console).run()
            case "voices": return try await VoicesCommand(words.dropFirst(), try settings(), console).run()
            case "models": return try await ModelsCommand(words.dropFirst(), try settings(), console).run()
            case "doctor": return try await DoctorCommand(words.dropFirst(), try settings(), console).run()
            case "help", "--help", "-h": try console.output(Help.text)
            case "version", "--version": try console.output("stentor \(Help.version)\n")
            case nil: throw UsageError("a command is missing")
            case .some: throw UsageError("there is no command “\(words.first?.display ?? "")”")
            }
            return 0
        } catch is CancellationError {
            return Interruption.exitCode
        } catch let error as UsageError {
            console.note("stentor: \(error); “stentor help” shows how it is used")
            return 2
        } catch let error as SettingsError {
            for problem in error.problems { console.note("stentor: \(problem)") }
            return 2
        } catch {
            console.note("stentor: \(error)")
            return 1
        }
    }

    /// For commands that work on the data folder alone.
    private func ownSettings() throws -> Settings {
        let settings = try settings()
        guard !settings.nodes.isShared else {
            throw UsageError(
                "jobs are in Redis and media in STENTOR_MEDIA: keep copies of both by their own means, "
                    + "and forget people with “stentor jobs” and the interface")
        }
        return settings
    }

    /// The environment and the `.env` file of the current folder.
    private func settings() throws -> Settings {
        var file: [String: String] = [:]
        if FileManager.default.fileExists(atPath: ".env") {
            guard let text = FileManager.default.contents(atPath: ".env") else {
                throw SettingsError(problems: ["the file .env is there but cannot be read"])
            }
            file = try EnvironmentFile.parse(String(decoding: text, as: UTF8.self))
        }
        return try Settings(SettingsSource(environment: ProcessInfo.processInfo.environment, file: file))
    }
}
