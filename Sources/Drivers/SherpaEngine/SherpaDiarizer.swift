import CSherpa
public import Transcription

/// Tells speakers apart with a segmentation model (pyannote) and a model of voices (ERes2Net, TitaNet). A wrong file
/// makes the library end its process: it is a disposable one.
public final class SherpaDiarizer: DiarizationEngine {
    /// One minus the cosine from which on two groups are two people: sherpa-onnx's usual value.
    private static let threshold: Float = 0.5
    /// Shorter turns, and shorter pauses inside a turn, in seconds.
    private static let shortestTurn: Float = 0.3
    private static let shortestPause: Float = 0.5

    private let functions: SherpaFunctions
    private let diarizer: SherpaFunctions.Diarizer
    private let strings = CStringArena()
    private var config = SherpaOnnxOfflineSpeakerDiarizationConfig()

    /// - Parameters:
    ///   - segmentation: path of the model that finds where voices change.
    ///   - embedding: path of the model of voices.
    ///   - windowShift: see `SpeakerModels`.
    public init(
        _ library: SherpaLibrary, segmentation: String, embedding: String, windowShift: Double, threads: Int
    ) throws(EngineError) {
        functions = library.functions
        config.segmentation.pyannote.model = strings.pointer(segmentation)
        config.segmentation.pyannote.window_shift_ratio = Float(min(max(windowShift, 0.01), 1))
        config.segmentation.num_threads = Int32(threads)
        config.segmentation.provider = strings.pointer("cpu")
        config.embedding.model = strings.pointer(embedding)
        config.embedding.num_threads = Int32(threads)
        config.embedding.provider = strings.pointer("cpu")
        config.clustering.num_clusters = -1
        config.clustering.threshold = Self.threshold
        config.clustering.compute_confidence = 1
        config.min_duration_on = Self.shortestTurn
        config.min_duration_off = Self.shortestPause
        guard let created = library.functions.createDiarizer(&config) else {
            throw EngineError(.unusable, "The models that tell speakers apart cannot be loaded: pull them again.")
        }
        guard library.functions.sampleRateOfDiarizer(created) == PCMFormat.sampleRate else {
            library.functions.destroyDiarizer(created)
            throw EngineError(.unusable, "The models that tell speakers apart are not for 16 kHz: pull others.")
        }
        diarizer = created
    }

    deinit {
        functions.destroyDiarizer(diarizer)
    }

    public func diarize(
        _ samples: [Float], _ wish: SpeakerWish, report: (Double) -> Void
    ) throws(EngineError) -> [SpeakerTurn] {
        let maximum = max(wish.maximum ?? .max, 1)
        let minimum = min(max(wish.minimum ?? 1, 1), maximum)
        if minimum == maximum { return try run(samples, speakers: maximum, report) }
        // The library takes a number or a threshold: what the threshold gives is run again where it is out of bounds.
        let isBounded = minimum > 1 || maximum < .max
        let found = try run(samples, speakers: nil) { report(isBounded ? $0 / 2 : $0) }
        let count = Set(found.map(\.speaker)).count
        guard isBounded, count > 0, !(minimum...maximum).contains(count) else {
            report(1)
            return found
        }
        return try run(samples, speakers: count < minimum ? minimum : maximum) { report(0.5 + $0 / 2) }
    }

    private func run(
        _ samples: [Float], speakers: Int?, _ report: (Double) -> Void
    ) throws(EngineError) -> [SpeakerTurn] {
        // Less than the shortest turn holds none.
        guard samples.count >= PCMFormat.sample(at: Double(Self.shortestTurn)) else { return [] }
        // More groups than windows there are cannot be.
        let most = max(1, samples.count / PCMFormat.sampleRate)
        config.clustering.num_clusters = speakers.map { Int32(min($0, most)) } ?? -1
        functions.configureDiarizer(diarizer, &config)
        let result = withoutActuallyEscaping(report) { report in
            var call = report
            return withUnsafeMutablePointer(to: &call) { call in
                functions.diarize(
                    diarizer, samples, Int32(clamping: samples.count),
                    { done, total, context in
                        context?.assumingMemoryBound(to: ((Double) -> Void).self)
                            .pointee(total > 0 ? min(max(Double(done) / Double(total), 0), 1) : 0)
                        return 0
                    }, call)
            }
        }
        // What holds no speech has no result.
        guard let result else { return [] }
        defer { functions.destroyDiarization(result) }
        let count = Int(functions.countTurns(result))
        guard count > 0, let turns = functions.turns(result) else { return [] }
        defer { functions.destroyTurns(turns) }
        return SherpaTurns(UnsafeBufferPointer(start: turns, count: count), samples: samples.count).turns
    }
}

/// Keeps the port's promises whatever the library returned: in order, inside, those of one speaker apart.
struct SherpaTurns {
    let turns: [SpeakerTurn]

    init(_ segments: some Sequence<SherpaOnnxOfflineSpeakerDiarizationSegment>, samples: Int) {
        var turns: [SpeakerTurn] = []
        for segment in segments where segment.start.isFinite && segment.end.isFinite {
            let start = PCMFormat.sample(at: Double(min(max(segment.start, 0), 1e6)))
            let end = PCMFormat.sample(at: Double(min(max(segment.end, 0), 1e6)))
            let range = (min(start, samples)..<max(min(start, samples), min(end, samples)))
            guard !range.isEmpty else { continue }
            turns.append(
                SpeakerTurn(speaker: Int(segment.speaker), range: range, confidence: Self.certainty(segment.confidence))
            )
        }
        turns.sort { ($0.range.lowerBound, $0.speaker) < ($1.range.lowerBound, $1.speaker) }
        self.turns = Self.marked(Self.numbered(Self.apart(turns)))
    }

    /// −2 is unknown.
    private static func certainty(_ value: Float) -> Double {
        value.isFinite && value >= -1 ? Double(min(max(value, 0), 1)) : 0.5
    }

    private static func apart(_ turns: [SpeakerTurn]) -> [SpeakerTurn] {
        var last: [Int: Int] = [:]
        var result: [SpeakerTurn] = []
        for turn in turns {
            if let index = last[turn.speaker], result[index].range.upperBound >= turn.range.lowerBound {
                let range = result[index].range
                result[index].range = range.lowerBound..<max(range.upperBound, turn.range.upperBound)
            } else {
                last[turn.speaker] = result.count
                result.append(turn)
            }
        }
        return result
    }

    private static func numbered(_ turns: [SpeakerTurn]) -> [SpeakerTurn] {
        var numbers: [Int: Int] = [:]
        return turns.map { turn in
            var turn = turn
            let number = numbers[turn.speaker] ?? numbers.count
            numbers[turn.speaker] = number
            turn.speaker = number
            return turn
        }
    }

    /// Turns that others speak into.
    private static func marked(_ turns: [SpeakerTurn]) -> [SpeakerTurn] {
        var turns = turns
        var furthest: Int?
        for index in turns.indices {
            if let other = furthest, turns[other].range.upperBound > turns[index].range.lowerBound {
                turns[index].isOverlapped = true
                turns[other].isOverlapped = true
            }
            if furthest.map({ turns[index].range.upperBound > turns[$0].range.upperBound }) ?? true { furthest = index }
        }
        return turns
    }
}
