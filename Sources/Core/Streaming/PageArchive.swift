/// The port to a slower and larger place for pages: a disk. It may forget anything at any time.
public protocol PageArchive: Sendable {
    /// `nil` for what is not there, or not whole.
    func page(_ name: PageName) async -> [UInt8]?
    func keep(_ name: PageName, _ bytes: [UInt8]) async
}
