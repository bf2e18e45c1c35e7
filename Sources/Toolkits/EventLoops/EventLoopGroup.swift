internal import Glibc
internal import Synchronization

/// A fixed set of loops.
public final class EventLoopGroup: Sendable {
    /// The loops; never empty.
    public let loops: [EventLoop]
    private let turn = Atomic<Int>(0)

    /// Starts `count` loops (at least one) named `name-0`, `name-1`, …
    public init(count: Int, name: String = "loop") throws(SystemCallError) {
        var loops: [EventLoop] = []
        for index in 0..<max(1, count) {
            do {
                loops.append(try EventLoop(name: "\(name)-\(index)"))
            } catch {
                for loop in loops { loop.stop() }
                throw error
            }
        }
        self.loops = loops
    }

    /// The next loop in rotation, for work that does not care which.
    public func next() -> EventLoop {
        let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return loops[Int(UInt(bitPattern: index) % UInt(loops.count))]
    }

    /// Ends every loop; see `EventLoop.shutDown`.
    public func shutDown() async {
        for loop in loops { await loop.shutDown() }
    }

    /// The number of processors this process may use.
    public static var availableProcessors: Int {
        max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }
}
