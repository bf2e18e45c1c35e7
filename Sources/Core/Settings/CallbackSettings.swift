/// Announcements to addresses that clients name.
public struct CallbackSettings: Sendable, Hashable {
    /// `STENTOR_CALLBACK_SECRET`: what signs them; several, while one takes the place of another.
    public var secrets: [Secret]
    /// `STENTOR_CALLBACK_ALLOWED`: addresses or networks to which they may go besides the public internet.
    public var allowed: [String]
    /// `STENTOR_CALLBACK_SCHEDULE`: seconds before each further try; `nil` is three days.
    public var schedule: [Double]?
    /// `STENTOR_CALLBACK_TIMEOUT`: seconds for one try.
    public var timeout: Double

    /// Tries after the first.
    static let mostTries = 1000

    init(_ reader: inout SettingsReader) {
        secrets = reader.words("STENTOR_CALLBACK_SECRET").map(Secret.init)
        allowed = reader.words("STENTOR_CALLBACK_ALLOWED")
        timeout = reader.number("STENTOR_CALLBACK_TIMEOUT", in: 0.1...300) ?? 10
        let waits = reader.words("STENTOR_CALLBACK_SCHEDULE")
        schedule = waits.isEmpty ? nil : waits.compactMap(Double.init).filter { $0 >= 0 && $0 <= 2_592_000 }
        if let schedule, schedule.count != waits.count || schedule.count > Self.mostTries {
            reader.complain("STENTOR_CALLBACK_SCHEDULE must be seconds with commas between, such as 5,300,1800")
        }
    }
}
