internal import CSystem
internal import Glibc

/// Carries a Swift closure through the `void *` of pthread_create.
private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// Starts a detached thread that blocks every signal.
func spawnThread(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    // Blocked around the start, so that the new thread never runs with signals open.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
            csystem_set_thread_name(start.name)
            start.body()
            return nil
        }, start.toOpaque())
    guard code == 0 else {
        start.release()
        throw SystemCallError("pthread_create", code: code)
    }
    pthread_detach(thread)
}
