// swift-tools-version: 6.2
//
// The manifest is the architecture: one row per module with its tier and what it uses. A row that points where its
// tier may not look stops the build with a sentence (see `Architecture.check`). What each tier is for: ARCHITECTURE.md.

import PackageDescription

enum Tier: String {
    case cLibraries = "CLibraries"
    case core = "Core"
    case toolkits = "Toolkits"
    case drivers = "Drivers"
    case features = "Features"
    case app = "App"
    case simulators = "Simulators"

    /// The tiers a module of this tier may use.
    var mayUse: [Tier] {
        switch self {
        case .cLibraries: []
        case .core: [.core]
        case .toolkits: [.cLibraries, .core, .toolkits]
        case .drivers: [.cLibraries, .core, .toolkits]
        case .features: [.core, .toolkits]
        case .app: [.cLibraries, .core, .toolkits, .drivers, .features, .app]
        // Benches drive drivers directly.
        case .simulators: [.cLibraries, .core, .toolkits, .drivers, .simulators]
        }
    }
}

struct Module {
    enum Kind { case swift, cSources, systemLibrary, executable }

    let name: String
    let tier: Tier
    let kind: Kind
    let uses: [String]
    /// Asked for header folders that are not the compiler's own.
    let pkgConfig: String?
    /// Flags of the C compiler, in every configuration.
    let cFlags: [String]
    /// Names under `Tests/<Tier>/<Name>Tests`, with what the tests use besides the module itself.
    let tests: [String]?

    init(
        _ name: String, _ tier: Tier, _ kind: Kind = .swift, uses: [String] = [], pkgConfig: String? = nil,
        cFlags: [String] = [], tests: [String]? = nil
    ) {
        self.name = name
        self.tier = tier
        self.kind = kind
        self.uses = uses
        self.pkgConfig = pkgConfig
        self.cFlags = cFlags
        self.tests = tests
    }

    var path: String { "Sources/\(tier.rawValue)/\(name)" }
}

