import Contracts
import Foundation
import HTTPTypes
import ServiceKit
import Testing

@testable import Gateway

@Suite("Admission of model calls")
struct ModelAdmissionTests {
    private let tenant = TenantID()
    private let key = APIKeyID()
    private let start = ContinuousClock.now

    private func demand(
        tokens: Int64 = 1, key: APIKeyID? = nil, user: String? = nil, isPriority: Bool = false
    ) -> AdmissionDemand {
        AdmissionDemand(tenant: tenant, key: key ?? self.key, user: user, tokens: tokens, isPriority: isPriority)
    }

    private func refusal(_ body: () throws -> AdmissionTicket) -> APIError? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? APIError
        }
    }

    @Test("without limits everything passes")
    func unlimited() throws {
        let admission = ModelAdmission()
        for _ in 0..<1_000 { _ = try admission.admit(demand(tokens: .max), under: .unlimited, at: start) }
        #expect(admission.meter(of: .tenant, demand(), under: AdmissionLimits(concurrency: 1)) == nil)
    }

    @Test("calls at a time are bounded, and a finished or dropped call makes room, once")
    func concurrency() throws {
        let admission = ModelAdmission()
        let limits = AdmissionLimits(concurrency: 2)
        let first = try admission.admit(demand(), under: limits, at: start)
        var second: AdmissionTicket? = try admission.admit(demand(), under: limits, at: start)
        let error = try #require(refusal { try admission.admit(demand(), under: limits, at: start) })
        #expect(error.code == .rateLimited)
        #expect(error.publicDetail == "the tenant's limit of 2 model calls at a time is reached")
        #expect(error.headers[.retryAfter] == "1")
        first.finish(usedTokens: 0)
        first.finish(usedTokens: 0)
        let third = try admission.admit(demand(), under: limits, at: start)
        #expect(refusal { try admission.admit(demand(), under: limits, at: start) } != nil)
        #expect(second != nil)
        second = nil
        let fourth = try admission.admit(demand(), under: limits, at: start)
        #expect(refusal { try admission.admit(demand(), under: limits, at: start) } != nil)
        withExtendedLifetime((third, fourth)) {}
    }

    @Test("tokens are taken at once, flow back by the minute, and come back where they were not used")
    func tokens() throws {
        let admission = ModelAdmission()
        let limits = AdmissionLimits(tokensPerMinute: 600)
        let ticket = try admission.admit(demand(tokens: 600), under: limits, at: start)
        let error = try #require(refusal { try admission.admit(demand(tokens: 100), under: limits, at: start) })
        #expect(error.publicDetail == "the tenant's limit of 600 tokens a minute is reached")
        #expect(error.headers[.retryAfter] == "10")
        let remaining = try #require(HTTPField.Name("RateLimit-Remaining"))
        #expect(error.headers[remaining] == "0")
        let later = start + .milliseconds(10_001)
        _ = try admission.admit(demand(tokens: 100), under: limits, at: later)
        ticket.finish(usedTokens: 200, at: later)
        _ = try admission.admit(demand(tokens: 400), under: limits, at: later)
        #expect(refusal { try admission.admit(demand(tokens: 1), under: limits, at: later) } != nil)
    }

    @Test("what was used beyond the estimate is owed, for a minute at most")
    func debt() throws {
        let admission = ModelAdmission()
        let limits = AdmissionLimits(tokensPerMinute: 60)
        try admission.admit(demand(tokens: 60), under: limits, at: start).finish(usedTokens: 1_000_000, at: start)
        #expect(refusal { try admission.admit(demand(), under: limits, at: start + .seconds(60)) } != nil)
        #expect(refusal { try admission.admit(demand(), under: limits, at: start + .milliseconds(61_001)) } == nil)
    }

    @Test("a call that can never fit says so and is not to be sent again")
    func tooLarge() throws {
        let limits = AdmissionLimits(perKey: .init(tokensPerMinute: 100))
        let error = try #require(
            refusal { try ModelAdmission().admit(demand(tokens: 101), under: limits, at: start) })
        #expect(
            error.publicDetail == "this call may use 101 tokens, more than the key's limit of 100 a minute allows")
        #expect(error.headers[try #require(HTTPField.Name("x-should-retry"))] == "false")
    }

    @Test("the reserve of tokens and of concurrency is for calls of priority 1 alone")
    func reserve() throws {
        let admission = ModelAdmission()
        let limits = AdmissionLimits(tokensPerMinute: 1_000, concurrency: 4, reservedForPriority1: 0.25)
        var held: [AdmissionTicket] = []
        for _ in 0..<3 { held.append(try admission.admit(demand(), under: limits, at: start)) }
        let refused = try #require(refusal { try admission.admit(demand(), under: limits, at: start) })
        #expect(refused.publicDetail?.hasSuffix("; what is left is kept for priority 1") == true)
        held.append(try admission.admit(demand(isPriority: true), under: limits, at: start))
        #expect(refusal { try admission.admit(demand(isPriority: true), under: limits, at: start) } != nil)
        for ticket in held { ticket.finish(usedTokens: 1, at: start) }
        held.append(try admission.admit(demand(tokens: 746), under: limits, at: start))
        #expect(refusal { try admission.admit(demand(), under: limits, at: start) } != nil)
        held.append(try admission.admit(demand(tokens: 250, isPriority: true), under: limits, at: start))
        #expect(refusal { try admission.admit(demand(isPriority: true), under: limits, at: start) } != nil)
    }

    @Test("keys and users have limits of their own, and other tenants' users of the same name are others")
    func subjects() throws {
        let admission = ModelAdmission()
        let limits = AdmissionLimits(perKey: .init(concurrency: 2), perUser: .init(concurrency: 1))
        let first = try admission.admit(demand(user: "ann"), under: limits, at: start)
        let error = try #require(refusal { try admission.admit(demand(user: "ann"), under: limits, at: start) })
        #expect(error.publicDetail == "the user's limit of 1 model calls at a time is reached")
        let second = try admission.admit(demand(user: "bob"), under: limits, at: start)
        let full = try #require(refusal { try admission.admit(demand(user: "cid"), under: limits, at: start) })
        #expect(full.publicDetail == "the key's limit of 2 model calls at a time is reached")
        let third = try admission.admit(demand(key: APIKeyID(), user: "cid"), under: limits, at: start)
        let stranger = AdmissionDemand(tenant: TenantID(), key: key, user: "ann", tokens: 1)
        let fourth = try admission.admit(stranger, under: limits, at: start)
        withExtendedLifetime((first, second, third, fourth)) {}
    }

    @Test("requests of ten seconds may come at once, then one in each interval")
    func requests() throws {
        let admission = ModelAdmission()
        let limits = AdmissionLimits(requestsPerMinute: 60)
        for _ in 0..<10 { _ = try admission.admit(demand(), under: limits, at: start) }
        #expect(refusal { try admission.admit(demand(), under: limits, at: start) } != nil)
        #expect(refusal { try admission.admit(demand(), under: limits, at: start + .milliseconds(999)) } != nil)
        #expect(refusal { try admission.admit(demand(), under: limits, at: start + .milliseconds(1_001)) } == nil)
    }

    @Test("whatever comes, no limit is passed, a refusal takes nothing, and at the end everything is back")
    func property() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<40 {
            let limits = AdmissionLimits(
                requestsPerMinute: Bool.random() ? .random(in: 1...600) : nil,
                tokensPerMinute: .random(in: 50...5_000), concurrency: .random(in: 1...6),
                perKey: .init(tokensPerMinute: .random(in: 50...3_000), concurrency: .random(in: 1...4)),
                perUser: .init(concurrency: .random(in: 1...3)), reservedForPriority1: .random(in: 0...0.5))
            let run = AdmissionRun(limits: limits, tenant: tenant, start: start)
            for _ in 0..<400 { try run.step(&random) }
            run.end()
        }
    }

    @Test("a rate that divides a minute badly does not drift")
    func drift() throws {
        var bucket = MinuteBucket()
        let shape = MinuteBucket.Shape(rate: 7, burst: 7)
        bucket.refill(shape, at: 0)
        bucket.take(7, shape)
        var taken = 0
        for microsecond in stride(from: Int64(0), through: 6_000_000_000, by: 1_717) {
            bucket.refill(shape, at: microsecond)
            if bucket.wait(for: 1, shape) == 0 {
                bucket.take(1, shape)
                taken += 1
            }
        }
        #expect(taken == 700 || taken == 699)
    }

    @Test("a table forgets what is idle, keeps what is in use, and stays within its bound")
    func table() {
        var table = RecentTable<Int, Int>(capacity: 10) { $0 > 0 }
        table.set(1, for: -1, at: 0)
        for key in 0..<1_000 {
            table.set(0, for: key, at: Int64(key))
            #expect(table.count <= 22)
        }
        #expect(table[-1] == 1)
        #expect(table[999] == 0)
        #expect(table[1] == nil)
        for minute in 1...4 { table.set(0, for: 2_000 + minute, at: Int64(minute) * 61_000_000) }
        #expect(table.count == 3)
        #expect(table[-1] == 1)
    }
}

