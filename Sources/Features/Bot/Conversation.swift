import Accounts
import BotAPI
import Jobs
import Scheduling
import Streaming

/// Decides what an update leads to. Knows no network, no store and no clock: everything it needs is in its context.
struct Conversation: Sendable {
    /// Files in one list.
    static let mostShown = 20

    /// What has to be looked up before a decision.
    enum Need: Sendable, Hashable {
        case chatAdmin, ownRequests, progress, models, statistics
        case request(JobID)
        case shown(message: Int64)
        case link(LinkID)
        case ownLinks
    }

    struct Context: Sendable {
        var profile = Profile()
        /// The sender may change the group's settings.
        var isChatAdmin = false
        var ownRequests: [MediaRequest] = []
        /// Of those among them that are shown.
        var progress: [JobID: JobProgress] = [:]
        var models: [String] = []
        /// Ready to be shown.
        var statistics = ""
        var request: MediaRequest?
        var link: LinkRecord?
        var ownLinks: [LinkRecord] = []
        var job: JobID
        /// For what is published with this update.
        var newLink: LinkID
        /// Seconds since 1970.
        var now: Double
    }

    struct Decision: Sendable {
        var changes: [AccountChange] = []
        var effects: [Effect] = []
    }

    /// What follows once the changes are durable. Losing one does no harm: open requests are taken up at every start.
    enum Effect: Sendable, Hashable {
        /// A request is to be worked on, or its runner to look at it again.
        case attend(JobID)
        case stop(JobID, owner: Owner)
        case answerPress(String, String?)
        /// A message that shows nothing any more.
        case clear(chat: Int64, message: Int64)
        case revoke(LinkID, owner: String?, press: String, shown: Int64, chat: Int64, interface: String)
        case stopBatch(LinkID, owner: String?, press: String, interface: String)
        /// Files came faster than they are told of.
        case note(String, person: Int64, chat: Int64, JobID?)
    }

    let bot: Int64
    let username: String
    let access: Access
    let defaultLanguage: Language
    let providers: [String]
    let largestFile: Int64
    var publishing = Publishing()

    /// What can be done with files besides writing down what is said.
    struct Publishing: Sendable {
        var isOn = false
        /// Messages can be asked for by their number.
        var hasDirectory = false
        /// Seconds.
        var lifetime: Double?
    }

    // MARK: - What it is about

    struct Scene {
        let update: Update
        let person: User
        let chat: Chat
        let destination: Destination
        let intent: Intent
        let isAllowed: Bool
        let isAdmin: Bool
    }

    /// `nil` when there is nothing to decide.
    func scene(_ update: Update) -> Scene? {
        let intent = Intent(update, bot: bot, username: username)
        guard intent != .nothing else { return nil }
        if let query = update.callbackQuery, let message = query.message {
            let thread = message.isTopicMessage == true ? message.messageThreadId : nil
            return scene(
                update, query.from, message.chat, Destination(chat: message.chat.id, thread: thread), intent)
        }
        if let change = update.myChatMember {
            return scene(update, change.from, change.chat, Destination(chat: change.chat.id), intent)
        }
        guard let message = update.message, let person = message.from else { return nil }
        let thread = message.isTopicMessage == true ? message.messageThreadId : nil
        return scene(
            update, person, message.chat,
            Destination(
                chat: message.chat.id, thread: thread, replyTo: message.chat.isPrivate ? nil : message.messageId),
            intent)
    }

    private func scene(
        _ update: Update, _ person: User, _ chat: Chat, _ destination: Destination, _ intent: Intent
    ) -> Scene {
        Scene(
            update: update, person: person, chat: chat, destination: destination, intent: intent,
            isAllowed: access.allows(person: person.id, chat: chat.id), isAdmin: access.admins.contains(person.id))
    }

