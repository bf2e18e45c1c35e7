public import Streaming

/// Files that lie elsewhere, with a way to get there that is as long, as narrow and as bad as a test wants.
public actor FakeBlockSource: BlockSource {
    public enum Fault: Sendable, Hashable {
        case fails(BlockFailure)
        /// Half of what was asked for.
        case halfAnswer
        /// Comes after so many seconds.
        case late(Double)
    }

    /// One that was asked for.
    public struct Call: Sendable, Hashable {
        public var file: String
        public var block: Block
    }

    private var files: [String: SeededContent] = [:]
    private var planned: [Fault] = []
    private var trouble: (probability: Double, faults: [Fault], state: UInt64)?
    /// Seconds to the source and back, and bytes per second of each request.
    private let latency: Double
    private let rate: Double?
    public private(set) var calls: [Call] = []
    public private(set) var cancelled = 0
    /// Bytes handed over.
    public private(set) var bytes: Int64 = 0
    private var isHeld = false
    private var held: [CheckedContinuation<Void, Never>] = []
    private var countWaiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    public init(latency: Double = 0, rate: Double? = nil) {
        self.latency = latency
        self.rate = rate
    }

    /// A file and what its name says of it.
    /// - Parameter claimed: the size it is said to have, when that is a lie.
    public func add(_ name: String, seed: UInt64, size: Int64, claimed: Int64? = nil) -> RemoteFile {
        files[name] = SeededContent(seed: seed, size: size)
        return RemoteFile(id: name, uniqueID: "u-" + name, size: claimed ?? size, name: name + ".bin")
    }

    public func remove(_ name: String) { files[name] = nil }

    /// The next calls fail like this, one after the other.
    public func plan(_ faults: [Fault]) { planned += faults }

    /// Any call may fail, decided by a seed.
    public func makeTrouble(_ probability: Double, _ faults: [Fault], seed: UInt64) {
        trouble = (probability, faults, seed)
    }

    /// Nothing is answered until `release`.
    public func hold() { isHeld = true }

    public func release() {
        isHeld = false
        for one in held { one.resume() }
        held = []
    }

    /// Returns once so many calls have come.
    public func waitForCalls(_ count: Int) async {
        if calls.count >= count { return }
        await withCheckedContinuation { countWaiters.append((count, $0)) }
    }

    /// Returns once so many calls were dropped by those who made them.
    public func waitForCancelled(_ count: Int) async {
        while cancelled < count { await Task.yield() }
    }

    public func read(_ block: Block, of file: RemoteFile) async throws(BlockFailure) -> [UInt8] {
        note(block, file)
        guard block.offset % 1024 == 0, block.count % 1024 == 0, block.count > 0,
            block.offset / (1 << 20) == (block.offset + Int64(block.count) - 1) / (1 << 20)
        else { preconditionFailure("a request that Telegram refuses: \(block)") }
        let fault = nextFault()
        if isHeld { await withCheckedContinuation { held.append($0) } }
        try await travel(block, fault)
        if case .fails(let failure) = fault { throw failure }
        guard let content = files[file.id] else { throw .gone }
        var end = min(content.size, block.offset + Int64(block.count))
        if case .halfAnswer = fault { end = min(end, block.offset + Int64(block.count / 2)) }
        let bytes = block.offset < end ? content.bytes(block.offset..<end) : []
        self.bytes += Int64(bytes.count)
        return bytes
    }

    private func note(_ block: Block, _ file: RemoteFile) {
        calls.append(Call(file: file.id, block: block))
        for waiter in countWaiters where waiter.count <= calls.count { waiter.continuation.resume() }
        countWaiters.removeAll { $0.count <= calls.count }
    }

    private func travel(_ block: Block, _ fault: Fault?) async throws(BlockFailure) {
        var seconds = latency + (rate.map { Double(block.count) / $0 } ?? 0)
        if case .late(let more) = fault { seconds += more }
        do {
            if seconds > 0 { try await Task.sleep(for: .seconds(seconds)) }
            try Task.checkCancellation()
        } catch {
            cancelled += 1
            throw .cancelled
        }
    }

    private func nextFault() -> Fault? {
        if !planned.isEmpty { return planned.removeFirst() }
        guard var trouble, !trouble.faults.isEmpty else { return nil }
        trouble.state = SeededContent.mixed(trouble.state &+ 1)
        self.trouble = trouble
        guard Double(trouble.state >> 11) / 0x1p53 < trouble.probability else { return nil }
        return trouble.faults[Int(trouble.state % UInt64(trouble.faults.count))]
    }
}
