import API
import Callbacks
import HTTPClient
import IPAddresses
import Jobs
import Scheduling
import Settings
import Telemetry

/// The sender of callbacks, put together from its settings.
enum CallbackOffice {
    static func open(
        _ settings: CallbackSettings, _ store: any JobStore, _ client: HTTPClient, _ transcriptions: Transcriptions,
        bell: CallbackBell, log: any EventLog, metrics: Metrics
    ) throws -> CallbackSender {
        guard let signature = WebhookSignature(secrets: settings.secrets.map { $0.reveal() }) else {
            throw SettingsError(problems: [
                "STENTOR_CALLBACK_SECRET must be whsec_ and Base64, or text, of 16 to 256 bytes"
            ])
        }
        var configuration = CallbackSender.Configuration(signature: signature)
        if let waits = settings.schedule { configuration.schedule = CallbackSchedule(waits: waits) }
        configuration.timeout = .seconds(settings.timeout)
        configuration.addresses = try addresses(settings.allowed)
        let bodies = CallbackBodies(transcriptions)
        return CallbackSender(
            store, client, configuration, bell: bell, clock: SystemClock(), log: log, metrics: metrics
        ) { try await bodies.body(of: $0) }
    }

    private static func addresses(_ allowed: [String]) throws -> HTTPClientRequest.AddressPolicy {
        let ranges = allowed.compactMap { IPRange($0) }
        guard ranges.count == allowed.count else {
            throw SettingsError(problems: ["STENTOR_CALLBACK_ALLOWED wants addresses or networks such as 10.0.0.0/8"])
        }
        if ranges.isEmpty { return .publicOnly }
        return .accepting { address in address.isPublic || ranges.contains { $0.contains(address) } }
    }
}
