import HTTPTypes
import Hummingbird
import ServiceKit

/// On the routes that mirror a vendor's interface: every error in that vendor's shape, with the status that its clients
/// expect.
struct DialectErrorMiddleware: RouterMiddleware {
    typealias Context = ServiceRequestContext

    let dialect: any ClientDialect.Type

    init(_ dialect: any ClientDialect.Type) {
        self.dialect = dialect
    }

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        let answers = DialectAnswers(dialect, requestID: context.requestID)
        do {
            return answers.named(try await next(request, context))
        } catch {
            return answers.response(to: error, method: request.method) { context.logger }
        }
    }
}
