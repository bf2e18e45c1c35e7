import EventLoops
import HTTPClient
import ModelLibrary
import Settings

/// `stentor models list|pull|verify|remove|import`
struct ModelsCommand {
    static let options = OptionTable([
        ("--accept-licence", nil, "pull: the licence was read and is accepted"),
        ("--name", "NAME", "import: the name to give"),
        ("--languages", "LIST", "import: the languages the model knows, such as en,de"),
        ("--quiet", nil, "no progress"),
        ("--help", nil, "this page"),
    ])

    private let parsed: ParsedOptions
    private let settings: Settings
    private let console: Console
    private let store: ModelStore
    private let catalogue = ModelCatalogue.standard

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        parsed = try Self.options.parse(words)
        self.settings = settings
        self.console = console
        store = ModelStore(folder: "\(settings.dataFolder)/models")
    }

    func run() async throws -> CInt {
        if parsed.switches.contains("--help") {
            try console.output(Help.text)
            return 0
        }
        let operands = parsed.operands.dropFirst().map(\.text)
        switch parsed.operands.first?.text {
        case "list", nil: try console.output(ModelTable(catalogue: catalogue, contents: try store.contents()).text)
        case "pull": return try await pull(try named(operands))
        case "verify": return try verify(operands)
        case "remove":
            for name in try named(operands) {
                try store.remove(name)
                console.note("\(name) is removed.")
            }
        case "import": try importModel(operands)
        case .some: throw UsageError("models knows list, pull, verify, remove and import")
        }
        return 0
    }

    private func named(_ names: [String]) throws(UsageError) -> [String] {
        guard !names.isEmpty else { throw UsageError("a model's name is missing; “stentor models list” shows them") }
        return names
    }

    private func pull(_ names: [String]) async throws -> CInt {
        let models = try names.map { name throws(ModelError) in try catalogue.model(named: name) }
        let loop = try EventLoop()
        let client = try HTTPClient(on: loop)
        let puller = ModelPuller(
            store: store, source: HTTPByteSource(client), pool: try BlockingPool(threads: 2),
            mirror: settings.modelMirror)
        do {
            for model in models { try await pull(model, puller) }
        } catch {
            await client.shutDown()
            await loop.shutDown()
            throw error
        }
        await client.shutDown()
        await loop.shutDown()
        return 0
    }

    private func pull(_ model: KnownModel, _ puller: ModelPuller) async throws {
        if !model.isHashConfirmed {
            console.note("stentor: the hash of \(model.name) is stated by one source alone and not confirmed")
        }
        let progress = PullReporter(console, name: model.name, isQuiet: parsed.switches.contains("--quiet"))
        defer { progress.finish() }
        let accepted = parsed.switches.contains("--accept-licence")
        do {
            let installed = try await puller.pull(model, acceptingLicence: accepted) { progress.report($0) }
            progress.finish()
            console.note("\(installed.name) is installed (\(ModelTable.size(installed.bytes)), \(installed.licence)).")
        } catch let error as ModelError where error.code == .licenceNotAccepted {
            throw OutputError("\(error) Then: stentor models pull --accept-licence \(model.name)")
        }
    }

    private func verify(_ names: [String]) throws -> CInt {
        var failures = 0
        for name in names.isEmpty ? try store.installed().map(\.name) : names {
            do {
                let model = try store.verify(name)
                try console.output("\(name): whole (\(ModelTable.size(model.bytes)))\n")
            } catch let error as ModelError {
                failures += 1
                console.note("stentor: \(error)")
            }
        }
        return failures == 0 ? 0 : 1
    }

    private func importModel(_ paths: [String]) throws {
        guard let path = paths.first, paths.count == 1 else { throw UsageError("import needs one file or folder") }
        let languages = parsed.text("--languages")?.split(separator: ",").map(String.init) ?? []
        let model = try store.importModel(from: path, name: parsed.text("--name"), languages: languages)
        console.note("\(model.name) is installed (\(model.kind.rawValue), \(ModelTable.size(model.bytes))).")
    }
}
