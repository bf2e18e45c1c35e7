import Accounts
import BotAPI
import Jobs
import Scheduling
import Streaming
import Transcription

extension TelegramBot {
    /// Looks up what a decision needs.
    func context(for scene: Conversation.Scene, _ needs: Set<Conversation.Need>) async throws -> Conversation.Context {
        var generator = SystemRandomNumberGenerator()
        var context = Conversation.Context(
            job: JobID.random(using: &generator), newLink: LinkID.random(using: &generator),
            now: ports.clock.now().wall)
        context.profile = try await ports.store.profile(person: scene.person.id, chat: scene.chat.id)
        for need in needs {
            switch need {
            case .chatAdmin: context.isChatAdmin = await isAdmin(scene)
            case .ownRequests: context.ownRequests = try await ports.store.requests(of: scene.person.id, limit: 100)
            case .progress: context.progress = await progress(of: scene.person.id)
            case .models: context.models = configuration.models()
            case .statistics: context.statistics = try await statistics(scene, context)
            case .request(let job): context.request = try await ports.store.request(job)
            case .ownLinks:
                let owner = Owner.telegram(scene.person.id).text
                context.ownLinks = try await ports.office?.store.records(of: owner, limit: 30) ?? []
            case .link(let link): context.link = try await ports.office?.store.record(link)
            case .shown(let message):
                context.request = try await ports.store.request(chat: scene.chat.id, status: message)
            }
        }
        return context
    }

    private func progress(of person: Int64) async -> [JobID: JobProgress] {
        let requests = (try? await ports.store.requests(of: person, limit: 100)) ?? []
        var result: [JobID: JobProgress] = [:]
        for request in requests.filter(\.isInWork).prefix(Conversation.mostShown) {
            result[request.job] = try? await ports.transcriptions.progress(of: request.job, owner: request.owner)
        }
        return result
    }

    private func isAdmin(_ scene: Conversation.Scene) async -> Bool {
        // An administrator who hides writes as the group itself.
        if scene.update.message?.senderChat?.id == scene.chat.id { return true }
        let member = try? await ports.courier.client.getChatMember(chat: scene.chat.id, user: scene.person.id)
        return ["creator", "administrator"].contains(member?.status ?? "")
    }

    private func statistics(_ scene: Conversation.Scene, _ context: Conversation.Context) async throws -> String {
        let queue = try await ports.transcriptions.statistics()
        let cache = await ports.transcriptions.cacheStatistics()
        let figures = try await ports.store.figures()
        let speeds = await ports.transcriptions.speeds().all.sorted { $0.key.engine < $1.key.engine }.prefix(5)
        func count(_ state: ExecutionState) -> String { String(queue.jobs[state] ?? 0) }
        let waiting = (queue.jobs[.queued] ?? 0) + (queue.jobs[.waiting] ?? 0)
        let speed = speeds.map { "\($0.key.engine) ×\(Double(Int($0.value * 10)) / 10)" }.joined(separator: ", ")
        let chosen = context.profile.own.interface.flatMap { Language(rawValue: $0) }
        let language =
            chosen ?? Language(tag: scene.person.languageCode) ?? Language(rawValue: configuration.language) ?? .en
        return language.text(
            .statistics, String(waiting), count(.running), count(.succeeded), count(.failed), count(.cancelled),
            String(cache.entries), String(Int(cache.hitRate * 100)), speed.isEmpty ? "–" : speed,
            String(figures.people))
    }
}
