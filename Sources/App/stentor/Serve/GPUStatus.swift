import HTTPRouting
import HTTPTypes
import Transcription

/// `GET /api/gpu-status`: what the driver says, and where new work goes because of it.
struct GPUStatus: Sendable {
    private struct Body: Encodable {
        struct Item: Encodable {
            let name: String
            let memory_total_mb: Double
            let memory_used_mb: Double
            let memory_free_mb: Double
            let utilization: Int
        }

        let available: Bool
        let device: String
        let gpus: [Item]
        let message: String
    }

    let monitor: any GPUMonitor
    let policy: DevicePolicy

    func response() async throws -> HTTPResponse {
        let report = await monitor.report()
        let decision = policy.decide(report)
        return try .json(
            Body(
                available: !report.gpus.isEmpty, device: decision.device.rawValue, gpus: report.gpus.map(Self.item),
                message: decision.reason))
    }

    private static func item(_ gpu: GPU) -> Body.Item {
        func megabytes(_ bytes: Int64) -> Double { (Double(bytes) / 1e5).rounded() / 10 }
        return Body.Item(
            name: gpu.name, memory_total_mb: megabytes(gpu.memoryTotal), memory_used_mb: megabytes(gpu.memoryUsed),
            memory_free_mb: megabytes(gpu.memoryFree), utilization: gpu.utilisation)
    }
}
