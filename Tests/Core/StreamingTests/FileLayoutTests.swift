import Streaming
import Testing

@Suite struct FileLayoutTests {
    private static let mib: Int64 = 1 << 20

    /// What the ranges that went wrong elsewhere have to deliver (first byte, last byte).
    @Test(
        "Every range is cut exactly",
        arguments: [
            (0, 0), (0, 1_048_575), (0, 1_048_576), (0, 2_097_152), (1_048_576, 2_097_152), (500_000, 1_548_575),
            (65_535, 65_536), (1, 1), (4_194_303, 4_194_303),
        ])
    func cuts(_ first: Int64, _ last: Int64) {
        let layout = FileLayout(size: 4 * Self.mib)
        let range = first..<last + 1
        var next = first
        for page in FileLayout.page(at: first)...FileLayout.page(at: last) {
            let cut = layout.cut(range, ofPage: page)
            #expect(page * Int64(FileLayout.page) + Int64(cut.lowerBound) == next)
            next += Int64(cut.count)
        }
        #expect(next == last + 1)
    }

    @Test(
        "No request crosses a MiB, and together they are the pages asked for",
        arguments: [
            FileLayout.Alignment.precise, .standard,
        ])
    func requests(_ alignment: FileLayout.Alignment) {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let size = Int64.random(in: 1...40 * Self.mib, using: &generator)
            let layout = FileLayout(size: size, alignment: alignment)
            let start = Int64.random(in: 0..<layout.pages, using: &generator)
            let end = Int64.random(in: start + 1...layout.pages, using: &generator)
            var next = start
            for pages in layout.requests(forPages: start..<end) {
                #expect(pages.lowerBound == next)
                next = pages.upperBound
                let block = layout.block(forPages: pages)
                #expect(block.offset % Int64(alignment.rawValue) == 0 && block.count % alignment.rawValue == 0)
                #expect(block.offset / Self.mib == (block.offset + Int64(block.count) - 1) / Self.mib)
                if alignment == .standard { #expect(Int(Self.mib) % block.count == 0) }
                let wanted = min(size, pages.upperBound * Int64(FileLayout.page)) - block.offset
                #expect(layout.expected(block) == Int(wanted))
            }
            #expect(next == end)
        }
    }

    @Test func `A file without bytes has no pages`() {
        let layout = FileLayout(size: 0)
        #expect(layout.pages == 0)
        #expect(layout.requests(forPages: 0..<0).isEmpty)
    }

    @Test func `A file of 4 GiB less one byte ends in a page one byte short`() {
        let layout = FileLayout(size: (4 << 30) - 1)
        #expect(layout.bytes(ofPage: layout.pages - 1).count == FileLayout.page - 1)
        #expect(layout.block(forPages: layout.pages - 1..<layout.pages).count == FileLayout.page)
    }
}
