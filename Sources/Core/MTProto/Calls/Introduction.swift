/// Who asks, as `initConnection` wants it.
public struct Introduction: Sendable, Hashable {
    /// The layer whose constructors we understand; the server keeps to it.
    public static let layer: Int32 = 228

    public var apiID: Int32
    public var deviceModel: String
    public var systemVersion: String
    public var applicationVersion: String

    public init(apiID: Int32, deviceModel: String, systemVersion: String, applicationVersion: String) {
        self.apiID = apiID
        self.deviceModel = deviceModel
        self.systemVersion = systemVersion
        self.applicationVersion = applicationVersion
    }

    /// What is put before a call: `invokeWithLayer(initConnection(…))`.
    public var bytes: [UInt8] {
        var writer = TLWriter(TL.invokeWithLayer)
        writer.int(Self.layer)
        writer.uint32(TL.initConnection)
        writer.int(0)
        writer.int(apiID)
        for text in [deviceModel, systemVersion, applicationVersion, "en", "", "en"] { writer.string(text) }
        return writer.bytes
    }
}
