/// The classes of service as OpenAI's interfaces name them. Their clients take no other word.
enum OpenAIServiceTier {
    private static let words = ["auto", "default", "flex", "scale", "priority"]

    /// OpenAI's word for a vendor's; nil for a class that it has none for.
    static func word(for tier: String?) -> String? {
        // Anthropic's name for what is ordinary.
        if tier == "standard" { return "default" }
        return tier.flatMap { words.contains($0) ? $0 : nil }
    }
}
