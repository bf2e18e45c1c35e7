// A program that writes numbered rows and says which were acknowledged, to be killed and traced by tests.
//   database-probe FILE full|relaxed|mixed COUNT WRITERS
import Glibc
import SQLite

let arguments = CommandLine.arguments
guard arguments.count == 5, let count = Int(arguments[3]), let writers = Int(arguments[4]) else {
    print("usage: database-probe FILE full|relaxed|mixed COUNT WRITERS")
    exit(2)
}
let (path, kind) = (arguments[1], arguments[2])

/// One system call for each line, so that a trace shows it between others in its order.
func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    guard write(1, bytes, bytes.count) == bytes.count else { exit(3) }
}

let database: SQLiteDatabase
let migrations = [Migration("rows", script: "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")]
do {
    database = try await SQLiteDatabase.open(path: path, migrations: migrations)
} catch {
    say("unopened: \(error)")
    exit(4)
}
say("open")

/// A relaxed write first, then a full one that changes nothing but promises what the first one wrote.
func promise(_ number: Int) async throws {
    if kind != "full" {
        try await database.write(durability: .relaxed) { try $0.execute("INSERT INTO rows VALUES (\(number), 'row')") }
        if kind == "relaxed" { return }
    }
    try await database.write { try $0.execute("INSERT OR IGNORE INTO rows VALUES (\(number), 'row')") }
}

/// What failed is said, and tried again a few times.
func insist(_ number: Int) async throws {
    for _ in 0..<3 {
        do {
            try await promise(number)
            say("\(number)")
            return
        } catch {
            say("failed: \(error)")
        }
    }
    exit(5)
}

try await withThrowingTaskGroup(of: Void.self) { group in
    for writer in 0..<writers {
        group.addTask {
            for number in stride(from: writer, to: count, by: writers) {
                try await insist(number)
            }
        }
    }
    try await group.waitForAll()
}
do {
    try await database.close()
} catch {
    say("unclosed: \(error)")
    exit(4)
}
