import Foundation
import ServiceKit

/// Where a call comes from.
struct CallOrigin: Sendable {
    let caller: Caller
    /// The name of the call, made by us: see `CallIdentity`.
    let operationID: UUID
    let logger: CallLog
}