    func needs(_ scene: Scene) -> Set<Need> {
        guard scene.isAllowed else { return [] }
        var needs: Set<Need> = []
        switch scene.intent {
        case .command(let name, let argument):
            switch name {
            case "status": needs.formUnion([.ownRequests, .progress])
            case "cancel":
                needs.insert(.ownRequests)
                if argument.isEmpty, let message = scene.update.message?.replyToMessage?.messageId {
                    needs.insert(.shown(message: message))
                }
            case "model": needs = [.models, .chatAdmin]
            case "provider", "language", "format", "speakers": needs = [.chatAdmin]
            case "links": needs = [.ownLinks]
            case "stats" where scene.isAdmin: needs = [.statistics]
            default: break
            }
        case .media: needs.insert(.ownRequests)
        case .naming(_, let answered): needs = [.ownRequests, .shown(message: answered)]
        case .press(let data):
            let press = Press(data)
            if let job = press?.job { needs.insert(.request(job)) }
            if case .transcribe(let link) = press { needs.insert(.link(link)) }
            if case .show(let link) = press { needs.insert(.link(link)) }
            switch press {
            case .provider, .model, .speech, .form, .interface, .automatic, .speakers: needs.insert(.chatAdmin)
            default: break
            }
            if case .model = press { needs.insert(.models) }
        default: break
        }
        if scene.chat.isPrivate { needs.remove(.chatAdmin) }
        return needs
    }

    // MARK: - Decisions

    func decide(_ scene: Scene, _ context: Context) -> Decision {
        let person = Person(
            id: scene.person.id, name: String(scene.person.firstName.prefix(128)), username: scene.person.username,
            languageCode: scene.person.languageCode)
        guard scene.isAllowed else { return refuse(scene, context) }
        var decision = Decision()
        decision.changes = [
            .person(person, at: context.now),
            .room(Room(id: scene.chat.id, kind: scene.chat.type, title: scene.chat.title)),
        ]
        switch scene.intent {
        case .command(let name, let argument): command(name, argument, scene, context, &decision)
        case .media(let file, let message): accept(file, message, scene, context, &decision)
        case .unasked(let file):
            if context.profile.chat.isAutomatic == true, let message = scene.update.message?.messageId {
                accept(file, message, scene, context, &decision)
            }
        case .press(let data): press(data, scene, context, &decision)
        case .naming(let names, let answered): name(names, answered, scene, context, &decision)
        case .other: say(language(scene, context).text(.whatToSend), scene, &decision)
        case .added: say(language(scene, context).text(.addedToGroup), scene, &decision)
        case .moved(let chat):
            decision.changes.append(.room(Room(id: chat, kind: "supergroup", title: scene.chat.title)))
            decision.changes.append(.preferences(chat, context.profile.chat))
        case .nothing: break
        }
        return decision
    }

    /// In a group silence: who may not use the bot shall not be able to make it talk.
    private func refuse(_ scene: Scene, _ context: Context) -> Decision {
        var decision = Decision()
        let language = language(scene, context)
        if let query = scene.update.callbackQuery {
            decision.effects.append(.answerPress(query.id, language.text(.notYours)))
        } else if scene.chat.isPrivate {
            say(language.text(.notAllowed, String(scene.person.id)), scene, &decision)
        }
        return decision
    }

    func language(_ scene: Scene, _ context: Context) -> Language {
        let chosen = preferences(scene, context).interface.flatMap { Language(rawValue: $0) }
        return chosen ?? Language(tag: scene.person.languageCode) ?? defaultLanguage
    }

    /// In a group what its administrators set comes first.
    func preferences(_ scene: Scene, _ context: Context) -> Preferences {
        scene.chat.isPrivate ? context.profile.own : context.profile.chat.over(context.profile.own)
    }

    func say(
        _ text: String, _ scene: Scene, keyboard: InlineKeyboard? = nil, _ decision: inout Decision
    ) {
        decision.changes.append(Content.text(scene.destination, text, keyboard).change)
    }

    // MARK: - Files

    private func accept(
        _ file: ChatFile, _ message: Int64, _ scene: Scene, _ context: Context, _ decision: inout Decision
    ) {
        let language = language(scene, context)
        if let bytes = file.bytes, bytes > largestFile {
            let text = language.text(
                .tooLarge, String((bytes + 999_999) / 1_000_000), String(largestFile / 1_000_000))
            var destination = scene.destination
            destination.replyTo = message
            decision.changes.append(Content.text(destination, text, nil).change)
            return
        }
        if publishing.isOn, !Self.isMedia(file) {
            return publish(file, message, scene, context, &decision)
        }
        add(
            MediaRequest(
                job: context.job, person: scene.person.id, chat: scene.chat.id, thread: scene.destination.thread,
                message: message, album: scene.update.message?.mediaGroupId, file: file,
                preferences: preferences(scene, context), interface: language.rawValue, createdAt: context.now),
            &decision)
    }

