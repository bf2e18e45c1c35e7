import CSherpa
import Transcription

/// The functions of sherpa-onnx that are used here, with the types of its header.
struct SherpaFunctions {
    typealias Version = @convention(c) () -> UnsafePointer<CChar>?
    typealias Recognizer = OpaquePointer
    typealias Stream = OpaquePointer
    typealias Result = UnsafePointer<SherpaOnnxOfflineRecognizerResult>
    typealias Detector = OpaquePointer
    typealias Segment = UnsafePointer<SherpaOnnxSpeechSegment>

    let createRecognizer: @convention(c) (UnsafePointer<SherpaOnnxOfflineRecognizerConfig>) -> Recognizer?
    let destroyRecognizer: @convention(c) (Recognizer) -> Void
    let createStream: @convention(c) (Recognizer) -> Stream?
    let destroyStream: @convention(c) (Stream) -> Void
    let accept: @convention(c) (Stream, Int32, UnsafePointer<Float>, Int32) -> Void
    let setOption: @convention(c) (Stream, UnsafePointer<CChar>, UnsafePointer<CChar>) -> Void
    let decode: @convention(c) (Recognizer, Stream) -> Void
    let result: @convention(c) (Stream) -> Result?
    let destroyResult: @convention(c) (Result) -> Void

    let createDetector: @convention(c) (UnsafePointer<SherpaOnnxVadModelConfig>, Float) -> Detector?
    let destroyDetector: @convention(c) (Detector) -> Void
    let listen: @convention(c) (Detector, UnsafePointer<Float>, Int32) -> Void
    let flush: @convention(c) (Detector) -> Void
    let reset: @convention(c) (Detector) -> Void
    let isEmpty: @convention(c) (Detector) -> Int32
    let front: @convention(c) (Detector) -> Segment?
    let pop: @convention(c) (Detector) -> Void
    let destroySegment: @convention(c) (Segment) -> Void

    init(_ symbols: SherpaSymbols) throws(EngineError) {
        createRecognizer = try symbols.function("SherpaOnnxCreateOfflineRecognizer")
        destroyRecognizer = try symbols.function("SherpaOnnxDestroyOfflineRecognizer")
        createStream = try symbols.function("SherpaOnnxCreateOfflineStream")
        destroyStream = try symbols.function("SherpaOnnxDestroyOfflineStream")
        accept = try symbols.function("SherpaOnnxAcceptWaveformOffline")
        setOption = try symbols.function("SherpaOnnxOfflineStreamSetOption")
        decode = try symbols.function("SherpaOnnxDecodeOfflineStream")
        result = try symbols.function("SherpaOnnxGetOfflineStreamResult")
        destroyResult = try symbols.function("SherpaOnnxDestroyOfflineRecognizerResult")
        createDetector = try symbols.function("SherpaOnnxCreateVoiceActivityDetector")
        destroyDetector = try symbols.function("SherpaOnnxDestroyVoiceActivityDetector")
        listen = try symbols.function("SherpaOnnxVoiceActivityDetectorAcceptWaveform")
        flush = try symbols.function("SherpaOnnxVoiceActivityDetectorFlush")
        reset = try symbols.function("SherpaOnnxVoiceActivityDetectorReset")
        isEmpty = try symbols.function("SherpaOnnxVoiceActivityDetectorEmpty")
        front = try symbols.function("SherpaOnnxVoiceActivityDetectorFront")
        pop = try symbols.function("SherpaOnnxVoiceActivityDetectorPop")
        destroySegment = try symbols.function("SherpaOnnxDestroySpeechSegment")
    }
}
