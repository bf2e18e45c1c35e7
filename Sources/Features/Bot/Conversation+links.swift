import Accounts
import BotAPI
import Jobs
import Streaming

/// Publishing: one file, or a run of messages.
extension Conversation {
    static func isMedia(_ file: ChatFile) -> Bool { MediaTypes.isMedia(MediaTypes.type(of: remote(file))) }

    static func remote(_ file: ChatFile, _ origin: Streaming.RemoteFile.Origin? = nil) -> Streaming.RemoteFile {
        Streaming.RemoteFile(
            id: file.id, uniqueID: file.uniqueID, size: file.bytes ?? 0, name: file.name, mimeType: file.mimeType,
            duration: file.duration, origin: origin)
    }

    /// Answers a file with its addresses.
    func publish(
        _ file: ChatFile, _ message: Int64, _ scene: Scene, _ context: Context, _ decision: inout Decision
    ) {
        let language = language(scene, context)
        var destination = scene.destination
        destination.replyTo = message
        if let refusal = refusal(file, language) {
            decision.changes.append(Content.text(destination, refusal, nil).change)
            return
        }
        let origin = Streaming.RemoteFile.Origin(
            chat: file.origin?.chat ?? scene.chat.id, message: file.origin?.message ?? message)
        let record = LinkRecord(
            id: context.newLink, file: Self.remote(file, origin), owner: Owner.telegram(scene.person.id).text,
            createdAt: context.now, expiresAt: publishing.lifetime.map { context.now + $0 })
        decision.changes.append(Content.links(destination, record, interface: language.rawValue).change)
        decision.effects.append(.note("telegram link", person: scene.person.id, chat: scene.chat.id, nil))
    }

    private func refusal(_ file: ChatFile, _ language: Language) -> String? {
        if !publishing.isOn { return language.text(.linksOff) }
        if file.isProtected == true { return language.text(.linkProtected) }
        return file.bytes == nil ? language.text(.fileGone) : nil
    }

    // MARK: - Buttons

    /// - Returns: what the person is told at once, or nothing (""); `nil` when that follows from what is done.
    func pressedLink(
        _ press: Press?, _ message: PressedMessage, _ query: String, _ scene: Scene, _ context: Context,
        _ decision: inout Decision
    ) -> String? {
        let language = language(scene, context)
        let owner = scene.isAdmin ? nil : Owner.telegram(scene.person.id).text
        switch press {
        case .links:
            guard let request = context.request, request.chat == scene.chat.id else { return language.text(.gone) }
            publish(request.file, request.message, scene, context, &decision)
            return ""
        case .revoke(let link):
            decision.effects.append(
                .revoke(
                    link, owner: owner, press: query, shown: message.messageId, chat: scene.chat.id,
                    interface: language.rawValue))
            return nil
        case .transcribe:
            guard let record = context.link, !record.isRevoked else { return language.text(.gone) }
            add(request(record, message, scene, context, language), &decision)
            return ""
        case .show:
            // The list was this person's; what it shows still must be.
            guard let record = context.link, !record.isRevoked, record.owner == Owner.telegram(scene.person.id).text
            else { return language.text(.gone) }
            decision.changes.append(
                Content.links(scene.destination, record, interface: language.rawValue).change)
            return ""
        case .stopBatch(let batch):
            decision.effects.append(.stopBatch(batch, owner: owner, press: query, interface: language.rawValue))
            return nil
        case .list(let batch, let form):
            var destination = scene.destination
            destination.replyTo = message.messageId
            decision.changes.append(
                Content.list(destination, batch, form, interface: language.rawValue).change)
            return ""
        default: return ""
        }
    }

    private func request(
        _ record: LinkRecord, _ message: PressedMessage, _ scene: Scene, _ context: Context, _ language: Language
    ) -> MediaRequest {
        let file = ChatFile(
            id: record.file.id, uniqueID: record.file.uniqueID, bytes: record.file.size, name: record.file.name,
            duration: record.file.duration, mimeType: record.file.mimeType,
            origin: record.file.origin.map { .init(chat: $0.chat, message: $0.message) })
        return MediaRequest(
            job: context.job, person: scene.person.id, chat: scene.chat.id, thread: scene.destination.thread,
            message: message.messageId, file: file, preferences: preferences(scene, context),
            interface: language.rawValue, createdAt: context.now)
    }

    /// `/links`: what the person published last, each behind a button.
    func links(_ scene: Scene, _ context: Context, _ decision: inout Decision) {
        let language = language(scene, context)
        guard publishing.isOn else { return say(language.text(.linksOff), scene, &decision) }
        let open = context.ownLinks.filter { !$0.isRevoked && ($0.expiresAt ?? .infinity) > context.now }.prefix(10)
        guard !open.isEmpty else { return say(language.text(.noLinks), scene, &decision) }
        let rows = open.map { record in
            [InlineButton("\(FileNames.plain(record.file.name).prefix(40))", "v:\(record.id.text)")]
        }
        say(language.text(.ownLinks), scene, keyboard: InlineKeyboard(Array(rows)), &decision)
    }

    // MARK: - Batches

    /// `/batch first-link [last-link] [text|txt|m3u8]`.
    func batch(_ argument: String, _ scene: Scene, _ context: Context, _ decision: inout Decision) {
        let language = language(scene, context)
        guard publishing.isOn else { return say(language.text(.linksOff), scene, &decision) }
        guard publishing.hasDirectory else { return say(language.text(.batchUnavailable), scene, &decision) }
        let words = argument.split(separator: " ").map(String.init)
        let form = words.last.flatMap { LinkBatch.Form(rawValue: $0.lowercased()) }
        let links = words.dropLast(form == nil ? 0 : 1).map { MessageLink($0) }
        guard (1...2).contains(links.count), let first = links[0], let last = links[links.count - 1] else {
            return say(language.text(.batchHelp), scene, &decision)
        }
        guard first.place == last.place else { return say(language.text(.batchTwoPlaces), scene, &decision) }
        let messages = min(first.message, last.message)...max(first.message, last.message)
        guard messages.count <= LinkBatch.mostMessages else {
            return say(language.text(.batchTooLong, String(LinkBatch.mostMessages)), scene, &decision)
        }
        var batch = LinkBatch(
            id: context.newLink, owner: Owner.telegram(scene.person.id).text, chat: scene.chat.id,
            thread: scene.destination.thread, replyTo: scene.update.message?.messageId, interface: language.rawValue,
            source: first.place, topic: first.topic == last.topic ? first.topic : nil, messages: messages,
            form: form ?? .text, createdAt: context.now)
        // One link means everything that was sent together, unless it says otherwise.
        if links.count == 1, !first.isSingle { batch.widenToAlbum() }
        decision.changes.append(Content.batch(batch).change)
        decision.effects.append(.note("telegram batch", person: scene.person.id, chat: scene.chat.id, nil))
    }
}
