/// Runs work to its end even when the task that asks for it is cancelled: what ends a job must be written just then.
func regardless<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    // Awaited here.
    try await Task.detached { try await work() }.value
}

func regardless<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
    // Awaited here.
    await Task.detached { await work() }.value
}
