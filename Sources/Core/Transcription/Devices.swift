/// A graphics processor as its driver describes it.
public struct GPU: Sendable, Hashable {
    public var name: String
    /// Bytes.
    public var memoryTotal: Int64
    public var memoryUsed: Int64
    public var memoryFree: Int64
    /// Percent of the last moment in which it worked.
    public var utilisation: Int

    public init(name: String, memoryTotal: Int64, memoryUsed: Int64, memoryFree: Int64, utilisation: Int) {
        self.name = name
        self.memoryTotal = memoryTotal
        self.memoryUsed = memoryUsed
        self.memoryFree = memoryFree
        self.utilisation = utilisation
    }

    /// 0…1.
    public var load: Double { memoryTotal > 0 ? Double(memoryUsed) / Double(memoryTotal) : 1 }
}

/// What there is of graphics processors.
public enum GPUReport: Sendable, Hashable {
    /// None, or none that can be asked; says why.
    case none(String)
    case some([GPU])

    public var gpus: [GPU] {
        if case .some(let gpus) = self { gpus } else { [] }
    }
}

/// The port to the graphics driver.
public protocol GPUMonitor: Sendable {
    func report() async -> GPUReport
}

/// Where a model computes.
public enum ComputeDevice: String, Sendable, Hashable, Codable {
    case cpu, cuda
}

/// Decides where new work computes.
public struct DevicePolicy: Sendable, Hashable {
    /// `STENTOR_DEVICE`.
    public enum Wish: String, Sendable, Hashable {
        case auto, cpu, cuda
    }

    public struct Decision: Sendable, Hashable {
        public var device: ComputeDevice
        /// One sentence.
        public var reason: String
    }

    public var wish: Wish
    /// `GPU_MEMORY_THRESHOLD`: the part of its memory, 0…1, above which a GPU gets no new work.
    public var threshold: Double
    /// The engine library was built for CUDA.
    public var libraryHasCUDA: Bool

    public init(wish: Wish, threshold: Double, libraryHasCUDA: Bool) {
        self.wish = wish
        self.threshold = threshold
        self.libraryHasCUDA = libraryHasCUDA
    }

    public func decide(_ report: GPUReport) -> Decision {
        if wish == .cpu { return Decision(device: .cpu, reason: "STENTOR_DEVICE says cpu.") }
        guard libraryHasCUDA else {
            return Decision(device: .cpu, reason: "The engine library is built for processors only, not for CUDA.")
        }
        switch report {
        case .none(let why): return Decision(device: .cpu, reason: why)
        case .some(let gpus):
            guard let gpu = gpus.min(by: { $0.load < $1.load }) else {
                return Decision(device: .cpu, reason: "The driver knows no GPU.")
            }
            guard gpu.load <= threshold else {
                return Decision(
                    device: .cpu,
                    reason: "\(gpu.name) has \(Int(gpu.load * 100)) % of its memory in use, "
                        + "more than GPU_MEMORY_THRESHOLD allows.")
            }
            return Decision(device: .cuda, reason: "\(gpu.name) has room.")
        }
    }
}
