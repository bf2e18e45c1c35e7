import Transcription

/// The numbers at the head of a ggml file of whisper.cpp: what the network looks like.
struct GGMLShape: Hashable {
    static let magic = 0x6767_6D6C
    /// Positions of the encoder: 30 s of sound at 50 a second.
    static let audioContext = 1500

    let vocabulary: Int
    let audioState, audioHeads, audioLayers: Int
    let textContext, textHeads, textLayers: Int
    let mels: Int

    var head: Int { audioState / audioHeads }

    init(_ cursor: inout FileCursor) throws(EngineError) {
        guard try cursor.integer() == Self.magic else {
            throw EngineError(.unusable, "The model's file is no ggml file of whisper.cpp: import another.")
        }
        var numbers: [Int] = []
        for _ in 0..<11 { numbers.append(try cursor.integer()) }
        let context = numbers[1]
        let textState = numbers[6]
        vocabulary = numbers[0]
        audioState = numbers[2]
        audioHeads = numbers[3]
        audioLayers = numbers[4]
        textContext = numbers[5]
        textHeads = numbers[7]
        textLayers = numbers[8]
        mels = numbers[9]
        let isWhisper =
            context == Self.audioContext && textState == audioState && textHeads == audioHeads
            && (64...2048).contains(audioState) && audioState % 64 == 0 && (1...32).contains(audioHeads)
            && audioState % audioHeads == 0 && [32, 64, 128].contains(audioState / audioHeads)
            && (1...64).contains(audioLayers) && (1...64).contains(textLayers) && (16...1024).contains(textContext)
            && (mels == 80 || mels == 128) && (51_864...51_866).contains(vocabulary)
        guard isWhisper else {
            throw EngineError(.unusable, "The model's file does not describe a Whisper model: import another.")
        }
    }
}
