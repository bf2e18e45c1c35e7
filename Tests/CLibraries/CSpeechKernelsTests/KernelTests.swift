import CSpeechKernels
import Foundation
import Synchronization
import Testing

/// A form of the kernels that is compared with the portable one.
struct Form: Sendable, CustomTestStringConvertible {
    let number: Int
    let testDescription: String

    static let all = [
        Form(number: sk_avx2, testDescription: "AVX2"), Form(number: sk_avx_vnni, testDescription: "AVX-VNNI"),
        Form(number: sk_avx512_vnni, testDescription: "AVX-512 VNNI"),
    ]

    /// `nil` on a processor without it; `missing` says that aloud.
    var table: UnsafePointer<sk_kernels>? { sk_kernels_of(Int32(number)) }
}

/// Numbers that are the same in every run.
struct Noise {
    private var state: UInt64

    init(_ seed: Int) { state = UInt64(seed) }

    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(state >> 40) / Float(1 << 23) - 1
    }

    mutating func floats(_ count: Int, times scale: Float = 1) -> [Float] { (0..<count).map { _ in next() * scale } }
}

@Suite("forms of the kernels")
struct FormTests {
    @Test(
        "this processor has AVX2", .enabled(if: sk_kernels_of(Int32(sk_avx2)) != nil, "AVX2 is not in this processor"))
    func hasAVX2() {}

    @Test(
        "this processor has AVX-VNNI",
        .enabled(if: sk_kernels_of(Int32(sk_avx_vnni)) != nil, "AVX-VNNI is not in this processor"))
    func hasVNNI() {}

    @Test(
        "this processor has AVX-512 VNNI",
        .enabled(if: sk_kernels_of(Int32(sk_avx512_vnni)) != nil, "AVX-512 VNNI is not in this processor"))
    func hasAVX512() {}

    @Test("the best form is the last one that this processor has, and unknown forms are none")
    func best() {
        let last = (0..<sk_forms).compactMap { sk_kernels_of(Int32($0)) }.last
        #expect(sk_best_kernels() == last)
        #expect(sk_kernels_of(Int32(sk_forms)) == nil && sk_kernels_of(-1) == nil)
    }
}

@Suite("products of packed matrices")
struct ProductTests {
    /// Rows, columns, depth: tails of every kind, and one that fills several panels.
    static let shapes = [(1, 1, 4), (2, 17, 8), (5, 64, 12), (6, 65, 64), (7, 130, 36), (8, 16, 4), (13, 63, 100)]

    /// A product of bytes by a form's own packing, against sums of integers done here.
    static func bytes(
        _ kernels: sk_kernels, rows: Int, columns: Int, depth: Int, epilogue: Int, scale: Float = 1
    ) -> (result: [Float], expected: [Float]) {
        var noise = Noise(rows * 1000 + columns)
        let width = Int(kernels.columns_per_panel)
        let padded = (columns + width - 1) / width * width
        let bias = noise.floats(columns) + [Float](repeating: 0, count: padded - columns)
        var panels = [Int8](repeating: 0, count: padded * depth)
        var scales = [Float](repeating: 0, count: padded)
        var starts = [Int32](repeating: 0, count: padded)
        var weights: [[Float]] = []
        for column in 0..<columns {
            let values = noise.floats(depth, times: scale)
            scales[column] = kernels.pack_bytes(values, Int32(depth), Int32(column), &panels, &starts[column])
            var unpacked = [Float](repeating: 0, count: depth)
            kernels.unpack_bytes(panels, Int32(depth), Int32(column), scales[column], &unpacked)
            weights.append(unpacked)
        }
        var a = [UInt8](repeating: 0, count: rows * depth)
        var rowScales = [Float](repeating: 0, count: rows)
        for row in 0..<rows {
            let values = noise.floats(depth, times: 3)
            var bytes = [UInt8](repeating: 0, count: depth)
            rowScales[row] = kernels.quantise(values, Int32(depth), Int32(depth), &bytes)
            a.replaceSubrange((row * depth)..<((row + 1) * depth), with: bytes)
        }
        var result = noise.floats(rows * columns)
        var expected = result
        for row in 0..<rows {
            for column in 0..<columns {
                var sum = 0.0
                for k in 0..<depth {
                    sum += Double(Int(a[row * depth + k]) - 128) * Double(rowScales[row]) * Double(weights[column][k])
                }
                sum += Double(bias[column])
                let place = row * columns + column
                switch epilogue {
                case sk_add: expected[place] += Float(sum)
                case sk_gelu: expected[place] = Float(sum / 2 * (1 + erf(sum / 2.0.squareRoot())))
                default: expected[place] = Float(sum)
                }
            }
        }
        result.withUnsafeMutableBufferPointer { c in
            var product = sk_product()
            product.a_stride = depth
            product.c = c.baseAddress
            product.c_stride = columns
            (product.rows, product.columns, product.depth) = (Int32(rows), Int32(columns), Int32(depth))
            product.end_panel = Int32(padded / width)
            product.epilogue = Int32(epilogue)
            a.withUnsafeBytes { a in
                panels.withUnsafeBytes { b in
                    rowScales.withUnsafeBufferPointer { rowScales in
                        scales.withUnsafeBufferPointer { scales in
                            starts.withUnsafeBufferPointer { starts in
                                bias.withUnsafeBufferPointer { bias in
                                    product.a = a.baseAddress
                                    product.b = b.baseAddress
                                    product.row_scale = rowScales.baseAddress
                                    product.column_scale = scales.baseAddress
                                    product.start = starts.baseAddress
                                    product.bias = bias.baseAddress
                                    kernels.product_bytes(&product)
                                }
                            }
                        }
                    }
                }
            }
        }
        return (result, expected)
    }

