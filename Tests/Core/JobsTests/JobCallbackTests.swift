import Testing

@testable import Jobs

@Suite("Addresses of callbacks")
struct JobCallbackTests {
    @Test(
        "the target is scheme, host and port, without user and path",
        arguments: [
            ("https://Example.org/hook?x=1", "https://example.org"), ("HTTP://h:8080", "http://h:8080"),
            ("http://me:secret@h/x@y", "http://h"), ("http://[::1]:9/", "http://[::1]:9"), ("http://h?x", "http://h"),
            ("http://h#x", "http://h"), ("https://a@b@c/", "https://c"),
        ])
    func targets(address: String, target: String) throws {
        #expect(try JobCallback(address, form: "standard").target == target)
    }

    @Test(
        "what nothing can be sent to is refused",
        arguments: [
            "", "http://", "https:///x", "http://:80/", "http://@/", "ftp://h/", "//h/", "http:/h", "h", "http://h /",
            "http://h\n/", "http://ü/", "http://h\\@x/", "javascript:1", "file:///x",
            "http://h/" + String(repeating: "x", count: 2040),
        ])
    func refused(address: String) {
        #expect(throws: JobFailure.self) { try JobCallback(address, form: "standard") }
    }
}
