import CSherpa
import Glibc
public import Transcription

/// sherpa-onnx, opened at run time. One value per process; it stays loaded until the process ends.
public final class SherpaLibrary {
    /// The name of the file in the engine folder; ONNX Runtime lies beside it.
    public static let fileName = "libsherpa-onnx-c-api.so"

    let functions: SherpaFunctions

    /// Opens the library in `folder` and compares its release with the header's before the first structure is passed.
    public init(folder: String) throws(EngineError) {
        let path = "\(folder)/\(Self.fileName)"
        guard access(path, R_OK) == 0 else {
            throw EngineError(.unusable, "The speech library sherpa-onnx is not installed: run “make setup”.")
        }
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw EngineError(.unusable, "The speech library sherpa-onnx cannot be opened: \(Self.linkerWords()).")
        }
        let symbols = SherpaSymbols(handle: handle)
        let version: SherpaFunctions.Version = try symbols.function("SherpaOnnxGetVersionStr")
        let found = version().map { String(cString: $0) } ?? "unknown"
        guard found == CSHERPA_HEADER_VERSION else {
            throw EngineError(
                .unusable,
                "sherpa-onnx \(found) is installed, \(CSHERPA_HEADER_VERSION) is needed: run “make setup”.")
        }
        functions = try SherpaFunctions(symbols)
    }

    private static func linkerWords() -> String { dlerror().map { String(cString: $0) } ?? "unknown reason" }
}

/// Looks functions up by name.
struct SherpaSymbols {
    let handle: UnsafeMutableRawPointer

    /// The caller says the C type; the header is where it comes from.
    func function<Function>(_ name: String) throws(EngineError) -> Function {
        guard let symbol = dlsym(handle, name) else {
            throw EngineError(.unusable, "sherpa-onnx has no function \(name).")
        }
        return unsafeBitCast(symbol, to: Function.self)
    }
}
