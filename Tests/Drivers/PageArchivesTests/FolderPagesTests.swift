import FakeBlocks
import Foundation
import PageArchives
import Streaming
import Telemetry
import Testing

@Suite(.timeLimit(.minutes(2)))
struct FolderPagesTests {
    private let folder = NSTemporaryDirectory() + "pages-\(UInt64.random(in: .min ... .max))"

    private func name(_ page: Int64) -> PageName { PageName(file: "../u", size: 9, page: page) }

    @Test func `pages come back, also after a restart`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let page = [UInt8](repeating: 7, count: FileLayout.page)
        let pages = try await FolderPages.open(folder, capacity: 1 << 20)
        #expect(await pages.page(name(1)) == nil)
        await pages.keep(name(1), page)
        #expect(await pages.page(name(1)) == page)
        let again = try await FolderPages.open(folder, capacity: 1 << 20)
        #expect(await again.page(name(1)) == page)
        #expect(await again.bytes == page.count)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    }

    @Test func `the longest unused go first, and no more is kept than allowed`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pages = try await FolderPages.open(folder, capacity: 10_000)
        for page in 0..<10 as Range<Int64> { await pages.keep(name(page), Array(repeating: UInt8(page), count: 1000)) }
        _ = await pages.page(name(0))
        await pages.keep(name(10), Array(repeating: 10, count: 1000))
        #expect(await pages.page(name(0)) != nil)
        #expect(await pages.page(name(1)) == nil)
        #expect(await pages.bytes <= 10_000)
        let small = try await FolderPages.open(folder, capacity: 3000)
        #expect(await small.bytes <= 3000)
    }

    @Test func `a page that was damaged is not there`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pages = try await FolderPages.open(folder, capacity: 1 << 20)
        for page in 0..<3 as Range<Int64> { await pages.keep(name(page), Array(repeating: 1, count: 1000)) }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        for (index, file) in files.enumerated() {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)"))
            if index == 0 { bytes[500] ^= 1 } else if index == 1 { bytes = bytes.prefix(700) } else { bytes = Data() }
            try bytes.write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
        }
        for page in 0..<3 as Range<Int64> { #expect(await pages.page(name(page)) == nil) }
        await pages.keep(name(0), [1, 2, 3])
        #expect(await pages.page(name(0)) == [1, 2, 3])
    }

    @Test func `a shelf asks the folder before the source`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let source = FakeBlockSource()
        let file = await source.add("a", seed: 3, size: 300_000)
        for round in 0..<2 {
            let pages = try await FolderPages.open(folder, capacity: 10 << 20)
            let shelf = BlockShelf(source, archive: pages, metrics: Metrics()) { 0 }
            var got: [UInt8] = []
            try await shelf.open(file).read(0..<300_000) { got += $0 }
            #expect(got == SeededContent(seed: 3, size: 300_000).bytes(0..<300_000))
            while await pages.bytes < 300_000 { await Task.yield() }
            #expect(await source.calls.count == 2, "round \(round)")
        }
    }
}
