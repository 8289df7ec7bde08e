/// What becomes of the members of a request that only some vendor has words for.
///
/// A provider is either told, or the member changes nothing about the answer, or the call is refused: an answer that
/// ignores what was asked is worse than none.
enum ForeignMembers {
    /// Members that change the price, the speed, the records or the looks of an answer and not what it says.
    private static let harmless: Set<String> = [
        // Labels and storage at the vendor.
        "metadata", "store", "safety_identifier", "user_id", "diagnostics",
        // Caching of prompts.
        "cache_control", "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options",
        // Speed and price.
        "service_tier", "speed", "prediction",
        // How a stream is cut, and which extras it carries.
        "stream_options", "include", "include_obfuscation",
        // Hints at length, without a promise.
        "verbosity",
    ]

    /// The members to pass on.
    ///
    /// - Parameter known: Names that the provider understands as the caller meant them.
    /// - Throws: `.unsupported` for a member that neither the provider knows nor can be left out.
    static func passed(
        _ members: [JSONValue.Member], known: Set<String> = []
    ) throws(TranslationError) -> [JSONValue.Member] {
        var passed: [JSONValue.Member] = []
        for member in members {
            if known.contains(member.name) {
                passed.append(member)
            } else if !harmless.contains(member.name), !member.value.isNothing, !isDefault(member) {
                throw .unsupported(parameter: member.name, "this model's provider has no such setting")
            }
        }
        return passed
    }

    /// What every vendor does anyway.
    private static func isDefault(_ member: JSONValue.Member) -> Bool {
        switch member.name {
        case "modalities": member.value == .array(["text"])
        case "truncation": member.value == "disabled"
        default: false
        }
    }
}

extension Conversation {
    /// Refuses what a vendor has no words for at all.
    ///
    /// A penalty of zero and one answer are what everybody does. A seed is a wish ("best effort", OpenAI), so it may be
    /// left out; a penalty, several answers and log probabilities change what the caller gets.
    func refuse(
        choices refusesChoices: Bool = false, penalties refusesPenalties: Bool = false,
        logProbabilities refusesLogProbabilities: Bool = false, topK refusesTopK: Bool = false
    ) throws(TranslationError) {
        let text = "this model's provider has no such setting"
        if refusesChoices, choices != 1 { throw .unsupported(parameter: "n", text) }
        if refusesLogProbabilities, logProbabilities != nil { throw .unsupported(parameter: "logprobs", text) }
        if refusesTopK, topK != nil { throw .unsupported(parameter: "top_k", text) }
        guard refusesPenalties else { return }
        if let presencePenalty, Double(presencePenalty) != 0 {
            throw .unsupported(parameter: "presence_penalty", text)
        }
        if let frequencyPenalty, Double(frequencyPenalty) != 0 {
            throw .unsupported(parameter: "frequency_penalty", text)
        }
    }
}
