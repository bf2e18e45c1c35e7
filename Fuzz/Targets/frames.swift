import HTTPTypes
@testable import WebSockets

/// Messages out of `bytes` in pieces of `step`, and what is answered.
private func run(_ bytes: UnsafeRawBufferPointer, step: Int) -> (events: [WebSocketSession.Event], output: [UInt8]) {
    guard let session = WebSocketSession(maximumMessageSize: 512) else { return ([], []) }
    var events: [WebSocketSession.Event] = []
    var output: [UInt8] = []
    var start = 0
    while start < bytes.count, session.isReading {
        let end = min(bytes.count, start + step)
        events += session.receive(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        output += session.takeOutput()
        start = end
    }
    return (events, output)
}

/// No message is larger than allowed, texts are UTF-8, and cutting changes neither messages nor answers.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let bytes = UnsafeRawBufferPointer(start: data, count: count)
    let whole = run(bytes, step: max(1, count))
    for event in whole.events {
        if case .message(let message) = event { precondition(message.count <= 512, "a message that is too large") }
    }
    precondition(whole.output.count <= 2 * count + 8, "more answers than questions")
    let cut = run(bytes, step: 1)
    precondition(cut.events == whole.events, "cutting changes the messages")
    return 0
}