let modules: [Module] = [
    Module("CSystem", .cLibraries, .cSources),
    Module("CCurl", .cLibraries, .systemLibrary),
    Module("COpenSSL", .cLibraries, .systemLibrary),
    Module("CWslay", .cLibraries, .systemLibrary),

    // Without optimisation vectors of the compiler are a hundred times slower, in tests too.
    Module("CSpeechKernels", .cLibraries, .cSources, cFlags: ["-O3"], tests: []),
    Module("CZlib", .cLibraries, .systemLibrary),
    Module("CBlockCiphers", .cLibraries, .cSources, cFlags: ["-O3"]),
    Module("CSherpa", .cLibraries, .systemLibrary),
    Module("CPocketSphinx", .cLibraries, .systemLibrary, pkgConfig: "pocketsphinx"),
    Module("CFFmpeg", .cLibraries, .systemLibrary),
    Module("CSeccomp", .cLibraries, .systemLibrary),
    Module("Transcripts", .core, tests: []),
    Module("Transcription", .core, uses: ["Transcripts"], tests: ["Transcripts"]),
    Module("Diarization", .core, uses: ["Transcription"], tests: ["DiarizationConformance", "Transcription"]),
    Module("CloudRouting", .core, uses: ["Transcription", "Transcripts"], tests: ["Transcription"]),
    Module("Settings", .core, tests: []),
    Module(
        "Streaming", .core, uses: ["Telemetry"],
        tests: ["Crypto", "FakeBlocks", "LinkStoreConformance", "Telemetry"]),
    Module("MTProto", .core, tests: ["Crypto", "FakeTelegram"]),
    Module("Accounts", .core, uses: ["Jobs"], tests: ["AccountStoreConformance"]),
    Module("Jobs", .core, uses: ["Transcription"], tests: ["JobStoreConformance"]),
    Module(
        "Uploads", .core, uses: ["Jobs", "Transcription"],
        tests: ["Jobs", "Transcription", "UploadVaultConformance"]),
    Module("Telemetry", .core, tests: []),
    Module(
        "VoiceRoster", .core, uses: ["Diarization", "Jobs", "Transcription"],
        tests: ["Diarization", "Jobs", "RosterStoreConformance", "Transcription"]),
    Module("Review", .core, uses: ["Jobs", "Transcripts"], tests: ["Jobs", "ReviewStoreConformance", "Transcripts"]),
    Module(
        "Scheduling", .core, uses: ["Jobs", "Review", "Telemetry", "Transcription", "Transcripts"],
        tests: ["Jobs", "Telemetry", "Transcription", "Transcripts"]),
    Module("HostProcesses", .toolkits, uses: ["CSystem", "Transcription"], tests: ["Transcription"]),
    Module("Confinement", .toolkits, uses: ["CSystem", "CSeccomp"]),
    Module("Media", .drivers, uses: ["CFFmpeg", "Transcription"], tests: ["Transcription", "Workbench"]),
    Module(
        "SherpaEngine", .drivers, uses: ["CSherpa", "Transcription"],
        tests: ["Transcription", "TranscriptionConformance", "Workbench"]),
    Module(
        "SphinxEngine", .drivers, uses: ["CPocketSphinx", "Transcription"],
        tests: ["Transcription", "TranscriptionConformance", "Workbench"]),
    Module(
        "WhisperEngine", .drivers, uses: ["CSpeechKernels", "CZlib", "SpeechKernels", "Transcription"],
        tests: ["CSpeechKernels", "SpeechKernels", "Transcription", "TranscriptionConformance", "Workbench"]),
    Module("SpeechKernels", .toolkits, uses: ["CSpeechKernels"]),
    Module(
        "SpeakerEngine", .drivers, uses: ["CSpeechKernels", "SpeechKernels", "Transcription"],
        tests: ["CSpeechKernels", "SpeechKernels", "Transcription", "Workbench"]),
    Module(
        "HostedEngines", .drivers, uses: ["CSystem", "EventLoops", "HostProcesses", "Transcription"],
        tests: [
            "DiarizationConformance", "EventLoops", "HostProcesses", "MediaStores", "Transcription", "Transcripts",
            "Workbench",
        ]),
    Module("ObjectStorage", .toolkits, uses: ["Crypto", "EventLoops", "HTTPClient", "HTTPTypes"], tests: []),
    Module("GPUs", .drivers, uses: ["EventLoops", "Transcription"], tests: ["Transcription", "Workbench"]),
    Module(
        "MediaStores", .drivers,
        uses: [
            "CSystem", "Crypto", "EventLoops", "HostProcesses", "Jobs", "ObjectStorage", "Transcription", "Uploads",
        ],
        tests: [
            "EventLoops", "FakeBucket", "HTTPClient", "HTTPServer", "HTTPTesting", "Jobs", "ObjectStorage",
            "Transcription", "UploadVaultConformance", "Uploads", "Workbench",
        ]),
    Module("FakeBucket", .simulators, uses: ["Crypto", "EventLoops", "HTTPTypes"]),
    Module(
        "TranscriptCaches", .drivers,
        uses: ["CZlib", "Crypto", "EventLoops", "Jobs", "Redis", "Transcription", "Transcripts"],
        tests: [
            "EventLoops", "Jobs", "Redis", "RedisTesting", "TranscriptCacheConformance", "Transcription", "Transcripts",
            "Workbench",
        ]),
    Module(
        "TraceExport", .drivers, uses: ["EventLoops", "HTTPClient", "HTTPTypes", "Telemetry"],
        tests: ["EventLoops", "HTTPClient", "Telemetry"]),
    Module(
        "WebMedia", .drivers, uses: ["HTTPClient", "HTTPTypes", "Jobs", "Scheduling", "Transcription"],
        tests: ["EventLoops", "HTTPClient", "Jobs", "MediaStores", "Scheduling", "Transcription", "Workbench"]),
    Module(
        "BotAPI", .toolkits, uses: ["EventLoops", "HTTPClient", "HTTPTypes", "Multipart"],
        tests: ["EventLoops", "HTTPClient"]),
    Module(
        "TelegramClient", .drivers,
        uses: ["Accounts", "Crypto", "EventLoops", "IPAddresses", "Jobs", "MTProto", "Streaming", "TCP", "Telemetry"],
        tests: ["Accounts", "Crypto", "EventLoops", "FakeTelegram", "Jobs", "MTProto", "Streaming"]),
    Module(
        "TelegramMedia", .drivers, uses: ["Accounts", "BotAPI", "Jobs", "Scheduling", "Streaming", "Transcription"]),
    Module(
        "Bot", .features,
        uses: [
            "Accounts", "BotAPI", "Crypto", "HTTPRouting", "HTTPTypes", "Jobs", "Review", "Scheduling", "Streaming",
            "Telemetry", "Transcription", "Transcripts",
        ],
        tests: [
            "Accounts", "BotAPI", "EventLoops", "HTTPClient", "HTTPRouting", "HTTPTesting", "HTTPTypes", "Jobs",
            "Scheduling", "Streaming", "Telemetry", "Transcripts",
        ]),
    Module(
        "Links", .features,
        uses: [
            "Accounts", "EventLoops", "HTTPRanges", "HTTPRouting", "HTTPTypes", "IPAddresses", "Jobs", "Scheduling",
            "Streaming", "Telemetry", "Transcripts",
        ],
        tests: [
            "Accounts", "FakeBlocks", "HTTPRouting", "HTTPTesting", "HTTPTypes", "IPAddresses", "LinkStoreConformance",
            "Streaming", "Telemetry",
        ]),
    Module(
        "WebUI", .features,
        uses: [
            "Accounts", "Crypto", "Diarization", "EventLoops", "HTTPRanges", "HTTPRouting", "HTTPTypes", "Jobs",
            "Review", "Scheduling", "Streaming", "Telemetry", "Transcription", "Transcripts", "VoiceRoster",
        ],
        tests: ["HTTPRouting", "HTTPTesting", "HTTPTypes", "Jobs", "Review", "Scheduling", "Telemetry", "Transcripts"]),
    Module(
        "FakeTelegram", .simulators,
        uses: ["CZlib", "Crypto", "EventLoops", "FakeBlocks", "IPAddresses", "MTProto", "TCP"]),
    Module(
        "fake-telegram", .simulators, .executable,
        uses: [
            "CSystem", "EventLoops", "FakeTelegram", "HTTPClient", "HTTPRanges", "HTTPRouting", "HTTPServer",
            "HTTPTypes", "IPAddresses", "MTProto", "Multipart",
        ]),
    Module(
        "API", .features,
        uses: [
            "Accounts", "CloudRouting", "Crypto", "EventLoops", "HTTPRouting", "HTTPTypes", "IPAddresses", "Jobs",
            "Multipart", "Scheduling", "Telemetry", "Transcription", "Transcripts", "Uploads",
        ],
        tests: [
            "Accounts", "HTTPRouting", "HTTPTypes", "Jobs", "Scheduling", "Telemetry", "TranscriptCacheConformance",
            "Transcription", "Transcripts", "Uploads",
        ]),
    Module(
        "Callbacks", .features, uses: ["Crypto", "EventLoops", "HTTPClient", "HTTPTypes", "Jobs", "Telemetry"],
        tests: [
            "EventLoops", "HTTPClient", "HTTPRouting", "HTTPTesting", "HTTPTypes", "Jobs", "Telemetry", "Transcription",
        ]),

    Module(
        "CloudProviders", .drivers,
        uses: ["CloudRouting", "EventLoops", "HTTPClient", "HTTPTypes", "Multipart", "Settings", "Transcription"],
        tests: [
            "CloudRouting", "EventLoops", "FakeProviders", "HTTPClient", "HTTPTypes", "HostedEngines", "MediaStores",
            "Settings", "Transcription", "Transcripts", "Workbench",
        ]),

    // Only this one links FFmpeg and PocketSphinx.
    Module(
        "stentor-host", .app, .executable,
        uses: [
            "CSystem", "Confinement", "HostProcesses", "Media", "SherpaEngine", "SpeakerEngine", "SphinxEngine",
            "Transcription", "WhisperEngine",
        ]),
    Module(
        "stentor", .app, .executable,
        uses: [
            "API", "Accounts", "Archives", "Bot", "BotAPI", "CSystem", "Callbacks", "CloudProviders", "CloudRouting",
            "Crypto", "Diarization", "EventLoops", "GPUs", "HTTPClient", "HTTPRouting", "HTTPServer", "HTTPTypes",
            "HostProcesses", "HostedEngines", "IPAddresses", "Jobs", "Links", "MTProto", "MediaStores", "ModelLibrary",
            "ObjectStorage", "PageArchives", "SQLite", "Redis", "Review", "Scheduling", "Settings", "SharedStores",
            "StoresRedis", "StoresSQLite", "Streaming", "TelegramClient", "TelegramMedia", "Telemetry", "TraceExport",
            "TranscriptCaches", "Transcription", "Transcripts", "Uploads", "VoiceRoster", "WebMedia", "WebUI",
        ],
        tests: [
            "CSystem", "EventLoops", "FakeProviders", "FaultyFileServer", "Jobs", "Scheduling", "Telemetry",
            "Transcripts", "Workbench",
        ]),

    Module("Workbench", .simulators),
    Module("TranscriptCacheConformance", .simulators, uses: ["Jobs", "Transcription", "Transcripts"]),
    Module("TranscriptionConformance", .simulators, uses: ["Transcription"]),
    Module("DiarizationConformance", .simulators, uses: ["Transcription", "Transcripts"]),
    Module("EventLoops", .toolkits, uses: ["CSystem"], tests: []),
    Module("IPAddresses", .toolkits, tests: []),
    Module("TCP", .toolkits, uses: ["CSystem", "EventLoops", "IPAddresses"]),
    Module("HTTPTypes", .toolkits, uses: ["IPAddresses"], tests: []),
    Module("HTTPParsing", .toolkits, uses: ["HTTPTypes"], tests: []),
    Module("HTTPRanges", .toolkits, uses: ["HTTPTypes"], tests: []),
    Module("Multipart", .toolkits, uses: ["HTTPTypes"], tests: []),
    Module("WebSockets", .toolkits, uses: ["COpenSSL", "CWslay", "HTTPTypes"], tests: []),
    Module(
        "HTTPRouting", .toolkits,
        uses: ["COpenSSL", "CZlib", "EventLoops", "HTTPRanges", "HTTPTypes", "IPAddresses", "WebSockets"],
        tests: ["HTTPTesting"]),
    Module("TLS", .toolkits, uses: ["COpenSSL"]),
    Module(
        "HTTPServer", .toolkits,
        uses: ["CSystem", "EventLoops", "HTTPParsing", "HTTPTypes", "IPAddresses", "TLS", "WebSockets"],
        tests: ["EventLoops", "HTTPClient", "HTTPRouting", "HTTPTesting", "HTTPTypes", "IPAddresses"]),

    Module(
        "HTTPTesting", .simulators,
        uses: ["COpenSSL", "EventLoops", "HTTPClient", "HTTPServer", "HTTPTypes", "IPAddresses"]),
    Module(
        "http-probe", .simulators, .executable,
        uses: [
            "COpenSSL", "CSystem", "EventLoops", "HTTPRanges", "HTTPRouting", "HTTPServer", "HTTPTypes", "IPAddresses",
            "Multipart",
        ]),
    Module("http-fetch", .simulators, .executable, uses: ["EventLoops", "HTTPClient", "HTTPTypes"]),
    Module("HTTPClient", .toolkits, uses: ["CCurl", "EventLoops", "HTTPTypes", "IPAddresses"], tests: []),

    Module("Archives", .toolkits, uses: ["CSystem", "Crypto", "HostProcesses"], tests: ["Workbench"]),
    Module("CCompression", .cLibraries, .systemLibrary),
    Module("Crypto", .toolkits, uses: ["CBlockCiphers", "COpenSSL", "CZlib", "MTProto"], tests: ["MTProto"]),
    Module(
        "ModelLibrary", .toolkits, uses: ["CCompression", "Crypto", "EventLoops", "HTTPClient", "HTTPTypes"],
        tests: ["CCompression", "Crypto", "EventLoops", "FaultyFileServer", "HTTPClient", "HTTPTypes"]),

    Module("CHiredis", .cLibraries, .systemLibrary),
    Module(
        "Redis", .toolkits, uses: ["CHiredis", "COpenSSL", "EventLoops", "IPAddresses", "TCP", "TLS"],
        tests: ["EventLoops", "HTTPTesting", "IPAddresses", "RedisTesting", "TCP"]),
    Module("RedisTesting", .simulators, uses: ["EventLoops", "IPAddresses", "TCP"]),
    Module(
        "SharedStores", .drivers,
        uses: [
            "Accounts", "CloudRouting", "EventLoops", "HTTPRouting", "Jobs", "Redis", "Review", "Scheduling",
            "Streaming",
        ],
        tests: [
            "AccountStoreConformance", "Accounts", "CloudRouting", "EventLoops", "HTTPRouting", "HTTPTypes", "Jobs",
            "LinkStoreConformance", "Redis", "RedisTesting", "Review", "ReviewStoreConformance", "Scheduling",
            "Streaming", "Transcription",
        ]),

    Module("CSQLite", .cLibraries, .systemLibrary),
    Module("SQLite", .toolkits, uses: ["CSQLite", "EventLoops"], tests: ["EventLoops", "Workbench"]),
    Module("database-probe", .simulators, .executable, uses: ["SQLite"]),

    Module("JobStoreConformance", .simulators, uses: ["Jobs"]),
    Module("RosterStoreConformance", .simulators, uses: ["Jobs", "VoiceRoster"]),
    Module("ReviewStoreConformance", .simulators, uses: ["Jobs", "Review"]),
    Module(
        "StoresSQLite", .drivers,
        uses: ["Accounts", "Jobs", "Review", "SQLite", "Streaming", "Telemetry", "VoiceRoster"],
        tests: [
            "Crypto", "RosterStoreConformance", "VoiceRoster", "AccountStoreConformance", "Accounts", "EventLoops",
            "Jobs", "JobStoreConformance", "LinkStoreConformance", "Review", "ReviewStoreConformance", "SQLite",
            "Telemetry",
        ]),
    Module(
        "StoresRedis", .drivers, uses: ["EventLoops", "Jobs", "Redis"],
        tests: ["EventLoops", "JobStoreConformance", "Jobs", "Redis", "RedisTesting"]),
    Module(
        "queue-probe", .simulators, .executable, uses: ["EventLoops", "Jobs", "Redis", "StoresRedis", "Transcription"]),
    Module("AccountStoreConformance", .simulators, uses: ["Accounts", "Jobs"]),

    Module(
        "PageArchives", .drivers, uses: ["Crypto", "EventLoops", "Streaming"],
        tests: ["FakeBlocks", "Streaming", "Telemetry"]),
    Module("FakeBlocks", .simulators, uses: ["Streaming"]),
    Module("UploadVaultConformance", .simulators, uses: ["Jobs", "Transcription", "Uploads"]),
    Module("LinkStoreConformance", .simulators, uses: ["Streaming"]),
    Module("FaultyFileServer", .simulators, uses: ["EventLoops"]),
    Module(
        "FakeProviders", .simulators,
        uses: ["EventLoops", "HTTPRouting", "HTTPServer", "HTTPTypes", "IPAddresses", "Multipart", "Workbench"]),
    Module("fake-providers", .simulators, .executable, uses: ["CSystem", "EventLoops", "FakeProviders"]),
    Module(
        "telegram-fetch", .simulators, .executable,
        uses: ["Crypto", "EventLoops", "MTProto", "Streaming", "TelegramClient"]),
    Module("render-transcript", .simulators, .executable, uses: ["Transcripts"]),
    Module("join-probe", .simulators, .executable, uses: ["Transcription", "Transcripts"]),
]

