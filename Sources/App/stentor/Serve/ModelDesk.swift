import EventLoops
import HTTPClient
import ModelLibrary
import WebUI

/// Models for the page: what is here, what can be had, and fetching one after the other.
actor ModelDesk: ModelShelf {
    private struct Pull {
        var progress = 0.0
        var problem: String?
        var isRunning = true
    }

    private let store: ModelStore
    private let client: HTTPClient
    private let mirror: String?
    private let pool: BlockingPool
    private var pulls: [String: Pull] = [:]
    /// Awaited by `stop`.
    private var tasks: [String: Task<Void, Never>] = [:]

    init(folder: String, client: HTTPClient, mirror: String?) throws {
        store = ModelStore(folder: folder)
        self.client = client
        self.mirror = mirror
        pool = try BlockingPool(threads: 2, name: "models")
    }

    func models() async throws -> [ShelvedModel] {
        let store = store
        let installed = try await pool.run { try store.contents().models }
        let here = installed.filter(\.kind.recognisesSpeech).map { model in
            ShelvedModel(
                name: model.name, summary: "", languages: model.languages, bytes: model.bytes,
                licence: model.licence, state: "installed")
        }
        let names = Set(installed.map(\.name))
        let others = ModelCatalogue.standard.models.filter { $0.kind.recognisesSpeech && !names.contains($0.name) }
        return here + others.map(shelved)
    }

    private func shelved(_ model: KnownModel) -> ShelvedModel {
        let pull = pulls[model.name]
        let state: String
        if let pull {
            state = pull.isRunning ? "pulling" : "failed"
        } else {
            state = model.licence.isRestrictive ? "restricted" : "available"
        }
        return ShelvedModel(
            name: model.name, summary: model.summary, languages: model.languages, bytes: model.downloadBytes,
            licence: model.licence.name, state: state, progress: pull?.progress, problem: pull?.problem)
    }

    func pull(_ name: String) async throws {
        guard pulls[name]?.isRunning != true, let model = try? ModelCatalogue.standard.model(named: name) else {
            return
        }
        pulls[name] = Pull()
        let puller = ModelPuller(store: store, source: HTTPByteSource(client), pool: pool, mirror: mirror)
        tasks[name] = Task { [self] in
            do {
                _ = try await puller.pull(model, acceptingLicence: false) { progress in
                    // Awaited by nobody: a late word about progress changes nothing.
                    Task { await self.note(name, progress.fraction) }
                }
                end(name, nil)
            } catch {
                end(name, "\(error)")
            }
        }
    }

    private func note(_ name: String, _ fraction: Double) {
        guard let known = pulls[name], known.isRunning else { return }
        pulls[name]?.progress = max(known.progress, fraction)
    }

    private func end(_ name: String, _ problem: String?) {
        tasks[name] = nil
        if let problem {
            pulls[name]?.isRunning = false
            pulls[name]?.problem = problem
        } else {
            pulls[name] = nil
        }
    }

    func stop() async {
        for task in tasks.values {
            task.cancel()
            await task.value
        }
    }
}
