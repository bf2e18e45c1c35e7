public import SQLite
public import Telemetry

/// Figures over time, beside the queue in one database file. None of them is worth waiting for the disk.
public struct SQLiteFigureStore: FigureStore {
    private let database: SQLiteDatabase

    public init(_ database: SQLiteDatabase) { self.database = database }

    public func note(_ values: [String: Double], at wall: Double) async throws {
        try await database.write(durability: .relaxed) { transaction in
            for resolution in FigureResolution.allCases {
                let bucket = resolution.bucket(of: wall)
                for (name, value) in values {
                    try transaction.execute(
                        """
                        INSERT INTO figures (resolution, at, name, total, count)
                        VALUES (\(resolution.rawValue), \(bucket), \(name), \(value), 1)
                        ON CONFLICT (resolution, at, name)
                            DO UPDATE SET total = total + excluded.total, count = count + 1
                        """)
                }
                try transaction.execute(
                    """
                    DELETE FROM figures
                    WHERE resolution = \(resolution.rawValue) AND at < \(Int(wall - resolution.kept))
                    """)
            }
        }
    }

    public func points(since wall: Double, _ resolution: FigureResolution) async throws -> [String: [FigurePoint]] {
        try await database.read { transaction in
            var points: [String: [FigurePoint]] = [:]
            try transaction.forEach(
                """
                SELECT name, at, total / count AS mean FROM figures
                WHERE resolution = \(resolution.rawValue) AND at >= \(Int(wall)) ORDER BY at
                """
            ) { row in
                points[try row["name"], default: []].append(FigurePoint(at: try row["at"], value: try row["mean"]))
                return true
            }
            return points
        }
    }
}
