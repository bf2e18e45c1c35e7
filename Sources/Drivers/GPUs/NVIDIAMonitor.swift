import EventLoops
public import Transcription

/// What the NVIDIA driver says, by its management library, opened when it is first asked: machines without a GPU have
/// no such library (NVML API reference, docs.nvidia.com/deploy/nvml-api).
public struct NVIDIAMonitor: GPUMonitor {
    private let library: String
    private let pool: BlockingPool

    /// - Parameter library: a file name that the loader finds, or a path.
    public init(library: String = "libnvidia-ml.so.1") throws {
        self.library = library
        // A driver may take its time; one caller after the other.
        pool = try BlockingPool(threads: 1, queue: 100, name: "gpu")
    }

    public func report() async -> GPUReport {
        let library = library
        do {
            return try await pool.run {
                guard let nvml = NVML(library) else {
                    return .none("No NVIDIA driver is installed here (\(NVML.defaultName) is missing).")
                }
                return nvml.report()
            }
        } catch {
            return .none("The NVIDIA driver cannot be asked now.")
        }
    }
}
