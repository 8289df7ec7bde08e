import Contracts
import Foundation
import ServiceKit
import Testing

@testable import Gateway

@Suite("Keys of the cache")
struct CacheKeyTests {
    private func scope(_ tenant: TenantID = TenantID()) -> TenantScope {
        .verified(by: CredentialProof(credentialWasCheckedAndBelongsTo: tenant, actor: "api_key:test"))
    }

    private func canonical(_ text: String, leavingOut: [String] = []) throws -> String {
        var output = Array("before".utf8)
        try CanonicalJSON.append(Array(text.utf8), leavingOut: leavingOut, to: &output)
        #expect(output.starts(with: "before".utf8))
        return String(decoding: output.dropFirst(6), as: UTF8.self)
    }

    private func key(_ text: String, _ scope: TenantScope, dialect: String = "chat") throws -> CacheKey {
        try CacheKey(answerTo: Array(text.utf8), dialect: dialect, in: scope)
    }

    @Test("members are sorted at every depth and white space goes; strings and numbers keep their spelling")
    func form() throws {
        #expect(try canonical(" { } ") == "{}")
        #expect(
            try canonical(#"{"b": [1, {"z":1.0 ,"a" : "x y"}, [ ]], "a":null}"#)
                == #"{"a":null,"b":[1,{"a":"x y","z":1.0},[]]}"#)
        #expect(try canonical(#"{"a":1,"a":2}"#) == #"{"a":1,"a":2}"#)
        #expect(
            try canonical(#"{"x":1,"\u0073tream":true,"user":"u","m":{"user":1}}"#, leavingOut: CacheKey.withoutEffect)
                == #"{"m":{"user":1},"x":1}"#)
        for bad in ["", "[]", "{", #"{"a":}"#, "{} x"] {
            #expect(throws: JSONSyntaxError.self) { try canonical(bad) }
        }
    }

    @Test("what says the same has one canonical form, and it says the same")
    func property() throws {
        var random = RandomJSON()
        for _ in 0..<300 {
            let text = random.object()
            let form = try canonical(text)
            #expect(try canonical(form) == form)
            let before = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
            let after = try JSONSerialization.jsonObject(with: Data(form.utf8)) as? NSDictionary
            #expect(before == after)
        }
    }

    @Test("order, white space and members without effect do not change a key; every other value does")
    func same() throws {
        let scope = scope()
        let plain = try key(#"{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":1}"#, scope)
        let shuffled = try key(
            #"{ "user":"ann", "temperature":1, "stream" : true, "stream_options":{"include_usage":true},"store":false,"#
                + #""metadata":{"a":"b"}, "messages":[ {"content":"hi","role":"user"} ],"model":"m"}"#, scope)
        #expect(plain == shuffled)
        for other in [
            #"{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":1.0}"#,
            #"{"model":"m","messages":[{"role":"user","content":"hi "}],"temperature":1}"#,
            #"{"model":"n","messages":[{"role":"user","content":"hi"}],"temperature":1}"#,
            #"{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":1,"n":2}"#,
        ] {
            #expect(try key(other, scope) != plain, "\(other)")
        }
        let body = #"{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":1}"#
        #expect(try key(body, scope, dialect: "messages") != plain)
        #expect(try CacheKey(answerTo: Array(body.utf8), dialect: "chat", revision: 1, in: scope) != plain)
    }

    @Test("two tenants never have equal keys, whatever they ask")
    func tenants() throws {
        var random = RandomJSON()
        var seen: [CacheKey: TenantID] = [:]
        let scopes = (0..<4).map { _ in scope() }
        for _ in 0..<100 {
            let text = random.object()
            for scope in scopes {
                let key = try key(text, scope)
                #expect(key.tenant == scope.tenant)
                #expect(seen[key] == nil || seen[key] == scope.tenant)
                seen[key] = scope.tenant
            }
        }
        #expect(Set(seen.keys.map(\.hexadecimal)).count == seen.count)
    }

    @Test("parts of a key are told apart, and kinds are")
    func parts() {
        let scope = scope()
        let keys = [
            CacheKey(.embedding, [[1, 2], [3]], in: scope), CacheKey(.embedding, [[1], [2, 3]], in: scope),
            CacheKey(.embedding, [[1, 2, 3]], in: scope), CacheKey(.question, [[1, 2, 3]], in: scope),
            CacheKey(.embedding, [[1, 2, 3], []], in: scope),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(keys[0].hexadecimal.count == 64)
    }
}
