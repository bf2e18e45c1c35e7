import CFFmpeg
import Transcription

/// FFmpeg's status codes, turned into errors in one place.
enum FFmpegStatus {
    /// Returns a status that is no error.
    @discardableResult
    static func check(
        _ status: CInt, _ code: DecodingError.Code, _ meaning: @autoclosure () -> String
    ) throws(DecodingError) -> CInt {
        guard status < 0 else { return status }
        throw DecodingError(code, "\(meaning()) (\(text(status)))")
    }

    /// FFmpeg's own words for a status; they name no file.
    static func text(_ status: CInt) -> String {
        var buffer = [CChar](repeating: 0, count: Int(AV_ERROR_MAX_STRING_SIZE))
        guard av_strerror(status, &buffer, buffer.count) == 0 else { return "error \(status)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    static func memory() -> DecodingError { DecodingError(.crashed, "There is not enough memory to decode this file.") }
}
