import Foundation
import Support
import Testing

@testable import Gateway

extension Customer {
    /// Uploads a text as a file for a batch.
    func upload(
        _ text: String, purpose: String? = "batch", name: String = "in.jsonl", extra: String = ""
    ) async throws -> ServiceTestResponse {
        var form = ""
        if let purpose { form += "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n\(purpose)\r\n" }
        form += extra
        form +=
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n\(text)\r\n--b--\r\n"
        return try await call(
            "POST", "/v1/files", json: form, headers: ["Content-Type": "multipart/form-data; boundary=b"])
    }

    func file(_ text: String) async throws -> String {
        let answer = try await upload(text)
        #expect(answer.status == 200, "\(answer.text)")
        return try #require(answer.json["id"] as? String)
    }

    func createBatch(_ file: String, endpoint: String = "/v1/chat/completions") async throws -> ServiceTestResponse {
        try await call(
            "POST", "/v1/batches",
            json: """
                {"input_file_id": "\(file)", "endpoint": "\(endpoint)", "completion_window": "24h",
                 "metadata": {"camelKey": "v"}}
                """)
    }

    func batch(_ lines: [String]) async throws -> String {
        let answer = try await createBatch(try await file(lines.joined(separator: "\n")))
        #expect(answer.status == 200, "\(answer.text)")
        return try #require(answer.json["id"] as? String)
    }

    /// Waits until the batch has ended.
    func ended(_ id: String) async throws -> ServiceTestResponse {
        for _ in 0..<600 {
            let answer = try await call("GET", "/v1/batches/\(id)")
            if let status = answer.json["status"] as? String, BatchStatus(rawValue: status)?.isLive == false {
                return answer
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the batch has not ended")
        return try await call("GET", "/v1/batches/\(id)")
    }

    /// The lines of a file, by their custom ids.
    func results(_ file: Any?) async throws -> [String: [String: Any]] {
        guard let id = file as? String else { return [:] }
        let answer = try await call("GET", "/v1/files/\(id)/content")
        #expect(answer.status == 200)
        var found: [String: [String: Any]] = [:]
        for line in answer.text.split(separator: "\n") {
            let json = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            let key = try #require(json["custom_id"] as? String)
            #expect(found.updateValue(json, forKey: key) == nil, "\(key) stands twice")
        }
        return found
    }

    static func line(_ id: String, model: String = "fake-chat", words: String = "hello there") -> String {
        """
        {"custom_id":"\(id)","method":"POST","url":"/v1/chat/completions","body":{"model":"\(model)",\
        "messages":[{"role":"user","content":"\(words)"}]}}
        """
    }
}

extension ServiceTestResponse {
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]) ?? [:] }
}
