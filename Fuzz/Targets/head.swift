@testable import HTTPParsing
import HTTPTypes

/// A head is refused, or means one thing only: whatever is accepted keeps the promises of `RequestHead`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let bytes = UnsafeBufferPointer(start: data, count: count)
    var scanner = HeadScanner()
    let whole = scanner.end(in: bytes.span)
    // The scanner finds the same end when the bytes come one by one.
    var single = HeadScanner()
    var found: Int?
    for index in 0..<count where found == nil {
        if single.end(in: UnsafeBufferPointer(rebasing: bytes[index..<index + 1]).span) != nil { found = index + 1 }
    }
    precondition(found == whole, "the scanner depends on how the bytes are cut")
    let head = Array(bytes[..<(whole ?? count)])
    guard let request = try? RequestHeadParser().parse(head.span) else { return 0 }
    precondition(request.path == "*" || request.path.utf8.first == 0x2f, "a path that does not begin with /")
    for segment in request.path.utf8.split(separator: 0x2f) {
        precondition(!segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8), "dots in a path")
    }
    precondition(request.path.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != 0x5c }, "a control character")
    precondition(request.fields.count <= HeadLimits().fieldCount, "too many fields")
    precondition((try? request.fields.validate()) != nil, "a field that could not be sent on")
    let lengths = request.fields.values(of: .contentLength)
    let codings = request.fields.values(of: .transferEncoding)
    precondition(lengths.count + codings.count <= 1, "two framings")
    switch request.framing {
    case .chunked: precondition(codings.count == 1)
    case .length(let length): precondition(lengths.count == 1 && length > 0)
    case .none: precondition(codings.isEmpty)
    }
    return 0
}
