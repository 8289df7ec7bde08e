import CurlClient
import Foundation
import Testing

@testable import Gateway

/// Signatures that botocore 1.44 from PyPI made of the same requests (`Fixtures/aws/signatures.json`).
@Suite("AWS Signature Version 4")
struct AWSSignatureTests {
    @Test("signs as botocore does")
    func golden() throws {
        let file = ProviderFixture.folder.deletingLastPathComponent().appending(path: "aws/signatures.json")
        let cases = try #require(try JSONValue(parsing: Array(Data(contentsOf: file))).elements)
        #expect(cases.count >= 8)
        for vector in cases {
            let name = vector["name"]?.string ?? ""
            let signature = AWSSignature(
                accessKeyID: try #require(vector["access_key_id"]?.string),
                secretAccessKey: try #require(vector["secret_access_key"]?.string),
                sessionToken: vector["session_token"]?.string, region: try #require(vector["region"]?.string),
                service: try #require(vector["service"]?.string))
            let body = try #require(vector["body"]?.string)
            var request = OutgoingRequest(
                method: try #require(vector["method"]?.string), url: try #require(vector["url"]?.string),
                headers: (vector["headers"]?.members ?? []).map { ($0.name, $0.value.string ?? "") },
                body: body.isEmpty ? nil : Array(body.utf8))
            signature.sign(&request, at: try date(vector["date"]?.string))
            let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.0.lowercased(), $0.1) })
            for expected in ["authorization", "x-amz-date", "x-amz-security-token"] {
                #expect(headers[expected] == vector["expected"]?[expected]?.string, "\(name): \(expected)")
            }
        }
    }

    private func date(_ text: String?) throws -> Date {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        return try #require(text.flatMap(formatter.date))
    }

    @Test("a key without a colon is a bearer token and signs nothing")
    func bearer() throws {
        let adapter = try BedrockAdapter(
            ProviderSettings(baseURL: "https://bedrock-runtime.us-east-1.amazonaws.com", apiKey: "ABSKtoken"))
        var request = OutgoingRequest(method: "POST", url: "https://bedrock-runtime.us-east-1.amazonaws.com/", body: [])
        adapter.sign(&request, at: Date())
        #expect(request.headers.isEmpty)
        let route = adapter.route(.chat(.openAIChat, streams: false), model: "x")
        #expect(route.headers.map(\.1) == ["Bearer ABSKtoken"])
    }

    @Test(
        "the region comes from the address or from the options",
        arguments: [
            ("https://bedrock-runtime.eu-west-3.amazonaws.com", nil, "eu-west-3"),
            ("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com", nil, "us-gov-west-1"),
            ("https://vpce-1.bedrock-runtime.ca-central-1.vpce.amazonaws.com", nil, "ca-central-1"),
            ("https://bedrock-runtime.cn-north-1.amazonaws.com.cn", nil, "cn-north-1"),
            ("http://127.0.0.1:9000", "us-east-1", "us-east-1"),
        ])
    func region(url: String, option: String?, region: String) throws {
        let adapter = try BedrockAdapter(
            ProviderSettings(baseURL: url, apiKey: "AKID:secret", options: option.map { ["region": $0] } ?? [:]))
        var request = OutgoingRequest(method: "POST", url: "\(url)/model/x/converse", body: [])
        adapter.sign(&request, at: Date())
        #expect(request.headers.contains { $0.1.contains("/\(region)/bedrock/aws4_request") })
    }

    @Test("a key with an empty part, or without a region, is refused by its field")
    func problems() {
        let secretless = ProviderSettings(baseURL: "https://bedrock-runtime.us-east-1.amazonaws.com", apiKey: "AKID:")
        #expect { try BedrockAdapter(secretless) } throws: { ($0 as? ProviderSettings.Problem)?.field == "api_key" }
        let placeless = ProviderSettings(baseURL: "https://example.com", apiKey: "AKID:secret")
        #expect { try BedrockAdapter(placeless) } throws: {
            ($0 as? ProviderSettings.Problem)?.field == "options.region"
        }
    }
}

@Suite("The event stream of AWS")
struct AWSEventStreamTests {
    private func stream() throws -> [UInt8] { try ProviderFixture("aws-bedrock").bytes("stream-text.b64") }

    @Test("every damaged byte is found by a checksum, or the message does not end")
    func damage() throws {
        let bytes = try stream()
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 0x01
            var decoder = BedrockStreamDecoder()
            let events = (try? decoder.feed(damaged)).map { $0 + decoder.finish() } ?? []
            #expect(!events.contains(.end), "byte \(place)")
        }
    }

    @Test("headers of all types are passed over")
    func headerTypes() throws {
        // Each of the ten types of the specification, then a string.
        let values: [[UInt8]] = [
            [0], [1], [2, 7], [3, 0, 7], [4, 0, 0, 0, 7], [5, 0, 0, 0, 0, 0, 0, 0, 7], [6, 0, 2, 1, 2],
            [8, 0, 0, 0, 0, 0, 0, 0, 7], [9] + [UInt8](repeating: 7, count: 16), [7, 0, 2] + Array("ok".utf8),
        ]
        var headers: [UInt8] = []
        for (index, value) in values.enumerated() { headers += [1, UInt8(ascii: "a") + UInt8(index)] + value }
        var decoder = AWSEventStream()
        let messages = try decoder.feed(Self.message(headers: headers, payload: Array("{}".utf8)))
        #expect(messages == [AWSEventStream.Message(headers: ["j": "ok"], payload: Array("{}".utf8))])
    }

    @Test("a message longer than the bound is refused by its first bytes")
    func bound() {
        var decoder = AWSEventStream()
        var prelude = Self.number(64 << 20) + Self.number(0)
        prelude += Self.number(CRC32.checksum(prelude))
        #expect(throws: TranslationError.self) { try decoder.feed(prelude) }
    }

    private static func message(headers: [UInt8], payload: [UInt8]) -> [UInt8] {
        var bytes = number(UInt32(16 + headers.count + payload.count)) + number(UInt32(headers.count))
        bytes += number(CRC32.checksum(bytes)) + headers + payload
        return bytes + number(CRC32.checksum(bytes))
    }

    private static func number(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }
}
