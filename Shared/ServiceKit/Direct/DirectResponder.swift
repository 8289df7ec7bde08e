package import Hummingbird

/// Answers some requests of a service before its HTTP server has taken them apart (docs/adr/0012).
///
/// For the one route whose cost is all that its users see. What is taken here must be answered alike by the router: other
/// requests for the same route go that way, because their form is not the plain one or something else is asked of them.
package protocol DirectResponder: Sendable {
    /// The route of a request that is answered here, nil for every other one. Decides by the head alone and is called for
    /// every request, so it must be quick.
    func route(of head: DirectRequestHead) -> String?

    /// The largest body that is taken; requests that announce more go to the router.
    var maximumBodyBytes: Int { get }

    /// Runs on the event loop of the connection and must neither block nor compute for long. Errors are answered, too:
    /// there is no middleware around it.
    nonisolated(nonsending) func respond(to request: DirectRequest) async -> Response
}