    static func differ(_ a: [Float], _ b: [Float], by tolerance: Float) -> Bool {
        let largest = b.reduce(1) { max($0, abs($1)) }
        return a.count != b.count || zip(a, b).contains { !(abs($0 - $1) <= tolerance * largest) }
    }

    @Test("bytes give the sums of integers in every form, with every epilogue and every tail", arguments: 0..<sk_forms)
    func bytes(form: Int) {
        guard let kernels = sk_kernels_of(Int32(form))?.pointee else { return }
        for (rows, columns, depth) in Self.shapes {
            for epilogue in [sk_store, sk_add, sk_gelu] {
                let (result, expected) = Self.bytes(
                    kernels, rows: rows, columns: columns, depth: depth, epilogue: epilogue)
                #expect(!Self.differ(result, expected, by: 1e-5), "\(rows)×\(columns)×\(depth), \(epilogue)")
            }
        }
    }

    @Test("the largest bytes do not saturate", arguments: 0..<sk_forms)
    func extremes(form: Int) {
        guard let kernels = sk_kernels_of(Int32(form))?.pointee else { return }
        let depth = 64
        let width = Int(kernels.columns_per_panel)
        var panels = [Int8](repeating: 0, count: width * depth)
        var start: Int32 = 0
        let scale = kernels.pack_bytes(
            [Float](repeating: -1, count: depth), Int32(depth), 0, &panels, &start)
        #expect(start == 128 * 127 * 64 && scale == 1 / Float(127))
        let a = [UInt8](repeating: 255, count: depth)
        var result: [Float] = [0]
        panels.withUnsafeBytes { b in
            a.withUnsafeBytes { a in
                [Float](repeating: 1, count: width).withUnsafeBufferPointer { ones in
                    result.withUnsafeMutableBufferPointer { c in
                        var product = sk_product()
                        product.a = a.baseAddress
                        product.b = b.baseAddress
                        product.c = c.baseAddress
                        (product.rows, product.columns, product.depth, product.end_panel) = (1, 1, Int32(depth), 1)
                        product.row_scale = ones.baseAddress
                        product.column_scale = ones.baseAddress
                        kernels.product_bytes(&product)
                    }
                }
            }
        }
        #expect(result == [-255 * 127 * 64])
    }

    @Test("a row gives the same bits whatever rows stand beside it", arguments: 0..<sk_forms)
    func invariance(form: Int) {
        guard let kernels = sk_kernels_of(Int32(form))?.pointee else { return }
        // The noise of the shapes starts alike only for one seed; rows are compared inside one product instead.
        let depth = 36
        let columns = 70
        let width = Int(kernels.columns_per_panel)
        let padded = (columns + width - 1) / width * width
        var noise = Noise(5)
        var panels = [Float](repeating: 0, count: padded * depth)
        for column in 0..<columns { kernels.pack_floats(noise.floats(depth), Int32(depth), Int32(column), &panels) }
        let row = noise.floats(depth)
        func results(_ rows: Int) -> [[Float]] {
            var c = [Float](repeating: 0, count: rows * columns)
            let a = Array(repeatElement(row, count: rows).joined())
            a.withUnsafeBytes { a in
                panels.withUnsafeBytes { b in
                    c.withUnsafeMutableBufferPointer { c in
                        var product = sk_product()
                        product.a = a.baseAddress
                        product.a_stride = depth
                        product.b = b.baseAddress
                        product.c = c.baseAddress
                        product.c_stride = columns
                        (product.rows, product.columns, product.depth) = (Int32(rows), Int32(columns), Int32(depth))
                        product.end_panel = Int32(padded / width)
                        kernels.product_floats(&product)
                    }
                }
            }
            return (0..<rows).map { Array(c[$0 * columns..<($0 + 1) * columns]) }
        }
        let alone = results(1)[0]
        for rows in 2...13 { #expect(results(rows).allSatisfy { $0 == alone }) }
    }
}

@Suite("operations on rows")
struct RowTests {
    static let lengths = [1, 3, 4, 15, 16, 17, 64, 201, 384, 1500]

