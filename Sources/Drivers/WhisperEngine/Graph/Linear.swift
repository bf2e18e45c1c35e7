import CSpeechKernels
import SpeechKernels

/// A matrix of weights as signed bytes with a scale for each output, packed for the kernels, and its bias.
final class Linear {
    let outputs: Int
    let depth: Int
    private let kernels: Kernels
    private let panels: AlignedBuffer<Int8>
    private let scales: AlignedBuffer<Float>
    private let starts: AlignedBuffer<Int32>
    private let bias: AlignedBuffer<Float>?

    /// - Parameter depth: inputs, a multiple of four.
    init(_ kernels: Kernels, outputs: Int, depth: Int, hasBias: Bool) {
        self.kernels = kernels
        self.outputs = outputs
        self.depth = depth
        let padded = kernels.padded(outputs)
        panels = AlignedBuffer(padded * depth)
        scales = AlignedBuffer(padded)
        starts = AlignedBuffer(padded)
        bias = hasBias ? AlignedBuffer(padded) : nil
    }

    var panelCount: Int { kernels.panels(outputs) }

    /// Quantises the weights of one output.
    func setWeights(_ weights: UnsafePointer<Float>, output: Int) {
        scales.base[output] = kernels.table.pointee.pack_bytes(
            weights, Int32(depth), Int32(output), panels.base, starts.base + output)
    }

    func setBias(_ values: [Float], from first: Int) {
        guard let bias else { return }
        for (index, value) in values.enumerated() { bias.base[first + index] = value }
    }

    /// The weights of one output as they are used, which for the output matrix is a token's embedding.
    func weights(output: Int, into row: UnsafeMutablePointer<Float>) {
        kernels.table.pointee.unpack_bytes(panels.base, Int32(depth), Int32(output), scales.base[output], row)
    }

    /// Writes some panels of `rows` results into rows of `result`.
    func apply(
        _ rows: ByteRows, _ count: Int, into result: UnsafeMutablePointer<Float>, stride: Int,
        _ epilogue: Epilogue = .store, panels range: Range<Int>? = nil
    ) {
        var product = sk_product()
        product.a = UnsafeRawPointer(rows.bytes)
        product.a_stride = depth
        product.b = UnsafeRawPointer(panels.base)
        product.c = result
        product.c_stride = stride
        product.rows = Int32(count)
        product.columns = Int32(outputs)
        product.depth = Int32(depth)
        product.first_panel = Int32(range?.lowerBound ?? 0)
        product.end_panel = Int32(range?.upperBound ?? panelCount)
        product.row_scale = UnsafePointer(rows.scales)
        product.column_scale = UnsafePointer(scales.base)
        product.start = UnsafePointer(starts.base)
        product.bias = bias.map { UnsafePointer($0.base) }
        product.epilogue = epilogue.code
        kernels.table.pointee.product_bytes(&product)
    }
}

/// Rows as bytes around 128 with a scale each: what a `Linear` takes.
struct ByteRows {
    let bytes: UnsafeMutablePointer<UInt8>
    let scales: UnsafeMutablePointer<Float>

    /// Fills row `row` of `depth` bytes.
    func quantise(_ values: UnsafePointer<Float>, row: Int, depth: Int, _ kernels: Kernels) {
        scales[row] = kernels.table.pointee.quantise(values, Int32(depth), Int32(depth), bytes + row * depth)
    }
}

/// Memory for rows as bytes.
final class ByteScratch {
    private let bytes: AlignedBuffer<UInt8>
    private let scales: AlignedBuffer<Float>

    init(rows: Int, depth: Int) {
        bytes = AlignedBuffer(rows * depth)
        scales = AlignedBuffer(rows)
    }

    var rows: ByteRows { ByteRows(bytes: bytes.base, scales: scales.base) }
}

/// Gain and bias of a layer norm.
final class Norm {
    private let kernels: Kernels
    private let gain: [Float]
    private let bias: [Float]

    init(_ kernels: Kernels, gain: [Float], bias: [Float]) {
        self.kernels = kernels
        self.gain = gain
        self.bias = bias
    }

    func apply(_ row: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>) {
        kernels.table.pointee.layer_norm(row, gain, bias, Int32(gain.count), result)
    }
}
