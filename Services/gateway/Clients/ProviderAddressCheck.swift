import CurlClient
import ServiceKit

/// Finds out, when a provider is set up, whether calls to it will be let out. Each call is checked again at its socket:
/// a name may point elsewhere by then.
struct ProviderAddressCheck: Sendable {
    let client: CurlClient

    /// Asks for the list of models, without any key: what answers does not matter, only whether the way is allowed.
    ///
    /// - Throws: 422 when the egress policy refuses the address. An address that does not answer yet is let through.
    func check(_ baseURL: String) async throws(APIError) {
        let request = OutgoingRequest(
            url: baseURL + "/models", deadline: .seconds(3), connectTimeout: .seconds(2),
            maximumResponseBytes: 1 << 20)
        do {
            _ = try await client.execute(request)
        } catch let error as CurlError {
            switch error.code {
            case .refusedByPolicy where error.detail.contains("redirect"): return
            case .refusedByPolicy: throw .invalid("base_url", "leads to an address that the operator has not allowed")
            case .invalidRequest: throw .invalid("base_url", "cannot be called")
            default: return
            }
        } catch {
            return
        }
    }
}
