/// Who may use the bot.
public struct Access: Sendable {
    public var admins: Set<Int64>
    /// Empty means everybody.
    public var users: Set<Int64>
    public var chats: Set<Int64>

    public init(admins: Set<Int64> = [], users: Set<Int64> = [], chats: Set<Int64> = []) {
        self.admins = admins
        self.users = users
        self.chats = chats
    }

    /// Both lists hold, where they are set. Somebody on the list of users may also write to the bot in private.
    func allows(person: Int64, chat: Int64) -> Bool {
        if admins.contains(person) { return true }
        let mayPerson = users.isEmpty || users.contains(person)
        let mayChat = chats.isEmpty || chats.contains(chat) || (chat == person && users.contains(person))
        return mayPerson && mayChat
    }
}
