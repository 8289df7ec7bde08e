import CurlClient
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Reactor

/// A proxy of the gateway's parts without any of its policy: Hummingbird takes the request, `CurlClient` sends it on.
/// What the gateway costs beyond it is what its policy costs.
struct BareProxy {
    let port: Int
    /// Where requests for chat completions go.
    let upstream: String

    /// Serves until the process is told to stop.
    func run() async throws {
        let client = CurlClient(
            configuration: CurlConfiguration(egress: .unrestricted), reactor: try Reactor(name: "bare-proxy"),
            logger: Logger(label: "bare-proxy"))
        let upstream = upstream
        let router = Router()
        router.post("v1/chat/completions") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            let answer = try await client.execute(
                OutgoingRequest(
                    method: "POST", url: upstream, headers: [("Content-Type", "application/json")],
                    body: Array(body.readableBytesView)))
            return Response(
                status: HTTPResponse.Status(code: answer.status), headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
        }
        var logger = Logger(label: "bare-proxy")
        logger.logLevel = .error
        try await Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            logger: logger
        ).runService()
    }
}
