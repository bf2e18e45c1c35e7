import Glibc

/// How many chunks are recognised side by side, and with how many threads each.
///
/// One thread a slot and one slot a core gives the most text per second (Benchmarks/RESULTS.md), as long as every slot's
/// copy of the model fits into memory.
struct SlotPolicy: Sendable, Equatable {
    let slots: Int
    let threads: Int

    /// - Parameters:
    ///   - cores: processors this process may use.
    ///   - memory: bytes that are free.
    ///   - modelMemory: bytes one slot needs.
    ///   - wish: a number of slots that was set.
    init(cores: Int, memory: Int, modelMemory: Int, wish: Int?) {
        // A quarter of what is free stays free.
        let fitting = max(1, memory / 4 * 3 / max(modelMemory, 1))
        slots = max(1, min(wish ?? cores, wish ?? fitting, 64))
        threads = max(1, cores / slots)
    }

    static func cores() -> Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }

    static func freeMemory() -> Int {
        sysconf(CInt(_SC_AVPHYS_PAGES)) * sysconf(CInt(_SC_PAGESIZE))
    }
}
