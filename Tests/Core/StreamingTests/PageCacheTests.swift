import Testing

@testable import Streaming

@Suite struct PageCacheTests {
    private func name(_ page: Int64) -> PageName { PageName(file: "f", size: 1, page: page) }

    @Test func `It never holds more than its capacity`() {
        var cache = PageCache(capacity: 1000)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5000 {
            let page = Int64.random(in: 0..<60, using: &generator)
            if Bool.random(using: &generator) {
                cache.insert(name(page), Array(repeating: 0, count: .random(in: 0...100)), isUsed: .random())
            } else {
                _ = cache.use(name(page))
            }
            #expect(cache.bytes <= 1000)
        }
        #expect(cache.count > 0)
    }

    @Test func `One long reading does not push out what is read again and again`() {
        var cache = PageCache(capacity: 1000)
        for page in 0..<5 as Range<Int64> {
            cache.insert(name(page), Array(repeating: 1, count: 100), isUsed: true)
            #expect(cache.use(name(page)) != nil)
        }
        for page in 100..<400 as Range<Int64> {
            cache.insert(name(page), Array(repeating: 2, count: 100), isUsed: true)
        }
        for page in 0..<5 as Range<Int64> { #expect(cache.contains(name(page))) }
    }

    @Test func `The first use of a page that was read ahead does not protect it`() {
        var cache = PageCache(capacity: 1000)
        cache.insert(name(1), Array(repeating: 1, count: 100), isUsed: false)
        #expect(cache.use(name(1)) != nil)
        for page in 100..<120 as Range<Int64> {
            cache.insert(name(page), Array(repeating: 2, count: 100), isUsed: true)
        }
        #expect(!cache.contains(name(1)))
    }

    @Test func `What is larger than everything is not kept`() {
        var cache = PageCache(capacity: 10)
        cache.insert(name(1), Array(repeating: 1, count: 11), isUsed: true)
        #expect(cache.bytes == 0 && !cache.contains(name(1)))
    }
}
