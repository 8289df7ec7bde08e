import Contracts
import Foundation
import ServiceKit
import Support
import Testing

@Suite("Settings")
struct SettingsTests {
    private func error(_ body: () throws -> Void) -> SettingsError? {
        do {
            try body()
            return nil
        } catch let error as SettingsError {
            return error
        } catch {
            Issue.record("\(error)")
            return nil
        }
    }

    @Test("the environment goes before secrets, and secrets before the file; an empty value is none")
    func order() {
        let settings = Settings(
            environment: ["A": "environment", "D": ""], secrets: ["A": "secret", "B": "secret"],
            file: ["A": "file", "B": "file", "C": "file", "D": "file"])
        #expect(settings.optional("A") == "environment")
        #expect(settings.optional("B") == "secret")
        #expect(settings.optional("C") == "file")
        #expect(settings.optional("D") == nil)
        #expect(settings.optional("E") == nil)
    }

    @Test(
        "an invalid value names its key",
        arguments: [
            ("HTTP_PORT", "http"), ("HTTP_PORT", "65536"), ("HTTP_IDLE_TIMEOUT", "soon"), ("ACCESS_LOG", "loud"),
            ("HTTP_MAXIMUM_BODY_BYTES", "-1"), ("SHUTDOWN_TIMEOUT", "5d"),
        ])
    func invalid(key: String, value: String) {
        let found = error { _ = try HTTPSettings(Settings(environment: [key: value]), service: .gateway) }
        #expect(found?.key == key)
        #expect(found?.description.contains(value) == true)
    }

    @Test("a missing or invalid secret is named, its value is not")
    func secrets() {
        #expect(error { _ = try DatabaseSettings(Settings(environment: [:])) }?.key == "DATABASE_URL")
        let url = error { _ = try DatabaseSettings(Settings(environment: ["DATABASE_URL": "hunter2 ://"])) }
        #expect(url?.key == "DATABASE_URL" && url?.description.contains("hunter2") == false)
        let key = error { _ = try TrustSettings(Settings(environment: ["TRUST_KEY": "hunter2"])) }
        #expect(key?.key == "TRUST_KEY" && key?.description.contains("hunter2") == false)
    }

    @Test("peers are read with the padding of their keys, and a name that is no service is refused")
    func peers() throws {
        let settings = Settings(environment: try TestTrust.settings(of: .gateway))
        #expect(try TrustSettings(settings).peers.count == ServiceName.allCases.count)
        let wrong = ["TRUST_KEY": try TestTrust.settings(of: .gateway)["TRUST_KEY"]!, "TRUST_PEERS": "gatway=AAAA"]
        #expect(error { _ = try TrustSettings(Settings(environment: wrong)) }?.key == "TRUST_PEERS")
    }

    @Test("times are read with their units", arguments: [("250ms", 250), ("2s", 2000), ("2", 2000), ("1m", 60_000)])
    func times(text: String, milliseconds: Int) throws {
        let settings = Settings(environment: ["T": text])
        let range = Duration.zero ... .seconds(3600)
        #expect(try settings.duration("T", default: .zero, in: range) == .milliseconds(milliseconds))
    }

    @Test("a key in the file that nothing reads is reported")
    func unknown() throws {
        let settings = Settings(environment: ["ANYTHING": "x"], file: ["HTTP_PROT": "80", "HTTP_PORT": "80"])
        _ = try HTTPSettings(settings, service: .gateway)
        #expect(error { try settings.checkUnknown() }?.key == "HTTP_PROT")
    }

    @Test("the URLs of the services default to their ports and lose a slash at the end")
    func urls() throws {
        let settings = Settings(environment: ["SERVICES_RAG_SERVICE_URL": "http://rag:80/"])
        let urls = try PeerSettings(settings).urls
        #expect(urls[.ragService] == "http://rag:80")
        #expect(urls[.auditService] == "http://127.0.0.1:8085")
        let wrong = Settings(environment: ["SERVICES_GATEWAY_URL": "gateway:8080"])
        #expect(error { _ = try PeerSettings(wrong) }?.key == "SERVICES_GATEWAY_URL")
    }
}
