/// Clusters directions from the bottom up by the mean cosine between their members (average linkage), with the
/// nearest-neighbour chain (Murtagh 1983): exact, in time and memory that grow with the square of the number of items.
struct Agglomeration {
    /// Several vectors as their sum: the mean cosine between two groups needs no more.
    struct Item {
        var sum: [Float]
        var count: Int
    }

    struct Merge {
        /// Items, or earlier merges counted from the number of items on.
        var first: Int
        var second: Int
        /// One minus the mean cosine.
        var distance: Float
    }

    let items: Int
    /// In order of distance.
    let merges: [Merge]

    init(_ items: [Item]) {
        self.items = items.count
        var chain = Chain(items)
        merges = chain.run()
    }

    /// For each item the number of its cluster after the first `count` merges.
    func labels(afterMerges count: Int) -> [Int] {
        var parent = Array(0..<items + count)
        for (index, merge) in merges.prefix(count).enumerated() {
            parent[merge.first] = items + index
            parent[merge.second] = items + index
        }
        // A merge comes after its parts, so that roots are known from the end on.
        var root = Array(parent.indices)
        for node in parent.indices.reversed() where parent[node] != node { root[node] = root[parent[node]] }
        var numbers: [Int: Int] = [:]
        return root.prefix(items).map { cluster in
            let number = numbers[cluster] ?? numbers.count
            numbers[cluster] = number
            return number
        }
    }

    /// How many merges are no further apart.
    func merges(within distance: Float) -> Int { merges.prefix { $0.distance <= distance }.count }
}

extension Agglomeration {
    /// The search for pairs that are each other's nearest.
    private struct Chain {
        private let count: Int
        /// Mean distances, row by row.
        private var distances: [Float]
        private var sizes: [Float]
        private var isActive: [Bool]

        init(_ items: [Item]) {
            count = items.count
            sizes = items.map { Float($0.count) }
            isActive = [Bool](repeating: true, count: items.count)
            distances = [Float](repeating: 0, count: items.count * items.count)
            for row in items.indices {
                for column in 0..<row {
                    let cosine = dot(items[row].sum, items[column].sum) / (sizes[row] * sizes[column])
                    distances[row * count + column] = 1 - cosine
                    distances[column * count + row] = 1 - cosine
                }
            }
        }

        /// Pairs in the order in which they were found, sorted and renamed afterwards.
        mutating func run() -> [Merge] {
            var found: [(first: Int, second: Int, distance: Float)] = []
            var chain: [Int] = []
            var next = 0
            while found.count < count - 1 {
                if chain.isEmpty {
                    while !isActive[next] { next += 1 }
                    chain.append(next)
                }
                let top = chain[chain.count - 1]
                let before = chain.count > 1 ? chain[chain.count - 2] : nil
                let nearest = nearest(to: top, preferring: before)
                if let before, nearest == before {
                    found.append((before, top, distances[top * count + before]))
                    chain.removeLast(2)
                    join(top, into: before)
                } else {
                    chain.append(nearest)
                }
            }
            return Self.sorted(found, count)
        }

        private func nearest(to item: Int, preferring known: Int?) -> Int {
            var best = known ?? -1
            var least = known.map { distances[item * count + $0] } ?? .infinity
            for other in 0..<count where isActive[other] && other != item {
                let distance = distances[item * count + other]
                if distance < least || best < 0 { (best, least) = (other, distance) }
            }
            return best
        }

        /// Lance and Williams: the mean over both groups' members.
        private mutating func join(_ item: Int, into other: Int) {
            isActive[item] = false
            let (a, b) = (sizes[item], sizes[other])
            for third in 0..<count where isActive[third] && third != other {
                let mean = (distances[item * count + third] * a + distances[other * count + third] * b) / (a + b)
                distances[other * count + third] = mean
                distances[third * count + other] = mean
            }
            sizes[other] = a + b
        }

        private static func sorted(_ found: [(first: Int, second: Int, distance: Float)], _ count: Int) -> [Merge] {
            var node = Array(0..<count)
            func root(_ item: Int) -> Int {
                var item = item
                while node[item] != item { item = node[item] }
                return item
            }
            var names = Array(0..<count)
            let order = found.indices.sorted { (found[$0].distance, $0) < (found[$1].distance, $1) }
            return order.enumerated().map { index, position in
                let pair = found[position]
                let (first, second) = (root(pair.first), root(pair.second))
                defer {
                    node[second] = first
                    names[first] = count + index
                }
                return Merge(first: names[first], second: names[second], distance: pair.distance)
            }
        }
    }
}

func dot(_ a: [Float], _ b: [Float]) -> Float {
    a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            let (left, right) = (UnsafeRawBufferPointer(a), UnsafeRawBufferPointer(b))
            var sum = SIMD8<Float>()
            let width = MemoryLayout<SIMD8<Float>>.size
            let whole = min(left.count, right.count) / width * width
            for offset in stride(from: 0, to: whole, by: width) {
                sum +=
                    left.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
                    * right.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
            }
            return (whole / 4..<min(a.count, b.count)).reduce(sum.sum()) { $0 + a[$1] * b[$1] }
        }
    }
}
