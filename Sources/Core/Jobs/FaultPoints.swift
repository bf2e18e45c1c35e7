/// Named places between two changes of state, at which a test may stop the process, fail or wait. Programs that are
/// shipped pass `NoFaults`.
public protocol FaultPoints: Sendable {
    func step(_ name: StaticString) async throws
}

public struct NoFaults: FaultPoints {
    public init() {}
    public func step(_ name: StaticString) async throws {}
}
