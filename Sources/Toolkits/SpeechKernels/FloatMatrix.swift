internal import CSpeechKernels

/// A matrix of floats, packed for the kernels, and its bias.
package final class FloatMatrix {
    package let outputs: Int
    package let depth: Int
    private let kernels: Kernels
    private let panels: AlignedBuffer<Float>
    private let bias: AlignedBuffer<Float>

    package init(_ kernels: Kernels, outputs: Int, depth: Int, bias values: [Float] = []) {
        self.kernels = kernels
        self.outputs = outputs
        self.depth = depth
        panels = AlignedBuffer(kernels.padded(outputs) * depth)
        bias = AlignedBuffer(kernels.padded(outputs))
        for (index, value) in values.enumerated() { bias.base[index] = value }
    }

    package func setWeights(_ weights: UnsafePointer<Float>, output: Int) {
        kernels.table.pointee.pack_floats(weights, Int32(depth), Int32(output), panels.base)
    }

    /// - Parameter rowStride: floats from one window to the next; windows may overlap.
    package func apply(
        _ rows: UnsafePointer<Float>, rowStride: Int, _ count: Int, into result: UnsafeMutablePointer<Float>,
        stride: Int, _ epilogue: Epilogue = .store
    ) {
        var product = sk_product()
        product.a = UnsafeRawPointer(rows)
        product.a_stride = rowStride
        product.b = UnsafeRawPointer(panels.base)
        product.c = result
        product.c_stride = stride
        product.rows = Int32(count)
        product.columns = Int32(outputs)
        product.depth = Int32(depth)
        product.end_panel = Int32(kernels.panels(outputs))
        product.bias = UnsafePointer(bias.base)
        product.epilogue = epilogue.code
        kernels.table.pointee.product_floats(&product)
    }
}
