import Contracts
import Foundation
import Hummingbird
import ServiceKit

/// `POST /v1/answers`
struct AnswerRoutes: Sendable {
    let answerer: Answerer

    func add(to router: some RouterMethods<CallerContext>) {
        router.post("v1/answers", use: answer)
    }

    @Sendable private func answer(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.answersUse)
        let body = try await request.decodeBody(
            as: AnswerRequest.self, context: context, maximumBytes: BodyLimit.small)
        let filter = try APIError.accepting { () throws(DocumentRejection) in
            try SearchFilter(knowledgeBase: body.knowledgeBase, filter: body.filter)
        }
        let question = Answerer.Question(
            text: try QueryText.checked(body.question, field: "question"), filter: filter, model: body.model)
        guard body.stream ?? false else {
            return try .json(try await answerer.answer(question, for: context.caller))
        }
        return try await AnswerStream(
            answerer: answerer, question: question, caller: context.caller, logger: context.logger
        )
        .response()
    }
}
