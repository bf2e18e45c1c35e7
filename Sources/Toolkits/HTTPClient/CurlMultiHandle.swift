internal import CCurl

/// The owner of one multi handle and its connections. Confined to the actor that made it.
final class CurlMultiHandle {
    let pointer: UnsafeMutableRawPointer

    init() throws(HTTPClientError) {
        // Counted inside libcurl and safe from any thread since 7.84.
        try checkCurl(curl_global_init(Int(CURL_GLOBAL_DEFAULT)))
        guard let pointer = curl_multi_init() else {
            curl_global_cleanup()
            throw HTTPClientError(.library, "libcurl has no memory for a connection pool")
        }
        self.pointer = pointer
    }

    deinit {
        // No transfer is left, since each keeps the actor; only idle connections are closed, watched by nobody.
        _ = ccurl_multi_set_callbacks(pointer, nil, nil, nil)
        curl_multi_cleanup(pointer)
        curl_global_cleanup()
    }
}

/// A value without thread safety on its way into an actor of the loop whose thread it is already on: a pointer that
/// libcurl lends to a callback, or a handle passed between two actors of one loop. It never leaves that thread, which
/// `assumeIsolated` asserts at each use.
struct LoopConfined<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
