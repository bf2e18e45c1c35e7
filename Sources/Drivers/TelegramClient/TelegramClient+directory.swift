import MTProto
public import Streaming

/// Messages by their number, in channels and supergroups the bot belongs to. Each is asked for by itself: what stands in
/// a message has too many forms for several to be told apart.
extension TelegramClient: MessageDirectory {
    /// Questions side by side.
    private static let sideBySide = 4
    /// Before the Bot API's number of a channel.
    private static let channels: Int64 = -1_000_000_000_000

    public func messages(
        _ numbers: ClosedRange<Int64>, in place: MessageLink.Place
    ) async throws(DirectoryFailure) -> [FoundMessage] {
        // Names would have to be looked up, which bots are soon told to pause for.
        guard case .channel(let channel) = place, let account = accounts.first else { throw .unknownPlace }
        do {
            return try await withThrowingTaskGroup(of: FoundMessage.self) { group in
                var found: [FoundMessage] = []
                for (index, number) in numbers.enumerated() {
                    if index >= Self.sideBySide, let next = try await group.next() { found.append(next) }
                    group.addTask { try await self.message(number, in: Self.channels - channel, for: account) }
                }
                while let next = try await group.next() { found.append(next) }
                return found.sorted { $0.id < $1.id }
            }
        } catch let failure as DirectoryFailure {
            throw failure
        } catch {
            throw .unreachable
        }
    }

    private func message(
        _ number: Int64, in chat: Int64, for account: Account
    ) async throws(DirectoryFailure) -> FoundMessage {
        guard let id = Int32(exactly: number) else { return FoundMessage(id: number, content: .missing) }
        let answer: TLReader
        do {
            answer = try await account.callHome(Call.getMessage(chat: chat, message: id))
        } catch {
            switch BlockFailure(error) {
            case .busy(let seconds): throw .busy(seconds: seconds)
            case .forbidden: throw .notMember
            case .cancelled: throw .cancelled
            default: throw .unreachable
            }
        }
        guard let message = try? SentMessage(answer) else { return FoundMessage(id: number, content: .noFile) }
        switch message {
        case .missing: return FoundMessage(id: number, content: .missing)
        case .other: return FoundMessage(id: number, content: .noFile)
        case .document(let properties):
            if SentMessage.isProtected(answer) { return FoundMessage(id: number, content: .protected) }
            let name = FileID(type: 5, location: properties.location)
            return FoundMessage(
                id: number,
                content: .file(
                    RemoteFile(
                        id: name.text, uniqueID: name.uniqueText, size: properties.size, name: properties.name,
                        mimeType: properties.mimeType.isEmpty ? nil : properties.mimeType,
                        duration: properties.duration, origin: .init(chat: chat, message: number))))
        }
    }
}
