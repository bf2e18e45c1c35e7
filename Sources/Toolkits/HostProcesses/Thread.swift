import CSystem
import Glibc

/// A thread of its own for calls that block.
public enum Thread {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Starts `body` on a detached thread; `name` is cut to the system's 15 bytes.
    public static func start(named name: String, _ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Body(name: String(name.utf8.prefix(15)) ?? "stentor", run: body))
        let status = pthread_create(
            &thread, &attributes,
            { pointer in
                guard let pointer else { return nil }
                let body = Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue()
                _ = csystem_name_thread(body.name)
                body.run()
                return nil
            }, context.toOpaque())
        // No thread means no memory or a limit of the system: nothing that waits for this one could go on.
        precondition(status == 0, "pthread_create: \(status)")
    }
}
