/// The port inside an engine's own process to models that tell speakers apart by themselves.
public protocol DiarizationEngine: AnyObject {
    /// Turns as `Diarizer` gives them.
    /// - Parameters:
    ///   - samples: the whole recording, full scale is 1.
    ///   - report: called with the share that is done, 0…1, never less than before.
    func diarize(
        _ samples: [Float], _ wish: SpeakerWish, report: (Double) -> Void
    ) throws(EngineError) -> [SpeakerTurn]
}

/// Installed models that tell speakers apart, and how closely they look.
public struct SpeakerModels: Sendable, Hashable, Codable {
    /// Names in the model library.
    public var segmentation: String
    public var embedding: String
    /// How far the window moves on, as a share of its length: smaller looks more often, and takes as much longer.
    public var windowShift: Double

    public static let usualShift = 0.25
    public static let accurateShift = 0.1

    public init(segmentation: String, embedding: String, windowShift: Double = usualShift) {
        self.segmentation = segmentation
        self.embedding = embedding
        self.windowShift = windowShift
    }
}
