public import Jobs

/// What every `JobStore` must do, wherever it keeps its jobs. Each check works on an empty store of its own.
public struct JobStoreConformance: Sendable, CustomStringConvertible {
    /// Makes an empty store that obeys these rules, their clock included.
    public typealias MakeStore = @Sendable (JobRules) async throws -> any JobStore

    public let description: String
    let run: @Sendable (Bench) async throws -> Void
    let rules: @Sendable (inout JobRules) -> Void

    init(
        _ description: String, rules: @escaping @Sendable (inout JobRules) -> Void = { _ in },
        _ run: @escaping @Sendable (Bench) async throws -> Void
    ) {
        self.description = description
        self.run = run
        self.rules = rules
    }

    public static let checks: [JobStoreConformance] =
        submissionChecks + joiningChecks + orderChecks + leaseChecks + outcomeChecks + leavingChecks + careChecks
        + keepingChecks + concurrencyChecks + announcementChecks

    /// The promises that were broken; none by a good store.
    public func violations(_ make: MakeStore) async -> [String] {
        let bench = Bench()
        var rules = bench.rules
        self.rules(&rules)
        do {
            bench.store = try await make(rules)
            try await run(bench)
        } catch {
            bench.expect(false, "it threw \(error)")
        }
        return bench.broken
    }
}
