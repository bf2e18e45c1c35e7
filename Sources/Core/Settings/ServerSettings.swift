/// The server's addresses, what it takes, and who may ask.
public struct ServerSettings: Sendable, Hashable {
    public enum Device: String, Sendable, Hashable, CaseIterable {
        case auto, cpu, cuda
    }

    /// `STENTOR_HOST`: an address to listen on.
    public var host: String
    /// `STENTOR_PORT`.
    public var port: Int
    /// `STENTOR_PUBLIC_URL`: what links begin with.
    public var publicURL: String?
    /// `STENTOR_ALLOWED_HOSTS`: names, besides loopback, by which a server without keys may be called.
    public var allowedHosts: [String]
    /// `STENTOR_CORS_ORIGINS`.
    public var corsOrigins: [String]
    /// `STENTOR_TRUSTED_PROXIES`: addresses or networks whose `X-Forwarded-*` are believed.
    public var trustedProxies: [String]
    /// `STENTOR_ASR_ALLOWED`: addresses or networks that need no key for `/asr` and `/detect-language`.
    public var asrAllowed: [String]
    /// `STENTOR_TLS_CERTIFICATE` and `STENTOR_TLS_KEY`: PEM files.
    public var certificate: String?
    public var certificateKey: String?
    /// `STENTOR_API_KEYS`: who shows one of them may use the interface; empty means nobody has to.
    public var apiKeys: [Secret]
    /// `STENTOR_ADMIN_KEYS`: the same, and they may look after the server.
    public var adminKeys: [Secret]
    /// `STENTOR_MAKE_FIRST_KEY`: where there is no key at all, the server makes an administrator's and shows it once.
    public var makesFirstKey: Bool
    /// `STENTOR_KEY_LIMIT`: requests in a minute with one key that has no limit of its own.
    public var keyLimit: Int?
    /// `STENTOR_ADDRESS_LIMIT`: requests in a minute from one address.
    public var addressLimit: Int?
    /// `STENTOR_MAX_UPLOAD_MB`.
    public var maximumUploadMegabytes: Int
    /// `STENTOR_UPLOAD_HOURS`: an upload in pieces is dropped when nothing has come for so long.
    public var uploadHours: Double
    /// `STENTOR_MAX_FILES`: files in one request.
    public var maximumFiles: Int
    /// `AUDIO_USE_STREAMING`: decode media while it arrives.
    public var decodesEarly: Bool
    /// `STENTOR_DRAIN_SECONDS`: what runs may go on for so long after SIGTERM.
    public var drainSeconds: Double
    /// `STENTOR_DEVICE`.
    public var device: Device
    /// `GPU_MEMORY_THRESHOLD`: 0…1.
    public var gpuMemoryThreshold: Double
    /// `STENTOR_LOG_LEVEL`: `debug`, `info`, `warning` or `error`.
    public var logLevel: String
    /// `STENTOR_LOG_FORMAT`: `text` or `json`; `nil` is text on a terminal and JSON elsewhere.
    public var logFormat: String?

    /// Keys shorter than this can be guessed.
    static let shortestKey = 16

    init(_ reader: inout SettingsReader) {
        host = reader.text("STENTOR_HOST") ?? "127.0.0.1"
        port = reader.integer("STENTOR_PORT", in: 0...65535) ?? 8511
        publicURL = reader.webAddress("STENTOR_PUBLIC_URL")
        allowedHosts = reader.words("STENTOR_ALLOWED_HOSTS")
        corsOrigins = reader.words("STENTOR_CORS_ORIGINS")
        trustedProxies = reader.words("STENTOR_TRUSTED_PROXIES")
        asrAllowed = reader.words("STENTOR_ASR_ALLOWED")
        certificate = reader.text("STENTOR_TLS_CERTIFICATE")
        certificateKey = reader.text("STENTOR_TLS_KEY")
        if (certificate == nil) != (certificateKey == nil) {
            reader.complain("STENTOR_TLS_CERTIFICATE and STENTOR_TLS_KEY are needed together")
        }
        apiKeys = Self.keys("STENTOR_API_KEYS", &reader)
        adminKeys = Self.keys("STENTOR_ADMIN_KEYS", &reader)
        makesFirstKey = reader.flag("STENTOR_MAKE_FIRST_KEY") ?? false
        keyLimit = reader.integer("STENTOR_KEY_LIMIT", in: 1...1_000_000)
        addressLimit = reader.integer("STENTOR_ADDRESS_LIMIT", in: 1...1_000_000)
        maximumUploadMegabytes = reader.integer("STENTOR_MAX_UPLOAD_MB", in: 1...1_000_000) ?? 4096
        uploadHours = reader.number("STENTOR_UPLOAD_HOURS", in: 0.01...8760) ?? 24
        maximumFiles = reader.integer("STENTOR_MAX_FILES", in: 1...10_000) ?? 100
        decodesEarly = reader.flag("AUDIO_USE_STREAMING") ?? true
        drainSeconds = reader.number("STENTOR_DRAIN_SECONDS", in: 0...3600) ?? 30
        device = reader.choice("STENTOR_DEVICE", Device.self) ?? .auto
        gpuMemoryThreshold = reader.number("GPU_MEMORY_THRESHOLD", in: 0...1) ?? 0.9
        logLevel = reader.choice("STENTOR_LOG_LEVEL", LogLevelName.self)?.rawValue ?? "info"
        logFormat = reader.choice("STENTOR_LOG_FORMAT", LogFormatName.self)?.rawValue
    }

    private static func keys(_ name: String, _ reader: inout SettingsReader) -> [Secret] {
        let keys = reader.words(name)
        if keys.contains(where: { $0.utf8.count < shortestKey }) {
            reader.complain("\(name) must have at least \(shortestKey) characters each")
        }
        return keys.map(Secret.init)
    }

    private enum LogLevelName: String, CaseIterable { case debug, info, warning, error }
    private enum LogFormatName: String, CaseIterable { case text, json }
}