    /// Names of speakers in an answer, or in one of the files that came with it.
    private func name(
        _ names: [String: String], _ answered: Int64, _ scene: Scene, _ context: Context, _ decision: inout Decision
    ) {
        let language = language(scene, context)
        let shown =
            context.request
            ?? context.ownRequests.first { $0.chat == scene.chat.id && $0.attachments.contains(answered) }
        guard let request = shown, request.chat == scene.chat.id, !request.isDeleted else {
            return say(language.text(.gone), scene, &decision)
        }
        // Nobody else's, not even for those who look after the bot: names are about people.
        guard request.person == scene.person.id else { return say(language.text(.notYours), scene, &decision) }
        var destination = scene.destination
        destination.replyTo = scene.update.message?.messageId
        decision.changes.append(
            Content.names(destination, request.job, names, interface: language.rawValue).change)
    }

    func add(_ request: MediaRequest, _ decision: inout Decision) {
        decision.changes.append(.request(request))
        decision.effects.append(.attend(request.job))
        decision.effects.append(.note("telegram file", person: request.person, chat: request.chat, request.job))
    }
}

/// What is in a button's data.
enum Press: Sendable, Hashable {
    case cancel(JobID), delete(JobID), again(JobID)
    case file(JobID, format: String)
    case repeated(JobID, provider: String)
    /// A file's addresses.
    case links(JobID)
    case revoke(LinkID), transcribe(LinkID), show(LinkID)
    case stopBatch(LinkID), list(LinkID, LinkBatch.Form)
    case provider(String), model(String), speech(String), form(ResultForm), interface(Language), automatic(Bool)
    case speakers(Bool)

    init?(_ data: String) {
        let parts = data.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2 else { return nil }
        let rest = data.dropFirst(2)
        switch parts[0] {
        case "c": guard let job = JobID(rest) else { return nil }; self = .cancel(job)
        case "d": guard let job = JobID(rest) else { return nil }; self = .delete(job)
        case "a": guard let job = JobID(rest) else { return nil }; self = .again(job)
        case "f":
            guard parts.count == 3, ["txt", "srt", "vtt"].contains(parts[1]), let job = JobID(parts[2]) else {
                return nil
            }
            self = .file(job, format: parts[1])
        case "b":
            guard parts.count == 3, let job = JobID(parts[1]) else { return nil }
            self = .repeated(job, provider: parts[2])
        case "k": guard let job = JobID(rest) else { return nil }; self = .links(job)
        case "r": guard let link = LinkID(rest) else { return nil }; self = .revoke(link)
        case "t": guard let link = LinkID(rest) else { return nil }; self = .transcribe(link)
        case "v": guard let link = LinkID(rest) else { return nil }; self = .show(link)
        case "x": guard let link = LinkID(rest) else { return nil }; self = .stopBatch(link)
        case "y":
            guard parts.count == 3, let form = LinkBatch.Form(rawValue: parts[1]), let link = LinkID(parts[2]) else {
                return nil
            }
            self = .list(link, form)
        case "p": self = .provider(String(rest))
        case "m": self = .model(String(rest))
        case "l": self = .speech(String(rest))
        case "o": guard let form = ResultForm(rawValue: String(rest)) else { return nil }; self = .form(form)
        case "i": guard let language = Language(rawValue: String(rest)) else { return nil }; self = .interface(language)
        case "g": self = .automatic(rest == "1")
        case "s": self = .speakers(rest == "1")
        default: return nil
        }
    }

    /// The request it is about.
    var job: JobID? {
        switch self {
        case .cancel(let job), .delete(let job), .again(let job), .file(let job, _), .repeated(let job, _),
            .links(let job):
            job
        default: nil
        }
    }
}
