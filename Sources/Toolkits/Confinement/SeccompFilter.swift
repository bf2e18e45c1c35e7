import CSeccomp
import Glibc

/// The system calls a confined host keeps: reading and writing what is open, memory, time, its own end. Everything else
/// answers EPERM, so that a library that asks for more gets an error and not a death.
struct SeccompFilter {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Names that an architecture does not have are passed over.
    private static let kept = [
        "read", "readv", "pread64", "preadv", "write", "writev", "pwrite64", "pwritev", "lseek", "close", "fstat",
        "newfstatat", "statx", "fcntl", "ftruncate", "dup", "sendmsg", "recvmsg", "sendto", "recvfrom", "poll", "ppoll",
        "mmap", "munmap", "mremap", "mprotect", "madvise", "brk", "membarrier", "futex", "futex_waitv",
        "set_robust_list", "rseq", "sched_yield", "sched_getaffinity", "sched_setaffinity", "getcpu",
        "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall",
        "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
        "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getrusage", "getrlimit", "sysinfo",
        "uname", "getrandom", "exit", "exit_group",
    ]
    /// CLONE_THREAD: a thread of this process, never a new one.
    private static let threadFlag: UInt = 0x0001_0000

    let allowsThreads: Bool

    /// Puts the filter on every thread of the process, for good.
    func load() throws(Failure) {
        guard let filter = cseccomp_filter_answering(EPERM) else { throw Failure(description: "seccomp_init failed") }
        defer { seccomp_release(filter) }
        try check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1))
        for name in Self.kept {
            let number = seccomp_syscall_resolve_name(name)
            if number >= 0 { try check(cseccomp_allow(filter, number)) }
        }
        // Its own limits may still be lowered, nobody else's touched.
        let limits = seccomp_syscall_resolve_name("prlimit64")
        try check(cseccomp_allow_masked(filter, limits, 0, UInt.max, 0))
        // glibc falls back to clone, whose flags can be looked at, when clone3 does not exist.
        let modern = seccomp_syscall_resolve_name("clone3")
        if modern >= 0 { try check(cseccomp_refuse(filter, modern, ENOSYS)) }
        if allowsThreads {
            let clone = seccomp_syscall_resolve_name("clone")
            try check(cseccomp_allow_masked(filter, clone, 0, Self.threadFlag, Self.threadFlag))
        }
        try check(seccomp_load(filter))
    }

    private func check(_ status: CInt) throws(Failure) {
        guard status == 0 else { throw Failure(description: "seccomp: \(String(cString: strerror(-status)))") }
    }
}
