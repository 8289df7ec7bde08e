import Contracts

/// What a provider's settings must keep to, whichever kind it is.
enum ProviderRules {
    private static let maximumModels = 500
    private static let priorities = 0...1_000_000
    private static let maximumOptions = 20

    /// What is wrong, field by field; nil members are not looked at. A region that is empty stands for none.
    static func problems(of update: ProviderUpdate) -> [Problem.FieldError] {
        var problems: [Problem.FieldError] = []
        func report(_ field: String, _ detail: String?) {
            if let detail { problems.append(Problem.FieldError(field: field, detail: detail)) }
        }
        report("api_key", update.apiKey.flatMap(problem(withKey:)))
        if let models = update.models {
            if !(1...maximumModels).contains(models.count) {
                report("models", "must name from 1 to \(maximumModels) models")
            }
            for (index, model) in models.enumerated() {
                report("models[\(index)]", TenantConfigurationRules.problem(withName: model))
            }
        }
        if let priority = update.priority, !priorities.contains(priority) {
            report("priority", "must be from 0 to \(priorities.upperBound)")
        }
        if let region = update.region, !region.isEmpty {
            report("region", TenantConfigurationRules.problem(withRegion: region))
        }
        if let weight = update.weight, !TenantConfigurationRules.weights.contains(weight) {
            report("weight", "must be from 1 to \(TenantConfigurationRules.weights.upperBound)")
        }
        if let options = update.options { report("options", problem(withOptions: options)) }
        return problems
    }

    private static func problem(withKey key: String) -> String? {
        guard (1...4096).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return "must be from 1 to 4096 plain characters without blanks"
        }
        return nil
    }

    /// Options end in URLs and headers, so nothing may be in them that could end either.
    private static func problem(withOptions options: [String: String]) -> String? {
        guard options.count <= maximumOptions else { return "may have \(maximumOptions) at most" }
        for (name, value) in options {
            guard (1...64).contains(name.utf8.count), value.utf8.count <= 1_000,
                (name + value).utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            else { return "must be plain characters without blanks, names of up to 64 and values of up to 1000" }
        }
        return nil
    }
}
