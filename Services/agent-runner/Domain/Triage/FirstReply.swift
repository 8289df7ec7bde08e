import Contracts

/// The first reply to the requester, put together from what was found. For a person to read before it is sent.
enum FirstReply {
    static func compose(answer: AnswerResponse, similar: [Neighbour]) -> TriageReply {
        TriageReply(
            text: text(answer: answer, similar: similar), citations: answer.citations, mode: answer.mode.rawValue,
            model: answer.model)
    }

    private static func text(answer: AnswerResponse, similar: [Neighbour]) -> String {
        let opening = "Thank you for your report."
        if answer.answered {
            return "\(opening) This should help:\n\n\(answer.answer)\n\nIf it does not, please reply and we will go on."
        }
        if let resolution = similar.first(where: { $0.resolution?.isEmpty == false })?.resolution {
            return "\(opening) A similar case was solved like this:\n\n\(resolution)\n\nPlease tell us if that helps."
        }
        return "\(opening) We have found no ready answer in our knowledge base; a specialist will look at it."
    }
}
