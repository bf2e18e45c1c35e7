import Glibc
import Transcription

/// The functions of libnvidia-ml that are needed; closed with its last user.
final class NVML {
    static let defaultName = "libnvidia-ml.so.1"

    private typealias Plain = @convention(c) () -> CInt
    private typealias Count = @convention(c) (UnsafeMutablePointer<CUnsignedInt>) -> CInt
    private typealias Handle = @convention(c) (CUnsignedInt, UnsafeMutablePointer<OpaquePointer?>) -> CInt
    private typealias Name = @convention(c) (OpaquePointer, UnsafeMutablePointer<CChar>, CUnsignedInt) -> CInt
    private typealias Query = @convention(c) (OpaquePointer, UnsafeMutableRawPointer) -> CInt

    /// `nvmlMemory_t`.
    private struct Memory {
        var total: UInt64 = 0
        var free: UInt64 = 0
        var used: UInt64 = 0
    }

    /// `nvmlUtilization_t`.
    private struct Utilisation {
        var gpu: UInt32 = 0
        var memory: UInt32 = 0
    }

    private static let nameLength = 96
    private static let success: CInt = 0
    /// More than any machine has: a driver that says more is not believed.
    private static let mostGPUs: CUnsignedInt = 64

    private let library: UnsafeMutableRawPointer
    private let shutdown: Plain
    private let count: Count
    private let handle: Handle
    private let name: Name
    private let memory: Query
    private let utilisation: Query

    /// `nil` when the library is not there, lacks a function, or finds no driver.
    init?(_ path: String) {
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else { return nil }
        func symbol<Function>(_ name: String, _ type: Function.Type) -> Function? {
            dlsym(library, name).map { unsafeBitCast($0, to: type) }
        }
        guard let start = symbol("nvmlInit_v2", Plain.self), let shutdown = symbol("nvmlShutdown", Plain.self),
            let count = symbol("nvmlDeviceGetCount_v2", Count.self),
            let handle = symbol("nvmlDeviceGetHandleByIndex_v2", Handle.self),
            let name = symbol("nvmlDeviceGetName", Name.self),
            let memory = symbol("nvmlDeviceGetMemoryInfo", Query.self),
            let utilisation = symbol("nvmlDeviceGetUtilizationRates", Query.self), start() == Self.success
        else {
            dlclose(library)
            return nil
        }
        self.library = library
        self.shutdown = shutdown
        self.count = count
        self.handle = handle
        self.name = name
        self.memory = memory
        self.utilisation = utilisation
    }

    deinit {
        _ = shutdown()
        dlclose(library)
    }

    func report() -> GPUReport {
        var number: CUnsignedInt = 0
        guard count(&number) == Self.success, number <= Self.mostGPUs else {
            return .none("The NVIDIA driver does not say how many GPUs there are.")
        }
        let gpus = (0..<number).compactMap(gpu)
        return gpus.isEmpty ? .none("The NVIDIA driver knows no GPU.") : .some(gpus)
    }

    /// `nil` for one that does not answer: lost, or forbidden.
    private func gpu(_ index: CUnsignedInt) -> GPU? {
        var device: OpaquePointer?
        guard handle(index, &device) == Self.success, let device else { return nil }
        var label = [CChar](repeating: 0, count: Self.nameLength)
        var bytes = Memory()
        guard name(device, &label, CUnsignedInt(Self.nameLength)) == Self.success,
            memory(device, &bytes) == Self.success
        else { return nil }
        // Some GPUs do not measure this.
        var rates = Utilisation()
        if utilisation(device, &rates) != Self.success { rates = Utilisation() }
        label[Self.nameLength - 1] = 0
        let text = String(decoding: label.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return GPU(
            name: text, memoryTotal: Int64(clamping: bytes.total), memoryUsed: Int64(clamping: bytes.used),
            memoryFree: Int64(clamping: bytes.free), utilisation: Int(min(rates.gpu, 100)))
    }
}
