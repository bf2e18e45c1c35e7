/// The port to figures over time: means over minutes for a day and over quarters of an hour for a week.
public protocol FigureStore: Sendable {
    /// Adds one reading of each figure; what is older than a week goes.
    /// - Parameter wall: seconds since 1970.
    func note(_ values: [String: Double], at wall: Double) async throws
    /// Every figure's means since a moment, oldest first.
    func points(since wall: Double, _ resolution: FigureResolution) async throws -> [String: [FigurePoint]]
}

public enum FigureResolution: Int, Sendable, Hashable, CaseIterable {
    case minute = 60
    case quarter = 900

    /// Seconds that figures of this resolution are kept.
    public var kept: Double { self == .minute ? 25 * 3600 : 8 * 86_400 }

    public func bucket(of wall: Double) -> Int { Int((wall / Double(rawValue)).rounded(.down)) * rawValue }
}

public struct FigurePoint: Sendable, Hashable, Codable {
    /// Seconds since 1970 at which the stretch begins.
    public var at: Int
    public var value: Double

    public init(at: Int, value: Double) {
        self.at = at
        self.value = value
    }
}

/// Figures in memory.
public actor MemoryFigureStore: FigureStore {
    private struct Sum {
        var total = 0.0
        var count = 0
    }

    private var sums: [FigureResolution: [Int: [String: Sum]]] = [:]

    public init() {}

    public func note(_ values: [String: Double], at wall: Double) {
        for resolution in FigureResolution.allCases {
            var buckets = sums[resolution] ?? [:]
            let bucket = resolution.bucket(of: wall)
            for (name, value) in values {
                buckets[bucket, default: [:]][name, default: Sum()].total += value
                buckets[bucket, default: [:]][name, default: Sum()].count += 1
            }
            sums[resolution] = buckets.filter { Double($0.key) >= wall - resolution.kept }
        }
    }

    public func points(since wall: Double, _ resolution: FigureResolution) -> [String: [FigurePoint]] {
        var points: [String: [FigurePoint]] = [:]
        for (at, values) in (sums[resolution] ?? [:]).sorted(by: { $0.key < $1.key }) where Double(at) >= wall {
            for (name, sum) in values {
                points[name, default: []].append(FigurePoint(at: at, value: sum.total / Double(sum.count)))
            }
        }
        return points
    }
}
