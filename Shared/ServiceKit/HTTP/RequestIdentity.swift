import Contracts
import Foundation
package import HTTPTypes

extension HTTPField.Name {
    package static var requestID: Self { Self.constant("x-request-id") }
    package static var traceparent: Self { Self.constant("traceparent") }
    package static var asterismContext: Self { Self.constant("x-asterism-context") }
    package static var idempotencyKey: Self { Self.constant("idempotency-key") }

    /// For literals that are header names; anything else is a programming error found by the first test.
    private static func constant(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a header name") }
        return name
    }
}

enum RequestIdentity {
    /// Ids that we take over from the caller: 1 to 128 of letters, digits and `._:-`, so that a log line or a header
    /// cannot be forged with one.
    static func accepted(_ text: String) -> String? {
        guard (1...128).contains(text.utf8.count) else { return nil }
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        return isPlain ? text : nil
    }
}

/// What a request is counted as.
enum OperationEntity {}

enum UUIDv7 {
    static func make() -> UUID {
        var generator = PooledRandom()
        return Identifier<OperationEntity>(using: &generator).uuid
    }

    static func text() -> String { UUIDText.text(make()) }
}
