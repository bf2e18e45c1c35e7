import SQLite
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ValueTests {
    @Test func `Every kind of value comes back as it was stored`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open([
            Migration("all", script: "CREATE TABLE all_kinds (i INTEGER, r REAL, t TEXT, b BLOB, n TEXT) STRICT")
        ])
        let texts = ["", "a\u{0}b", "Ää🎙", "'); DROP TABLE all_kinds; --"]
        let blobs: [[UInt8]] = [[], [0], [1, 2, 255]]
        try await database.write { transaction in
            for (index, text) in texts.enumerated() {
                try transaction.execute(
                    """
                    INSERT INTO all_kinds VALUES
                    (\(Int64.min + Int64(index)), \(0.1), \(text), \(blobs[index % 3]), \(String?.none))
                    """)
            }
        }
        let read = try await database.read { transaction in
            try transaction.all("SELECT * FROM all_kinds ORDER BY i") { row in
                let missing: String? = try row["n"]
                #expect(missing == nil)
                return (try row["i"] as Int64, try row["r"] as Double, try row["t"] as String, try row["b"] as [UInt8])
            }
        }
        #expect(read.map(\.0) == (0..<4).map { Int64.min + $0 })
        #expect(read.map(\.1) == [0.1, 0.1, 0.1, 0.1])
        #expect(read.map(\.2) == texts)
        #expect(read.map(\.3) == [[], [0], [1, 2, 255], []])
        try await database.close()
    }

    @Test func `A column of another type, or none, is an error and never a default`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        try await database.insert(1, "one")
        for sql: SQL in ["SELECT text AS n FROM rows", "SELECT NULL AS n", "SELECT 1 AS m", "SELECT 0.5 AS n"] {
            let found = try await condition {
                _ = try await database.read { try $0.first(sql) { try $0["n"] as Int } }
            }
            #expect(found == .column, "\(sql.text)")
        }
        try await database.close()
    }

    @Test func `A query inside a query with the same text meets its own statement`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        for id in 1...3 { try await database.insert(id) }
        let pairs = try await database.read { transaction in
            try transaction.all("SELECT id FROM rows ORDER BY id") { outer in
                let first: Int = try outer["id"]
                let inner: [Int] = try transaction.all("SELECT id FROM rows ORDER BY id") { try $0["id"] }
                return inner.map { first * 10 + $0 }
            }
        }
        #expect(pairs.flatMap(\.self) == [11, 12, 13, 21, 22, 23, 31, 32, 33])
        try await database.close()
    }

    @Test func `A part of a statement brings its values with it`() {
        let condition: SQL = "state = \("x") AND owner = \("y")"
        let whole: SQL = "SELECT * FROM t WHERE a = \(1) AND \(condition) LIMIT \(2)"
        #expect(whole.text == "SELECT * FROM t WHERE a = ? AND state = ? AND owner = ? LIMIT ?")
        #expect(whole.values == [.integer(1), .text("x"), .text("y"), .integer(2)])
    }
}
