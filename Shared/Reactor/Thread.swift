import CLinux
import Glibc

/// A POSIX thread that runs one closure and can be waited for.
@safe final class Thread: Sendable {
    private let handle: pthread_t

    init(name: String, _ body: @escaping @Sendable () -> Void) throws(ReactorError) {
        let context = unsafe Unmanaged.passRetained(Body(name: name, run: body))
        var created = pthread_t()
        let code = unsafe pthread_create(
            &created, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                unsafe asterism_name_this_thread(body.name)
                body.run()
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            unsafe context.release()
            throw .systemCall(name: "pthread_create", errno: code)
        }
        handle = created
    }

    /// Waits until the closure has returned. Once, and not from the thread itself.
    func join() {
        pthread_join(handle, nil)
    }

    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }
}
