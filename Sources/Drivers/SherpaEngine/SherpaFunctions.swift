import CSherpa
import Transcription

/// The functions of sherpa-onnx that are used here, with the types of its header.
struct SherpaFunctions {
    typealias Version = @convention(c) () -> UnsafePointer<CChar>?
    typealias Recognizer = OpaquePointer
    typealias Stream = OpaquePointer
    typealias Result = UnsafePointer<SherpaOnnxOfflineRecognizerResult>
    typealias Detector = OpaquePointer
    typealias Diarizer = OpaquePointer
    typealias Diarization = OpaquePointer
    typealias Turns = UnsafePointer<SherpaOnnxOfflineSpeakerDiarizationSegment>
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

    let createDiarizer: @convention(c) (UnsafePointer<SherpaOnnxOfflineSpeakerDiarizationConfig>) -> Diarizer?
    let destroyDiarizer: @convention(c) (Diarizer) -> Void
    let configureDiarizer: @convention(c) (Diarizer, UnsafePointer<SherpaOnnxOfflineSpeakerDiarizationConfig>) -> Void
    let sampleRateOfDiarizer: @convention(c) (Diarizer) -> Int32
    let diarize:
        @convention(c) (
            Diarizer, UnsafePointer<Float>, Int32, @convention(c) (Int32, Int32, UnsafeMutableRawPointer?) -> Int32,
            UnsafeMutableRawPointer?
        ) -> Diarization?
    let destroyDiarization: @convention(c) (Diarization) -> Void
    let countTurns: @convention(c) (Diarization) -> Int32
    let turns: @convention(c) (Diarization) -> Turns?
    let destroyTurns: @convention(c) (Turns) -> Void

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
        createDiarizer = try symbols.function("SherpaOnnxCreateOfflineSpeakerDiarization")
        destroyDiarizer = try symbols.function("SherpaOnnxDestroyOfflineSpeakerDiarization")
        configureDiarizer = try symbols.function("SherpaOnnxOfflineSpeakerDiarizationSetConfig")
        sampleRateOfDiarizer = try symbols.function("SherpaOnnxOfflineSpeakerDiarizationGetSampleRate")
        diarize = try symbols.function("SherpaOnnxOfflineSpeakerDiarizationProcessWithCallback")
        destroyDiarization = try symbols.function("SherpaOnnxOfflineSpeakerDiarizationDestroyResult")
        countTurns = try symbols.function("SherpaOnnxOfflineSpeakerDiarizationResultGetNumSegments")
        turns = try symbols.function("SherpaOnnxOfflineSpeakerDiarizationResultSortByStartTime")
        destroyTurns = try symbols.function("SherpaOnnxOfflineSpeakerDiarizationDestroySegment")
    }
}
