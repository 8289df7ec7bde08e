import Contracts

/// What a tenant's configuration must keep to besides its shape. Bounds are there so that a decision about a route
/// stays a matter of microseconds and a profile a matter of kilobytes.
struct TenantConfigurationRules {
    static let maximumAliases = 100
    static let maximumTargets = 16
    static let maximumFallbacks = 100
    static let maximumChain = 8
    static let maximumPatterns = 500
    static let maximumRegions = 20
    static let weights = 1...1_000
    static let rates = 1...100_000_000
    static let tokenRates: ClosedRange<Int64> = 1...1_000_000_000_000
    static let concurrencies = 1...1_000_000
    /// From the smallest step that is worth asking for to the largest limit on an answer.
    static let streamHolds = StreamAllowance.minimumStep...CallBudget.maximumLimit
    static let lifetimes = 1...2_592_000
    static let cacheSizes = 65_536...17_179_869_184

    private(set) var problems: [Problem.FieldError] = []

    static func problems(of configuration: TenantConfiguration) -> [Problem.FieldError] {
        var rules = TenantConfigurationRules()
        rules.check(configuration.models)
        rules.check(configuration.limits)
        rules.check(configuration.cache)
        return rules.problems
    }

    /// What is wrong with a name that a request may carry, in words for the operator; nil when nothing is.
    static func problem(withName name: String) -> String? {
        guard (1...ModelRequest.maximumNameBytes).contains(name.utf8.count) else {
            return "must have from 1 to \(ModelRequest.maximumNameBytes) bytes"
        }
        guard name.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
            return "must not have blanks or control characters"
        }
        return nil
    }

    /// Lower-case letters, digits and dashes, so that no two regions differ by their spelling alone.
    static func problem(withRegion region: String) -> String? {
        let isPlain = region.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
        }
        guard (1...32).contains(region.utf8.count), isPlain else {
            return "must be from 1 to 32 lower-case letters, digits and dashes"
        }
        return nil
    }

    // MARK: Models

    private mutating func check(_ models: TenantConfiguration.Models) {
        check(patterns: models.allowed)
        checkName(models.defaultModel, "models.default")
        check(models.aliases)
        check(models.fallbacks, aliases: models.aliases)
        check(regions: models.residency)
        if let near = models.nearBudget {
            if !(near.share > 0 && near.share < 1) { report("models.near_budget.share", "must be between 0 and 1") }
            checkName(near.use, "models.near_budget.use")
        }
    }

    private mutating func check(patterns: [String]?) {
        guard let patterns else { return }
        checkCount(patterns.count, 1...Self.maximumPatterns, "models.allowed", "model")
        for (index, pattern) in patterns.enumerated() {
            checkName(pattern, "models.allowed[\(index)]")
            if pattern.dropLast().contains("*") { report("models.allowed[\(index)]", "may have * at its end only") }
        }
    }

    private mutating func check(_ aliases: [String: TenantConfiguration.Alias]) {
        checkCount(aliases.count, 0...Self.maximumAliases, "models.aliases", "alias")
        for (name, alias) in aliases.sorted(by: { $0.key < $1.key }) {
            let path = "models.aliases.\(name)"
            checkName(name, path)
            checkCount(alias.targets.count, 1...Self.maximumTargets, "\(path).targets", "target")
            for (index, target) in alias.targets.enumerated() {
                let place = "\(path).targets[\(index)]"
                checkName(target.model, "\(place).model")
                if aliases[target.model] != nil, target.model != name {
                    report("\(place).model", "is an alias; a target is a model")
                }
                if let provider = target.provider, !(1...100).contains(provider.unicodeScalars.count) {
                    report("\(place).provider", "must be the name of a provider")
                }
                check(target.weight, Self.weights, "\(place).weight")
            }
        }
    }

    private mutating func check(
        _ fallbacks: [String: [String]], aliases: [String: TenantConfiguration.Alias]
    ) {
        checkCount(fallbacks.count, 0...Self.maximumFallbacks, "models.fallbacks", "chain")
        for (model, chain) in fallbacks.sorted(by: { $0.key < $1.key }) {
            let path = "models.fallbacks.\(model)"
            checkName(model, path)
            if aliases[model] != nil { report(path, "is an alias; its targets are its chain") }
            checkCount(chain.count, 1...Self.maximumChain, path, "name")
            for (index, name) in chain.enumerated() {
                checkName(name, "\(path)[\(index)]")
                if name == model { report("\(path)[\(index)]", "is the model itself") }
            }
        }
    }

    private mutating func check(regions: [String]?) {
        guard let regions else { return }
        checkCount(regions.count, 1...Self.maximumRegions, "models.residency", "region")
        for (index, region) in regions.enumerated() {
            if let problem = Self.problem(withRegion: region) { report("models.residency[\(index)]", problem) }
        }
    }

    // MARK: Limits and cache

    private mutating func check(_ limits: TenantConfiguration.Limits) {
        let own = TenantConfiguration.Rates(
            requestsPerMinute: limits.requestsPerMinute, tokensPerMinute: limits.tokensPerMinute,
            concurrency: limits.concurrency)
        for (path, rates) in [
            ("limits", own), ("limits.per_key", limits.perKey), ("limits.per_user", limits.perUser),
        ] {
            if let rate = rates.requestsPerMinute { check(rate, Self.rates, "\(path).requests_per_minute") }
            if let rate = rates.tokensPerMinute { check(rate, Self.tokenRates, "\(path).tokens_per_minute") }
            if let most = rates.concurrency { check(most, Self.concurrencies, "\(path).concurrency") }
        }
        if !(0...0.9).contains(limits.reservedForPriority1) {
            report("limits.reserved_for_priority_1", "must be from 0 to 0.9")
        }
        if let tokens = limits.streamHoldTokens { check(tokens, Self.streamHolds, "limits.stream_hold_tokens") }
    }

    private mutating func check(_ cache: TenantConfiguration.Cache) {
        check(cache.ttlSeconds, Self.lifetimes, "cache.ttl_seconds")
        check(cache.maximumBytes, Self.cacheSizes, "cache.maximum_bytes")
        guard let semantic = cache.semantic else { return }
        if !(0.5...1).contains(semantic.similarity) { report("cache.semantic.similarity", "must be from 0.5 to 1") }
        checkName(semantic.embeddingModel, "cache.semantic.embedding_model")
    }

    // MARK: Parts

    private mutating func check<Number: BinaryInteger>(_ value: Number, _ range: ClosedRange<Number>, _ path: String) {
        guard !range.contains(value) else { return }
        report(path, "must be from \(range.lowerBound) to \(range.upperBound)")
    }

    private mutating func checkCount(_ count: Int, _ range: ClosedRange<Int>, _ path: String, _ noun: String) {
        guard !range.contains(count) else { return }
        report(
            path, count == 0 ? "must have at least one \(noun)" : "may have \(range.upperBound) at most")
    }

    private mutating func checkName(_ name: String, _ path: String) {
        if let problem = Self.problem(withName: name) { report(path, problem) }
    }

    private mutating func report(_ path: String, _ detail: String) {
        problems.append(Problem.FieldError(field: path, detail: detail))
    }
}