/// One tenant's calls in a random order, compared with plain sums.
private final class AdmissionRun {
    private struct Call {
        let demand: AdmissionDemand
        let ticket: AdmissionTicket
    }

    private let admission = ModelAdmission()
    private let limits: AdmissionLimits
    private let tenant: TenantID
    private let keys = [APIKeyID(), APIKeyID()]
    private let users = ["ann", "bob", nil]
    private let start: ContinuousClock.Instant
    private var now: ContinuousClock.Instant
    private var calls: [Call] = []
    /// What was taken for good, with what is held by calls under way.
    private var used: Int64 = 0

    init(limits: AdmissionLimits, tenant: TenantID, start: ContinuousClock.Instant) {
        self.limits = limits
        self.tenant = tenant
        self.start = start
        now = start
    }

    func step(_ random: inout SystemRandomNumberGenerator) throws {
        now += .milliseconds(Int.random(in: 0...200, using: &random))
        guard Int.random(in: 0...2, using: &random) > 0 else { return finishOne(&random) }
        let demand = AdmissionDemand(
            tenant: tenant, key: keys.randomElement(using: &random), user: users.randomElement(using: &random) ?? nil,
            tokens: .random(in: 0...1_000, using: &random), isPriority: Bool.random(using: &random))
        let before = meters(demand)
        do {
            let ticket = try admission.admit(demand, under: limits, at: now)
            calls.append(Call(demand: demand, ticket: ticket))
            used += demand.tokens
        } catch {
            #expect(meters(demand) == before, "a refusal took something")
            #expect(error.code == .rateLimited)
        }
        check()
    }

