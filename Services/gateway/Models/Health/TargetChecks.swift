import CurlClient
import Foundation
import Logging
import Observability

/// Asks providers whose circuits are open whether they answer again, so that calls need not find out.
///
/// What answers, with whatever status below 500, ends the rest of its circuit; real calls then close it or open it
/// again. A refusal of the credentials does not: calls would be refused too.
struct TargetChecks: Sendable {
    /// Often enough to notice a recovery within a circuit's longest rest, seldom enough to be no load.
    private static let interval = Duration.seconds(15)
    /// More open circuits than this are a failing network rather than failing providers; the rest have their turn by lot.
    private static let maximumChecks = 32
    /// A list of models may be long and is thrown away.
    private static let maximumBytes = 1 << 20

    let board: HealthBoard
    let client: CurlClient
    let logger: Logger

    func run() async throws {
        while !Task.isCancelled {
            // With jitter, so that replicas do not ask together.
            try await Task.sleep(for: Self.interval * Double.random(in: 0.8...1.2))
            await round()
        }
    }

    /// One check of every target that is due, each provider asked once.
    func round() async {
        let due = Dictionary(grouping: board.targetsToCheck(Self.maximumChecks)) { $0.provider.id }
        await withTaskGroup { group in
            for targets in due.values {
                guard let provider = targets.first?.provider else { continue }
                group.addTask {
                    guard await answers(provider) else { return }
                    for target in targets { target.health.answeredCheck() }
                    logger.info("provider answers again", metadata: ["provider": .string(provider.name)])
                }
            }
        }
    }

    private func answers(_ provider: ModelProvider) async -> Bool {
        guard let probe = provider.adapter.probe else { return false }
        var request = OutgoingRequest(
            url: probe.url, headers: probe.headers, deadline: .seconds(10), connectTimeout: .seconds(3),
            maximumResponseBytes: Self.maximumBytes)
        provider.adapter.sign(&request, at: Date())
        do {
            let status = try await client.execute(request).status
            return status < 500 && ![401, 403, 407, 429].contains(status)
        } catch {
            // That it does not answer is what is known already, and what its state in the metrics says.
            return false
        }
    }
}
