import Redis
import Testing

struct RedisAddressTests {
    @Test
    func `Addresses of every kind are read`() throws {
        let plain = try RedisAddress("redis://example.org")
        #expect(plain == RedisAddress(.server(.init(host: "example.org", port: 6379))))
        let full = try RedisAddress("rediss://anna:p%40ss%2Fw@[::1]:7000/15")
        let expected = RedisAddress(
            .server(.init(host: "::1", port: 7000)), usesTLS: true, user: "anna", password: "p@ss/w", database: 15)
        #expect(full == expected)
        #expect(try RedisAddress("redis://:secret@h/").password == "secret")
        #expect(try RedisAddress("redis://:secret@h/").user == nil)
        let sentinel = try RedisAddress("redis-sentinel://u:p@one:1,two,[::2]:3/my%20master/2")
        let sentinels = [("one", UInt16(1)), ("two", 26379), ("::2", 3)].map {
            RedisAddress.Endpoint(host: $0.0, port: $0.1)
        }
        let master = RedisAddress.Place.master(name: "my master", sentinels: sentinels)
        #expect(sentinel == RedisAddress(master, user: "u", password: "p", database: 2))
    }

    @Test(arguments: [
        "", "redis", "http://h", "redis://", "redis://:1", "redis://h:0", "redis://h:65536", "redis://h:x",
        "redis://h/x",
        "redis://h/1/2", "redis://h/-1", "redis://h?db=1", "redis://h#1", "redis://a b", "redis://[::1",
        "redis://user@h",
        "redis://u:%zz@h", "redis://u:%f@h", "redis://u:%ff@h", "redis-sentinel://h", "redis-sentinel://h,/m",
        "redis-sentinel:///m",
    ])
    func `What is no address is refused with a sentence that repeats none of it`(text: String) {
        let error = #expect(throws: RedisAddressError.self) { _ = try RedisAddress(text) }
        #expect(error?.description.hasPrefix("The address of Redis ") == true)
    }

    @Test
    func `No description holds the password`() throws {
        for text in ["rediss://u:secret@h:1/2", "redis-sentinel://u:secret@a,b/m/1"] {
            let address = try RedisAddress(text)
            #expect(!"\(address)".contains("secret"))
        }
        #expect(
            try "\(RedisAddress("redis-sentinel://u:secret@a:1,[::1]/m/1"))" == "redis-sentinel://a:1,[::1]:26379/m/1")
    }
}
