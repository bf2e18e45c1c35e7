import CloudRouting

/// What `--dry-run` prints about one file.
struct EstimateReport {
    let text: String

    init(_ estimate: TranscriptionEstimate, name: String) {
        var lines = [
            name, "  audio     \(ProgressLine.clock(estimate.seconds))",
            "  engine    \(estimate.engine) (\(estimate.model))", "  parts     \(estimate.parts)",
        ]
        if estimate.sentBytes > 0 {
            lines.append(
                "  to send   \(ProgressLine.clock(estimate.sentSeconds)), \(Self.megabytes(estimate.sentBytes))")
            lines.append("  billed    \(ProgressLine.clock(estimate.billedSeconds))")
        }
        lines.append("  cost      \(estimate.cost.map(Self.dollars) ?? "not known")")
        if let finish = estimate.finishSeconds { lines.append("  ready in  about \(ProgressLine.clock(finish))") }
        lines += estimate.warnings.map { "  note      \($0)" }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func dollars(_ value: Double) -> String {
        if value == 0 { return "nothing" }
        let hundredths = Int((value * 10_000).rounded(.up))
        let fraction = String(hundredths % 10_000)
        return "about $\(hundredths / 10_000)." + String(repeating: "0", count: 4 - fraction.count) + fraction
    }

    private static func megabytes(_ bytes: Int64) -> String { "\((Double(bytes) / 1e5).rounded(.up) / 10) MB" }
}
