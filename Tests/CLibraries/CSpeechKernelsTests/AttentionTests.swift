import CSpeechKernels
import Foundation
import Synchronization
import Testing

@Suite("attention over packed heads")
struct AttentionTests {
    /// Attention in double precision.
    private func exact(
        _ query: ArraySlice<Float>, _ keys: [Float], _ values: [Float], length: Int, head: Int
    ) -> [Float] {
        let scores = (0..<length).map { t in
            zip(query, keys[(t * head)..<((t + 1) * head)]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
                / Double(head).squareRoot()
        }
        let largest = scores.max() ?? 0
        let weights = scores.map { exp($0 - largest) }
        let sum = weights.reduce(0, +)
        return (0..<head).map { i in
            Float((0..<length).reduce(0.0) { $0 + weights[$1] / sum * Double(values[$1 * head + i]) })
        }
    }

    private func cosine(_ a: [Float], _ b: [Float]) -> Float {
        func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }

    @Test("is close to exact attention in every form, also with a common offset of all keys", arguments: 0..<sk_forms)
    func close(form: Int) {
        guard let kernels = sk_kernels_of(Int32(form))?.pointee else { return }
        for (length, head, rows) in [(1, 32, 1), (5, 64, 3), (70, 64, 7), (1500, 64, 13), (1500, 32, 2)] {
            var noise = Noise(length + head)
            let keys = noise.floats(length * head).map { $0 + 4 }
            let values = noise.floats(length * head)
            let queries = noise.floats(rows * head, times: 2)
            let width = Int(kernels.columns_per_panel)
            let padded = (length + width - 1) / width * width
            let packedKeys = UnsafeMutablePointer<Int8>.allocate(capacity: padded * head)
            let packedValues = UnsafeMutablePointer<Int8>.allocate(capacity: padded * 2 * width * head)
            let scales = UnsafeMutablePointer<Float>.allocate(capacity: padded)
            let starts = UnsafeMutablePointer<Int32>.allocate(capacity: padded)
            let valueScales = UnsafeMutablePointer<Float>.allocate(capacity: width * head)
            packedValues.initialize(repeating: 0, count: padded * 2 * width * head)
            defer {
                packedKeys.deallocate()
                packedValues.deallocate()
                scales.deallocate()
                starts.deallocate()
                valueScales.deallocate()
            }
            var view = sk_head(
                keys: packedKeys, key_scale: scales, key_start: starts, values: packedValues, value_scale: valueScales,
                length: Int32(length), padded: Int32(padded), head: Int32(head))
            kernels.pack_head(keys, head, values, head, &view)
            for precise in [false, true] {
                var result = [Float](repeating: 0, count: rows * head)
                var weights = [Float](repeating: 0, count: rows * length)
                kernels.attend(
                    &view, queries, head, Int32(rows), 1 / Float(head).squareRoot(), precise, &result, head, &weights)
                for row in 0..<rows {
                    let expected = exact(
                        queries[(row * head)..<((row + 1) * head)], keys, values, length: length, head: head)
                    let found = Array(result[(row * head)..<((row + 1) * head)])
                    #expect(cosine(found, expected) > 0.998, "\(length) keys of \(head), precise: \(precise)")
                    let sum = weights[(row * length)..<((row + 1) * length)].reduce(0, +)
                    #expect(abs(sum - 1) < 1e-4)
                }
            }
            var floats = [Float](repeating: 0, count: head)
            var scratch = [Float](repeating: 0, count: length)
            kernels.attend_floats(
                queries, keys, values, head, Int32(length), Int32(head), 1 / Float(head).squareRoot(), &scratch,
                &floats)
            let expected = exact(queries[0..<head], keys, values, length: length, head: head)
            #expect(!ProductTests.differ(floats, expected, by: 1e-4))
        }
    }
}

@Suite("pool of threads")
struct PoolTests {
    private final class Visits: Sendable {
        let counts: Mutex<[Int]>

        init(_ count: Int) { counts = Mutex([Int](repeating: 0, count: count)) }
    }

    @Test("runs every piece once, also when tasks follow each other faster than threads wake", arguments: [1, 2, 5])
    func once(threads: Int) {
        let pool: OpaquePointer? = sk_pool_create(Int32(threads))
        #expect(pool != nil)
        defer { sk_pool_destroy(pool) }
        for round in 0..<2000 {
            let count = round % 9
            let visits = Visits(count)
            sk_pool_run(
                pool, Int32(count),
                { context, index in
                    guard let context else { return }
                    Unmanaged<Visits>.fromOpaque(context).takeUnretainedValue().counts.withLock { $0[Int(index)] += 1 }
                }, Unmanaged.passUnretained(visits).toOpaque())
            #expect(visits.counts.withLock { $0 } == [Int](repeating: 1, count: count))
        }
    }

    @Test("ends at once when nothing was run")
    func idle() {
        for _ in 0..<50 { sk_pool_destroy(sk_pool_create(3)) }
    }
}
