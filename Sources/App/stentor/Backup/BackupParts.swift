/// What belongs to a backup. Models, caches and pages of streams do not: they can be had again.
enum BackupParts {
    static let database = "stentor.sqlite"
    static let media = "media"
    static let uploads = "uploads"
    /// Keys, secrets and counts that lie beside the database.
    static let files = [
        "link-keys", "telegram.keys", "telegram.secret", "provider-usage.json", InstallationName.file, "audit.log",
        "audit.log.1",
    ]
    /// What may lie in the folder that a backup is restored into.
    static let harmless: Set<String> = [
        "models", "work", "cache", "pages", "server.lock", "backup.lock", InstallationName.file, "lost+found", ".env",
    ]

    static func isKnown(_ name: String) -> Bool {
        name == database || files.contains(name)
            || [media, uploads].contains { folder in
                name.hasPrefix(folder + "/") && !name.dropFirst(folder.count + 1).contains("/")
            }
    }

    /// What the manifest tells.
    enum Word {
        static let program = "program"
        static let schema = "schema"
        static let oldestReader = "oldest_reader"
        static let installation = "installation"
        static let madeAt = "made_at"
    }
}