    @Test("every form agrees with the portable one", arguments: Form.all)
    func agree(form: Form) throws {
        guard let kernels = form.table?.pointee else { return }
        let plain = try #require(sk_kernels_of(Int32(sk_portable))).pointee
        for length in Self.lengths {
            var noise = Noise(length)
            let row = noise.floats(length, times: 8)
            let (gain, bias) = (noise.floats(length), noise.floats(length))
            let count = Int32(length)
            func inPlace(_ kernels: sk_kernels, _ body: (sk_kernels, UnsafeMutablePointer<Float>) -> Void) -> [Float] {
                var copy = row
                copy.withUnsafeMutableBufferPointer { buffer in
                    if let base = buffer.baseAddress { body(kernels, base) }
                }
                return copy
            }
            let operations: [(String, (sk_kernels, UnsafeMutablePointer<Float>) -> Void)] = [
                ("softmax", { $0.softmax($1, count) }), ("gelu", { $0.gelu($1, count) }),
                ("layer norm", { $0.layer_norm(row, gain, bias, count, $1) }),
                ("sum", { $1[0] = $0.log_sum_exp(row, count) }),
                ("largest", { $1[0] = Float($0.largest_index(row, count)) }),
                ("medians", { $0.add_medians(row + row + row, count, $1) }),
            ]
            for (name, operation) in operations where name != "medians" || length > 3 {
                let (ours, theirs) = (inPlace(kernels, operation), inPlace(plain, operation))
                #expect(!ProductTests.differ(ours, theirs, by: 1e-5), "\(name) of \(length)")
            }
            var (ours, theirs) = ([UInt8](repeating: 0, count: length), [UInt8](repeating: 0, count: length))
            #expect(kernels.quantise(row, count, count, &ours) == plain.quantise(row, count, count, &theirs))
            #expect(ours == theirs, "quantising \(length)")
        }
    }

    @Test("softmax, GELU, layer norm and medians are what mathematics says")
    func mathematics() throws {
        let kernels = try #require(sk_kernels_of(Int32(sk_portable))).pointee
        var row: [Float] = [0, 1, 2, -.infinity]
        kernels.softmax(&row, 4)
        let sum = exp(0.0) + exp(1.0) + exp(2.0)
        #expect(!ProductTests.differ(row, [Float(1 / sum), Float(exp(1) / sum), Float(exp(2) / sum), 0], by: 1e-6))
        var bent: [Float] = [-20, -1, -0.25, 0, 0.5, 3, 40]
        let expected = bent.map { Float(Double($0) / 2 * (1 + erf(Double($0) / 2.0.squareRoot()))) }
        kernels.gelu(&bent, 7)
        #expect(!ProductTests.differ(bent, expected, by: 2e-7))
        var normal = [Float](repeating: 0, count: 3)
        kernels.layer_norm([1, 2, 6], [1, 2, 1], [0, 0, 1], 3, &normal)
        let deviation = Float((14.0 / 3 + 1e-5).squareRoot())
        #expect(!ProductTests.differ(normal, [-2 / deviation, -2 / deviation, 3 / deviation + 1], by: 1e-6))
        var sums: [Float] = [10, 10]
        kernels.add_medians([5, 1, 4, 2, 3, 7, 6, 0], 2, &sums)
        #expect(sums == [14, 13])
    }

    @Test("a row of zeros has the scale zero, and what is no number harms nobody", arguments: 0..<sk_forms)
    func zeros(form: Int) {
        guard let kernels = sk_kernels_of(Int32(form))?.pointee else { return }
        var bytes = [UInt8](repeating: 7, count: 24)
        #expect(kernels.quantise([Float](repeating: 0, count: 20), 20, 24, &bytes) == 0)
        #expect(bytes.allSatisfy { $0 == 128 })
        _ = kernels.quantise([.nan, .infinity, -.infinity, 1], 4, 8, &bytes)
        #expect(kernels.largest_index([.nan, .nan], 2) == -1)
    }
}
