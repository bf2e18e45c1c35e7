/// The closed lists: what is not here is refused, whatever a file claims to be. No playlist, image or network format is
/// among the containers, so that no file can make another one be opened; no video decoder is among the codecs, so that
/// no picture is ever decoded.
enum AllowedFormats {
    /// FFmpeg's names of demuxers; one name of a demuxer's list is enough.
    static let demuxers: Set<String> = [
        "aac", "ac3", "aiff", "amr", "amrnb", "amrwb", "ape", "asf", "au", "avi", "caf", "dts", "dtshd", "eac3", "flac",
        "flv", "gsm", "loas", "matroska", "webm", "mov", "mp4", "m4a", "3gp", "mp3", "mpc", "mpc8", "mpeg", "mpegts",
        "ogg", "oma", "sox", "tak", "truehd", "tta", "voc", "w64", "wav", "wv", "xwma",
    ]

    /// FFmpeg's names of decoders, as `codec_whitelist` takes them.
    static let decoders: [String] = [
        "aac", "aac_fixed", "aac_latm", "ac3", "ac3_fixed", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "adpcm_swf",
        "adpcm_yamaha", "alac", "als", "amrnb", "amrwb", "ape", "atrac3", "atrac3p", "cook", "dca", "eac3", "flac",
        "g722", "g723_1", "g726", "g726le", "g729", "gsm", "gsm_ms", "ilbc", "mlp", "mp1", "mp1float", "mp2",
        "mp2float", "mp3", "mp3adu", "mp3adufloat", "mp3float", "mpc7", "mpc8", "nellymoser", "opus", "libopus",
        "pcm_alaw", "pcm_bluray", "pcm_dvd", "pcm_f32be", "pcm_f32le", "pcm_f64be", "pcm_f64le", "pcm_lxf",
        "pcm_mulaw", "pcm_s16be", "pcm_s16be_planar", "pcm_s16le", "pcm_s16le_planar", "pcm_s24be", "pcm_s24le",
        "pcm_s24le_planar", "pcm_s32be", "pcm_s32le", "pcm_s32le_planar", "pcm_s8", "pcm_s8_planar", "pcm_u16be",
        "pcm_u16le", "pcm_u24be", "pcm_u24le", "pcm_u32be", "pcm_u32le", "pcm_u8", "qdm2", "ra_144", "ra_288",
        "shorten", "sipr", "speex", "tak", "truehd", "tta", "vorbis", "wavpack", "wmalossless", "wmapro", "wmav1",
        "wmav2", "wmavoice",
    ]

    /// Whether a demuxer's comma-separated names hold an allowed one.
    static func allows(demuxer names: String) -> Bool {
        names.split(separator: ",").contains { demuxers.contains(String($0)) }
    }

    /// What a stream may claim before anything is made of it: a 1 Hz file would become 16,000 times its size.
    static let sampleRates = 4_000...384_000
    static let channels = 1...32
    static let mostStreams = 200
}
