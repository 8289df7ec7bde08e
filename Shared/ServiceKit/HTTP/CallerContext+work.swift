package import Foundation
import Hummingbird
package import Logging
import Observability

extension CallerContext {
    /// The context of work that no request asks for now, so that it can be done by the code that serves requests.
    ///
    /// - Parameter operationID: Names the work: the same for the same work, so that nothing of it counts twice.
    package init(workingFor caller: Caller, operationID: UUID, logger: Logger) {
        coreContext = CoreRequestContextStorage(source: WorkSource(logger: logger))
        requestID = caller.requestID
        self.operationID = operationID
        trace = .root()
        self.caller = caller
        self.logger[metadataKey: "tenant"] = "\(caller.tenant)"
    }
}

private struct WorkSource: RequestContextSource {
    let logger: Logger
}
