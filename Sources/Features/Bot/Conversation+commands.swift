import Accounts
import BotAPI
import Jobs
import Scheduling

extension Conversation {
    func command(
        _ name: String, _ argument: String, _ scene: Scene, _ context: Context, _ decision: inout Decision
    ) {
        let language = language(scene, context)
        switch name {
        case "start":
            let name = MessageText.escaped(scene.person.firstName.prefix(64))
            say(language.text(.welcome, name) + "\n\n" + language.text(.help), scene, &decision)
        case "help": say(language.text(.help), scene, &decision)
        // What somebody published is nobody else's business.
        case "links" where scene.chat.isPrivate: links(scene, context, &decision)
        case "batch": batch(argument, scene, context, &decision)
        case "transcribe": say(language.text(.transcribeWhat), scene, &decision)
        case "status": say(status(context, language), scene, &decision)
        case "cancel": cancel(argument, scene, context, &decision)
        case "settings": settings(scene, context, &decision)
        case "stats":
            say(scene.isAdmin ? context.statistics : language.text(.onlyAdmins), scene, &decision)
        case "speakers":
            guard mayChange(scene, context) else { return say(language.text(.onlyAdmins), scene, &decision) }
            let isOn = preferences(scene, context).findsSpeakers == true
            let wanted = ["on": true, "off": false][argument.lowercased()] ?? !isOn
            set(.speakers(wanted), scene, context, &decision)
        case "provider", "model", "language", "format":
            guard mayChange(scene, context) else { return say(language.text(.onlyAdmins), scene, &decision) }
            choose(name, argument, scene, context, &decision)
        default:
            // In a group it may be meant for somebody else.
            if scene.chat.isPrivate { say(language.text(.whatToSend), scene, &decision) }
        }
    }

    private func mayChange(_ scene: Scene, _ context: Context) -> Bool {
        scene.chat.isPrivate || scene.isAdmin || context.isChatAdmin
    }

    // MARK: - Choices

    private func choose(
        _ name: String, _ argument: String, _ scene: Scene, _ context: Context, _ decision: inout Decision
    ) {
        let language = language(scene, context)
        let chosen = preferences(scene, context)
        switch name {
        case "provider":
            if providers.contains(argument.lowercased()) {
                return set(.provider(argument.lowercased()), scene, context, &decision)
            }
            say(
                language.text(.askEngine), scene,
                keyboard: Keyboards.providers(providers, chosen: chosen.provider), &decision)
        case "model":
            if context.models.contains(argument) { return set(.model(argument), scene, context, &decision) }
            say(
                language.text(.askModel), scene,
                keyboard: Keyboards.models(context.models, chosen: chosen.model, language), &decision)
        case "format":
            if let form = ResultForm(rawValue: argument.lowercased()) {
                return set(.form(form), scene, context, &decision)
            }
            say(language.text(.askFormat), scene, keyboard: Keyboards.formats(chosen: chosen.format), &decision)
        default:
            if !argument.isEmpty { return set(.speech(argument), scene, context, &decision) }
            say(
                language.text(.askLanguage), scene, keyboard: Keyboards.speech(chosen: chosen.language, language),
                &decision)
        }
    }

    /// Keeps one choice and says so.
    private func set(_ press: Press, _ scene: Scene, _ context: Context, _ decision: inout Decision) {
        let language = language(scene, context)
        guard let (preferences, text) = changed(press, scene, context) else {
            return say(language.text(.badLanguage), scene, &decision)
        }
        decision.changes.append(.preferences(scope(scene), preferences))
        say(text, scene, &decision)
    }

    private func scope(_ scene: Scene) -> Int64 { scene.chat.isPrivate ? scene.person.id : scene.chat.id }

    /// What is set with a press, and the sentence about it; `nil` for a value that cannot be.
    private func changed(_ press: Press, _ scene: Scene, _ context: Context) -> (Preferences, String)? {
        var preferences = scene.chat.isPrivate ? context.profile.own : context.profile.chat
        let language = language(scene, context)
        switch press {
        case .provider(let name):
            guard providers.contains(name) else { return nil }
            preferences.provider = name == "auto" ? nil : name
            preferences.model = nil
            return (preferences, language.text(.engineSet, name))
        case .model(let name):
            guard name.isEmpty || context.models.contains(name) else { return nil }
            preferences.model = name.isEmpty ? nil : name
            let shown = name.isEmpty ? language.text(.bestModel) : MessageText.escaped(name)
            return (preferences, language.text(.modelSet, shown))
        case .speech(let word):
            let code = word.lowercased()
            let isCode = (2...3).contains(code.utf8.count) && code.utf8.allSatisfy { (0x61...0x7a).contains($0) }
            guard code == "auto" || isCode else { return nil }
            preferences.language = code == "auto" ? nil : code
            return (preferences, language.text(.languageSet, code == "auto" ? language.text(.detect) : code))
        case .form(let form):
            preferences.format = form
            return (preferences, language.text(.formatSet, Keyboards.name(form)))
        case .interface(let chosen):
            preferences.interface = chosen.rawValue
            return (preferences, chosen.text(.interfaceSet))
        case .speakers(let isOn):
            preferences.findsSpeakers = isOn
            return (preferences, language.text(isOn ? .speakersOn : .speakersOff))
        case .automatic(let isOn):
            guard !scene.chat.isPrivate else { return nil }
            preferences.isAutomatic = isOn
            return (preferences, language.text(isOn ? .automaticOn : .automaticOff))
        default: return nil
        }
    }

