@testable import Streaming

/// Whatever somebody sends as a link is either refused or means one message, and whatever stands in an address of ours
/// is read in one way only.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
    if let link = MessageLink(text) {
        precondition(link.message > 0 && (link.topic ?? 1) > 0 && (link.comment ?? 1) > 0, "a number that is none")
        precondition((link.time ?? 0) >= 0, "a time before the beginning")
        switch link.place {
        case .name(let name):
            precondition((4...32).contains(name.utf8.count) && name == name.lowercased(), "a name that is none")
            precondition(same(link, "https://t.me/\(name)/\(link.message)"), "a link that does not survive")
        case .channel(let channel):
            precondition(channel > 0, "a channel that is none")
            precondition(same(link, "tg://privatepost?channel=\(channel)&post=\(link.message)"), "the same")
        }
    }
    if let link = CapabilityLink(text) { precondition(link.text == text, "two texts for one link") }
    if let bytes = Base64URL.decode(text) { precondition(Base64URL.encode(bytes) == text, "two texts for the same bytes") }
    _ = StreamAddress.file(text)
    _ = FileIdentifier.dataCentre(of: text)
    let segment = FileNames.pathSegment(text)
    precondition(!segment.isEmpty && !segment.contains("/") && segment.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }, "a path")
    let field = FileNames.disposition("inline", text)
    precondition(field.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }, "a header with other characters")
    precondition(field.utf8.count { $0 == 0x22 } == 2, "a name that ends early")
    return 0
}

private func same(_ link: MessageLink, _ text: String) -> Bool {
    guard let other = MessageLink(text) else { return false }
    return other.place == link.place && other.message == link.message
}
