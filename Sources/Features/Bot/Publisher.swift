import Accounts
import BotAPI
import Streaming
import Telemetry

/// Publishes, and writes the messages about it.
struct Publisher: Sendable {
    let office: LinkOffice
    let courier: Courier
    let metrics: Metrics

    /// `nil` where links would lead nowhere.
    init?(_ ports: BotPorts) {
        guard let office = ports.office else { return nil }
        self.init(office: office, courier: ports.courier, metrics: ports.metrics)
    }

    init(office: LinkOffice, courier: Courier, metrics: Metrics) {
        self.office = office
        self.courier = courier
        self.metrics = metrics
    }

    /// Publishes a file and tells its addresses. The same record again publishes nothing twice.
    func sendLinks(_ record: LinkRecord, _ language: Language, to destination: Destination) async throws {
        let isNew = try await office.store.record(record.id) == nil
        let kept = try await office.store.publish(record)
        guard let addresses = office.addresses(of: kept) else { return }
        if isNew {
            metrics.add(to: .init("stentor_links_published_total"))
            metrics.add(Double(kept.file.size), to: .init("stentor_links_published_bytes_total"))
        }
        let text = Self.details(kept, addresses)
        let copied = addresses.stream.count <= 256 ? addresses.stream : addresses.watch
        do {
            try await courier.deliver(to: destination.chat, .answer) { client in
                _ = try await client.sendMessage(
                    text, to: destination, keyboard: Keyboards.links(kept, addresses, copied: copied, language))
            }
        } catch let error as BotAPIError where error.code == .refused {
            // Telegram takes no buttons to addresses such as localhost; the text has them too.
            try await courier.deliver(to: destination.chat, .answer) { client in
                _ = try await client.sendMessage(
                    text, to: destination, keyboard: Keyboards.links(kept, nil, copied: copied, language))
            }
        }
    }

    static func details(_ record: LinkRecord, _ addresses: LinkAddresses) -> String {
        let file = record.file
        var about = [FileSize.text(file.size), MediaTypes.type(of: file)]
        if let duration = file.duration, duration > 0 { about.append(FileSize.clock(duration)) }
        if let centre = FileIdentifier.dataCentre(of: file.id) { about.append("DC \(centre)") }
        let name = MessageText.escaped(FileNames.plain(file.name))
        return "📄 <b>\(name)</b>\n\(about.joined(separator: " · "))\n\n<code>\(addresses.stream)</code>"
    }

    // MARK: - Lists

    /// Sends the files of a batch as a list.
    func sendList(
        of id: LinkID, _ form: LinkBatch.Form, _ language: Language, to destination: Destination
    ) async throws {
        let records = try await office.store.records(ofBatch: id).filter { !$0.isRevoked }
        let entries = records.compactMap { record in office.addresses(of: record).map { (record, $0.stream) } }
        guard !entries.isEmpty else {
            _ = try await courier.deliver(to: destination.chat, .answer) { client in
                try await client.sendMessage(language.text(.batchEmpty), to: destination)
            }
            return
        }
        let text = LinkList.text(entries)
        if form == .text, MessageText.length(text) <= Wording.longestText {
            _ = try await courier.deliver(to: destination.chat, .answer, inDoubt: .giveUp) { client in
                try await client.sendMessage(MessageText.escaped(text), to: destination)
            }
            return
        }
        let file =
            form == .m3u8
            ? UploadedFile(
                name: "files.m3u8", mediaType: "application/vnd.apple.mpegurl",
                bytes: Array(LinkList.m3u8(entries).utf8))
            : UploadedFile(name: "files.txt", mediaType: "text/plain", bytes: Array(text.utf8))
        _ = try await courier.deliver(to: destination.chat, .answer, inDoubt: .giveUp) { client in
            try await client.sendFiles([file], to: destination)
        }
    }
}

/// Addresses as programs take them.
enum LinkList {
    /// One a line: for download managers.
    static func text(_ entries: [(LinkRecord, String)]) -> String {
        entries.map(\.1).joined(separator: "\n") + "\n"
    }

    /// A playlist (RFC 8216 section 4.3.1, and what players make of it).
    static func m3u8(_ entries: [(LinkRecord, String)]) -> String {
        var text = "#EXTM3U\n"
        for (record, address) in entries {
            let seconds = Int(record.file.duration ?? -1)
            // A name ends with its line.
            let name = FileNames.plain(record.file.name)
            text += "#EXTINF:\(seconds),\(name)\n\(address)\n"
        }
        return text
    }
}