    func end() {
        for call in calls { call.ticket.finish(usedTokens: 0, at: now) }
        for key in keys {
            for user in users {
                let demand = AdmissionDemand(tenant: tenant, key: key, user: user, tokens: 0)
                #expect(meters(demand).allSatisfy { ($0?.inFlight ?? 0) == 0 })
            }
        }
    }

    private func finishOne(_ random: inout SystemRandomNumberGenerator) {
        guard let index = calls.indices.randomElement(using: &random) else { return }
        let call = calls.remove(at: index)
        let cost = Int64.random(in: 0...call.demand.tokens, using: &random)
        used -= call.demand.tokens - cost
        call.ticket.finish(usedTokens: cost, at: now)
    }

    private func check() {
        let elapsed = Double(start.duration(to: now) / .milliseconds(1)) / 60_000
        let tokens = Double(limits.tenant.tokensPerMinute ?? .max)
        #expect(Double(used) <= tokens * (1 + elapsed) + 1)
        #expect(calls.count <= limits.tenant.concurrency ?? .max)
        let ordinary = calls.count { !$0.demand.isPriority }
        let open =
            (limits.tenant.concurrency ?? .max) - limits.reserve(of: limits.tenant.concurrency ?? 0, for: .tenant)
        #expect(Int64(ordinary) <= open)
        for key in keys {
            #expect(calls.count { $0.demand.key == key } <= limits.perKey.concurrency ?? .max)
        }
        for user in users where user != nil {
            #expect(calls.count { $0.demand.user == user } <= limits.perUser.concurrency ?? .max)
        }
    }

    private func meters(_ demand: AdmissionDemand) -> [AdmissionMeter?] {
        AdmissionSubject.allCases.map { admission.meter(of: $0, demand, under: limits) ?? AdmissionMeter() }
    }
}