    private func settings(_ scene: Scene, _ context: Context, _ decision: inout Decision) {
        let language = language(scene, context)
        let chosen = preferences(scene, context)
        let isAutomatic = context.profile.chat.isAutomatic == true
        var text = language.text(
            .settings, chosen.provider ?? "auto", MessageText.escaped(chosen.model ?? language.text(.bestModel)),
            chosen.language ?? language.text(.detect), Keyboards.name(chosen.format ?? .all))
        if !scene.chat.isPrivate { text += "\n" + language.text(isAutomatic ? .automaticOn : .automaticOff) }
        say(
            text, scene,
            keyboard: Keyboards.settings(isGroup: !scene.chat.isPrivate, isAutomatic: isAutomatic, language), &decision)
    }

    // MARK: - Tasks

    private func status(_ context: Context, _ language: Language) -> String {
        let open = context.ownRequests.filter(\.isInWork)
        guard !open.isEmpty else { return language.text(.noRequests) }
        return open.prefix(Self.mostShown).map { request in
            var line = "• <code>\(request.shortID)</code> \(MessageText.escaped(request.file.name.prefix(60)))"
            if let progress = context.progress[request.job] { line += " · " + Self.place(progress, language) }
            return line
        }.joined(separator: "\n")
    }

    /// How far a file is, in a few words.
    private static func place(_ progress: JobProgress, _ language: Language) -> String {
        if progress.stage == .queued, let position = progress.position {
            return position == 0 ? language.text(.queuedNext) : language.text(.queuedPlace, String(position + 1))
        }
        let share = "\(Int(min(max(progress.progress, 0), 100))) %"
        return progress.eta.map { "\(share) · " + language.text(.left, Wording.time($0)) } ?? share
    }

    private func cancel(_ argument: String, _ scene: Scene, _ context: Context, _ decision: inout Decision) {
        let language = language(scene, context)
        let open = context.ownRequests.filter(\.isInWork)
        let id = argument.lowercased().drop { $0 == "#" }
        let named =
            id.isEmpty
            ? context.request ?? open.first : open.first { id.utf8.count >= 4 && $0.job.text.hasPrefix(id) }
        guard let request = named, isOwn(request, scene), request.isInWork
        else { return say(language.text(.nothingToCancel), scene, &decision) }
        stop(request, &decision)
        say(language.text(.cancelling), scene, &decision)
    }

    private func isOwn(_ request: MediaRequest, _ scene: Scene) -> Bool {
        request.person == scene.person.id || scene.isAdmin
    }

    private func stop(_ request: MediaRequest, _ decision: inout Decision) {
        decision.changes.append(.mark(request.job, .cancelled))
        decision.effects.append(.stop(request.job, owner: request.owner))
    }

    // MARK: - Buttons

    func press(_ data: String, _ scene: Scene, _ context: Context, _ decision: inout Decision) {
        guard let query = scene.update.callbackQuery, let message = query.message else { return }
        let language = language(scene, context)
        var notice: String?
        switch Press(data) {
        case nil: notice = language.text(.gone)
        case .cancel, .delete, .again, .file, .repeated:
            notice = pressed(Press(data), message, scene, context, &decision)
        case .links, .revoke, .transcribe, .show, .stopBatch, .list:
            // Some of them are answered once it is known what came of them.
            guard let told = pressedLink(Press(data), message, query.id, scene, context, &decision) else { return }
            notice = told.isEmpty ? nil : told
        case .some(let choice):
            guard mayChange(scene, context) else {
                notice = language.text(.onlyAdmins)
                break
            }
            guard let (preferences, text) = changed(choice, scene, context) else {
                notice = language.text(.gone)
                break
            }
            decision.changes.append(.preferences(scope(scene), preferences))
            decision.changes.append(
                Content.edit(chat: scene.chat.id, message: message.messageId, text, nil).change)
        }
        decision.effects.append(.answerPress(query.id, notice))
    }

    /// A button of one request. Returns what the person is told.
    private func pressed(
        _ press: Press?, _ message: PressedMessage, _ scene: Scene, _ context: Context, _ decision: inout Decision
    ) -> String? {
        let language = language(scene, context)
        guard let request = context.request, request.chat == scene.chat.id else { return language.text(.gone) }
        if case .file(_, let format) = press {
            var destination = Destination(chat: request.chat, thread: request.thread)
            destination.replyTo = message.messageId
            decision.changes.append(Content.file(destination, request.job, format: format).change)
            return nil
        }
        guard isOwn(request, scene) else { return language.text(.notYours) }
        switch press {
        case .cancel:
            // A message from before a crash that nothing follows up.
            if let status = request.status, status != message.messageId {
                decision.effects.append(.clear(chat: scene.chat.id, message: message.messageId))
            }
            guard request.isInWork else { return language.text(.alreadyOver) }
            stop(request, &decision)
            return language.text(.cancelling)
        case .delete:
            decision.changes.append(.mark(request.job, .deleted))
            decision.effects.append(.attend(request.job))
            return language.text(.deleted)
        case .again:
            let destination = Destination(chat: request.chat, thread: request.thread, replyTo: message.messageId)
            decision.changes.append(
                Content.text(destination, language.text(.askEngine), Keyboards.again(request, providers)).change)
            return nil
        case .repeated(_, let provider):
            guard providers.contains(provider) else { return language.text(.gone) }
            var preferences = request.preferences
            preferences.provider = provider == "auto" ? nil : provider
            preferences.model = nil
            add(
                MediaRequest(
                    job: context.job, person: scene.person.id, chat: request.chat, thread: request.thread,
                    message: request.message, file: request.file, preferences: preferences,
                    interface: language.rawValue, createdAt: context.now),
                &decision)
            decision.effects.append(.clear(chat: scene.chat.id, message: message.messageId))
            return nil
        default: return nil
        }
    }
}
