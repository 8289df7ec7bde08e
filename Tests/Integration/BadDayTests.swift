import Contracts
import Foundation
import Support
import Testing

/// What users see while something that the services depend on is down, slow or lying.
@Suite("Bad days", .serialized)
struct BadDayTests {
    @Test("PostgreSQL refuses connections for ten seconds: 503 as a problem, then all is well without a restart")
    func databaseGone() async throws {
        let constellation = try await Constellation.start()
        let tenant = try await DemoTenant.create(on: constellation, name: "Outage")
        let id = try await tenant.learn(title: "VPN error 809", content: MainRoadTests.article)

        try await constellation.database.refuseConnections()
        var statuses: Set<Int> = []
        for _ in 0..<20 {
            let answer = try await tenant.post("/v1/search", #"{"query":"vpn error 809"}"#)
            statuses.insert(answer.status)
            if answer.status != 200 {
                #expect(answer.header("content-type") == "application/problem+json")
                #expect(answer.string("code") != nil)
            }
            try await Task.sleep(for: .milliseconds(500))
        }
        #expect(statuses.isSubset(of: [503, 504]), "\(statuses)")
        let ready = try await PlainHTTP().get(constellation.url(.ragService) + "/readyz")
        #expect(ready.status == 503)
        #expect(ready.text.lowercased().contains("postgres"))

        try await constellation.database.acceptConnections()
        let back = try await eventually {
            try await tenant.post("/v1/search", #"{"query":"vpn error 809"}"#)
        } until: {
            $0.status == 200
        }
        #expect(back.json("results", 0, "document_id") as? String == id)
        await constellation.stop()
    }

    @Test("services that start without PostgreSQL wait for it and say so")
    func startWithoutDatabase() async throws {
        let constellation = try await Constellation.start()
        await constellation.kill(.promptService)
        try await constellation.database.refuseConnections()
        try await constellation.launch(.promptService)
        let waiting = try await eventually {
            try await PlainHTTP().get(constellation.url(.promptService) + "/readyz")
        } until: {
            $0.status == 503
        }
        #expect(waiting.text.lowercased().contains("postgres"))
        let alive = try await PlainHTTP().get(constellation.url(.promptService) + "/healthz")
        #expect(alive.status == 200)
        try await constellation.database.acceptConnections()
        try await constellation.waitUntilReady(.promptService)
        await constellation.stop()
    }

    @Test("a service that is told to stop ends by itself, with status 0")
    func gracefulStop() async throws {
        let constellation = try await Constellation.start()
        for service in ServiceName.allCases {
            #expect(await constellation.terminate(service) == 0, "\(service.rawValue)")
        }
        await constellation.stop()
    }

    @Test("Redis is gone: requests go on, and a metric says so")
    func redisGone() async throws {
        let port = try FreePort.find()
        let constellation = try await Constellation.start { $0.extra["REDIS_URL"] = "redis://127.0.0.1:\(port)" }
        let tenant = try await DemoTenant.create(on: constellation, name: "No Redis")
        _ = try await tenant.learn(title: "VPN error 809", content: MainRoadTests.article)
        let answer = try await tenant.post("/v1/answers", #"{"question":"How do I fix VPN error 809?"}"#)
        #expect(answer.status == 200)
        let metrics = try await PlainHTTP().get(constellation.url(.gateway) + "/metrics")
        #expect(metrics.text.contains("redis_up 0"))
        await constellation.stop()
    }
}