enum Architecture {
    /// Every arrow of the table, checked against the tiers; the first forbidden one ends the build with its reason.
    static func check(_ modules: [Module]) {
        let tiers = Dictionary(uniqueKeysWithValues: modules.map { ($0.name, $0.tier) })
        for module in modules {
            for used in module.uses {
                guard let tier = tiers[used] else { fatalError("\(module.name) uses \(used), which is in no tier") }
                guard module.tier.mayUse.contains(tier) else {
                    fatalError(
                        "\(module.name) (\(module.tier.rawValue)) may not use \(used) (\(tier.rawValue)): "
                            + "this tier uses only \(module.tier.mayUse.map(\.rawValue))")
                }
                // Features reach stores through ports alone.
                if module.tier == .features, ["SQLite", "Redis"].contains(used) {
                    fatalError("\(module.name) (Features) may not use \(used): a store is reached through its port")
                }
            }
        }
    }
}

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func target(for module: Module) -> Target {
    let dependencies = module.uses.map { Target.Dependency(stringLiteral: $0) }
    switch module.kind {
    case .systemLibrary:
        return .systemLibrary(name: module.name, path: module.path, pkgConfig: module.pkgConfig)
    case .cSources:
        let settings = module.cFlags.isEmpty ? nil : [CSetting.unsafeFlags(module.cFlags)]
        return .target(name: module.name, path: module.path, cSettings: settings)
    case .swift:
        // The page's files are compiled in by Scripts/embed_page.py; the build has nothing to do with them.
        return .target(
            name: module.name, dependencies: dependencies, path: module.path,
            exclude: module.name == "WebUI" ? ["Assets"] : [], swiftSettings: swiftSettings)
    case .executable:
        return .executableTarget(
            name: module.name, dependencies: dependencies, path: module.path, swiftSettings: swiftSettings)
    }
}

func testTarget(for module: Module) -> Target? {
    guard let extra = module.tests else { return nil }
    return .testTarget(
        name: "\(module.name)Tests",
        dependencies: ([module.name] + extra).map { Target.Dependency(stringLiteral: $0) },
        path: "Tests/\(module.tier.rawValue)/\(module.name)Tests", swiftSettings: swiftSettings)
}

Architecture.check(modules)

let package = Package(
    name: "stentor",
    products: modules.filter { $0.kind == .executable && $0.tier == .app }.map {
        .executable(name: $0.name, targets: [$0.name])
    },
    targets: modules.map(target) + modules.compactMap(testTarget)
)
