import Contracts
import Cryptography
import Foundation
import ServiceKit
import Support
import Synchronization
import Testing

@Suite("Trust between services")
struct TrustTests {
    private final class Clock: Sendable {
        private let seconds = Mutex(1_800_000_000.0)

        var now: Date { Date(timeIntervalSince1970: seconds.withLock { $0 }) }

        func advance(_ amount: Double) { seconds.withLock { $0 += amount } }
    }

    private let clock = Clock()
    private let tenant = TenantID()

    private func signer(_ service: ServiceName = .gateway) throws -> TrustSigner {
        TrustSigner(service: service, key: try TestTrust.key(of: service)) { clock.now }
    }

    private func verifier(trusting peers: [ServiceName] = [.gateway]) throws -> TrustVerifier {
        let keys = try peers.map { ($0, try TestTrust.key(of: $0).publicKey) }
        return TrustVerifier(audience: .ragService, peers: Dictionary(uniqueKeysWithValues: keys)) { clock.now }
    }

    private func refusal(of token: String, by verifier: TrustVerifier) -> TrustVerifier.Refusal? {
        do {
            _ = try verifier.verify(token)
            return nil
        } catch {
            return error
        }
    }

    @Test("everything that a caller is survives the way")
    func roundTrip() throws {
        let key = APIKeyID()
        let caller = TestTrust.caller(
            tenant, roles: [.viewer, .billing], actor: "api_key:\(key)", requestID: "r-1", apiKey: key, user: "u-1")
        let token = try verifier().verify(try signer().token(for: .ragService, as: caller))
        #expect(token.caller == caller)
        #expect(token.issuer == .gateway && token.requestID == "r-1")
    }

    @Test("a token of a service for itself names no tenant")
    func service() throws {
        let token = try verifier().verify(try signer().token(for: .ragService, requestID: "r-1"))
        #expect(token.caller == nil && token.actor == "service:gateway")
    }

    @Test("a token for another audience is refused")
    func audience() throws {
        let token = try signer().token(for: .promptService, requestID: "r")
        #expect(refusal(of: token, by: try verifier()) == .wrongAudience)
    }

    @Test("an issuer that is not a peer is refused, whoever signed")
    func issuer() throws {
        let token = try signer(.agentRunner).token(for: .ragService, requestID: "r")
        #expect(refusal(of: token, by: try verifier()) == .unknownIssuer)
    }

    @Test("a peer cannot speak in the name of another")
    func impersonation() throws {
        let both = try verifier(trusting: [.gateway, .agentRunner])
        var claims = try claims(of: try signer(.agentRunner).token(for: .ragService, requestID: "r"))
        claims.iss = .gateway
        #expect(refusal(of: try signer(.agentRunner).sign(claims), by: both) == .issuerMismatch)
    }

    @Test("it is good for 60 s and 5 s of skew, and not a second longer, also when it was verified before")
    func expiry() throws {
        let verifier = try verifier()
        let token = try signer().token(for: .ragService, requestID: "r")
        #expect(refusal(of: token, by: verifier) == nil)
        clock.advance(64)
        #expect(refusal(of: token, by: verifier) == nil)
        clock.advance(1)
        #expect(refusal(of: token, by: verifier) == .expired)
    }

    @Test("a token from more than 5 s ahead is refused")
    func future() throws {
        let verifier = try verifier()
        clock.advance(10)
        let token = try signer().token(for: .ragService, requestID: "r")
        clock.advance(-10)
        #expect(refusal(of: token, by: verifier) == .fromTheFuture)
    }

    @Test("a token that grants itself more time is refused")
    func lifetime() throws {
        var claims = try claims(of: try signer().token(for: .ragService, requestID: "r"))
        claims.exp += 1
        #expect(refusal(of: try signer().sign(claims), by: try verifier()) == .lifetimeTooLong)
        claims.exp = claims.iat - 10
        #expect(refusal(of: try signer().sign(claims), by: try verifier()) == .lifetimeTooLong)
    }

    @Test("any changed bit of header, claims or signature is refused")
    func bitFlips() throws {
        let verifier = try verifier()
        let bytes = Array(try signer().token(for: .ragService, as: TestTrust.caller(tenant)).utf8)
        for index in stride(from: 0, to: bytes.count, by: 7) where bytes[index] != UInt8(ascii: ".") {
            var changed = bytes
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            guard changed != bytes else { continue }
            #expect(refusal(of: String(decoding: changed, as: UTF8.self), by: verifier) != nil, "byte \(index)")
        }
    }

    @Test(
        "another algorithm, no algorithm or another kid is refused before any key is used",
        arguments: [
            #"{"alg":"none","kid":"gateway","typ":"asterism-context+jwt"}"#,
            #"{"alg":"HS256","kid":"gateway","typ":"asterism-context+jwt"}"#,
            #"{"alg":"EdDSA","kid":"gateway","typ":"JWT"}"#,
            #"{"alg":"EdDSA","kid":"nobody","typ":"asterism-context+jwt"}"#,
            #"{"typ":"asterism-context+jwt","alg":"EdDSA","kid":"gateway"}"#,
            #"{"alg":"EdDSA","kid":"gateway","typ":"asterism-context+jwt","jku":"http://x"}"#,
        ])
    func header(json: String) throws {
        let token = try signer().token(for: .ragService, requestID: "r")
        let claims = token.split(separator: ".")[1]
        let signed = "\(Base64URL.encode(Array(json.utf8))).\(claims)"
        let signature = Base64URL.encode(try TestTrust.key(of: .gateway).sign(Array(signed.utf8)))
        #expect(refusal(of: "\(signed).\(signature)", by: try verifier()) == .unknownIssuer)
    }

    @Test("what is no token is refused", arguments: ["", "a", "a.b", "a.b.c", "a.b.c.d", "..", "😀.😀.😀"])
    func garbage(text: String) throws {
        #expect(refusal(of: text, by: try verifier()) != nil)
    }

    @Test("a token past 8 KB is refused unread")
    func length() throws {
        let caller = TestTrust.caller(tenant, user: String(repeating: "u", count: 9_000))
        let token = try signer().token(for: .ragService, as: caller)
        #expect(refusal(of: token, by: try verifier()) == .tooLong)
    }

    @Test("the cache forgets, and so stays within its bound, without refusing what is good")
    func cache() throws {
        let verifier = try verifier()
        for index in 0..<5_000 {
            _ = try verifier.verify(try signer().token(for: .ragService, requestID: "r-\(index)"))
        }
    }

    private func claims(of token: String) throws -> ContextClaims {
        let part = try #require(Base64URL.decode(String(token.split(separator: ".")[1])))
        return try JSONDecoder().decode(ContextClaims.self, from: Data(part))
    }
}
