import HTTPTypes
@testable import Multipart

/// Everything a form says, pieces of data joined; nil when it is refused.
private func parse(_ bytes: [UInt8], step: Int) -> [MultipartParser.Event]? {
    var parser = MultipartParser(boundary: "B")
    var events: [MultipartParser.Event] = []
    // Joined here and not in `events`, where each byte would copy what came before it.
    var data: [UInt8] = []
    var start = 0
    while start < bytes.count {
        let end = min(bytes.count, start + step)
        guard let fresh = try? parser.feed(Array(bytes[start..<end])) else { return nil }
        start = end
        for event in fresh {
            if case .data(let more) = event {
                data += more
                continue
            }
            if !data.isEmpty {
                events.append(.data(data))
                data = []
            }
            events.append(event)
        }
    }
    if !data.isEmpty { events.append(.data(data)) }
    return events
}

/// The parser says the same however the bytes are cut, and its events come in order.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let whole = parse(bytes, step: max(1, count))
    // Byte by byte is dear; longer inputs are cut in longer pieces, of many lengths over the run.
    for step in count <= 64 ? [1, 5] : [5 + count % 11] {
        let cut = parse(bytes, step: step)
        precondition((cut == nil) == (whole == nil), "cutting changes the verdict")
        precondition(cut == whole, "cutting changes the events")
    }
    var isInPart = false
    for event in whole ?? [] {
        switch event {
        case .partBegins:
            precondition(!isInPart, "a part inside a part")
            isInPart = true
        case .data: precondition(isInPart, "data outside a part")
        case .partEnds:
            precondition(isInPart, "an end without a part")
            isInPart = false
        case .end: precondition(!isInPart, "the end inside a part")
        }
    }
    return 0
}
