extension TenantConfiguration {
    /// How much at once. Nil is no limit of that sort, but for the tenant's own rate of requests.
    package struct Limits: Codable, Sendable, Equatable {
        /// Of the tenant as a whole; nil for the rate that the tenant was created with.
        package var requestsPerMinute: Int?
        package var tokensPerMinute: Int64?
        /// Calls under way.
        package var concurrency: Int?
        /// The same for each API key by itself.
        package var perKey: Rates
        /// The same for each end user by itself.
        package var perUser: Rates
        /// The share of the three limits that only calls for tickets of priority 1 may use.
        package var reservedForPriority1: Double
        /// How many tokens of a streamed answer are paid for at first, and more with each step while it comes; nil for
        /// all of its limit before it begins.
        package var streamHoldTokens: Int64?

        package init(
            requestsPerMinute: Int? = nil, tokensPerMinute: Int64? = nil, concurrency: Int? = nil,
            perKey: Rates = Rates(), perUser: Rates = Rates(), reservedForPriority1: Double = 0,
            streamHoldTokens: Int64? = nil
        ) {
            self.requestsPerMinute = requestsPerMinute
            self.tokensPerMinute = tokensPerMinute
            self.concurrency = concurrency
            self.perKey = perKey
            self.perUser = perUser
            self.reservedForPriority1 = reservedForPriority1
            self.streamHoldTokens = streamHoldTokens
        }

        enum CodingKeys: String, MemberKey, CaseIterable {
            case requestsPerMinute, tokensPerMinute, concurrency, perKey, perUser, reservedForPriority1
            case streamHoldTokens
        }

        package init(from decoder: any Decoder) throws {
            let members = try MemberReader<CodingKeys>(decoder)
            self.init(
                requestsPerMinute: try members.optional(.requestsPerMinute),
                tokensPerMinute: try members.optional(.tokensPerMinute),
                concurrency: try members.optional(.concurrency), perKey: try members.value(.perKey, Rates()),
                perUser: try members.value(.perUser, Rates()),
                reservedForPriority1: try members.value(.reservedForPriority1, 0),
                streamHoldTokens: try members.optional(.streamHoldTokens))
        }

        /// Snake case finds no word in a digit when it writes, and does when it reads.
        private enum EncodingKeys: String, CodingKey {
            case requestsPerMinute, tokensPerMinute, concurrency, perKey, perUser, streamHoldTokens
            case reservedForPriority1 = "reservedForPriority_1"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: EncodingKeys.self)
            try container.encodeIfPresent(requestsPerMinute, forKey: .requestsPerMinute)
            try container.encodeIfPresent(tokensPerMinute, forKey: .tokensPerMinute)
            try container.encodeIfPresent(concurrency, forKey: .concurrency)
            try container.encode(perKey, forKey: .perKey)
            try container.encode(perUser, forKey: .perUser)
            try container.encode(reservedForPriority1, forKey: .reservedForPriority1)
            try container.encodeIfPresent(streamHoldTokens, forKey: .streamHoldTokens)
        }
    }

    /// The limits of one key or one user.
    package struct Rates: Codable, Sendable, Equatable {
        package var requestsPerMinute: Int?
        package var tokensPerMinute: Int64?
        package var concurrency: Int?

        package init(requestsPerMinute: Int? = nil, tokensPerMinute: Int64? = nil, concurrency: Int? = nil) {
            self.requestsPerMinute = requestsPerMinute
            self.tokensPerMinute = tokensPerMinute
            self.concurrency = concurrency
        }

        enum CodingKeys: String, MemberKey, CaseIterable { case requestsPerMinute, tokensPerMinute, concurrency }

        package init(from decoder: any Decoder) throws {
            let members = try MemberReader<CodingKeys>(decoder)
            self.init(
                requestsPerMinute: try members.optional(.requestsPerMinute),
                tokensPerMinute: try members.optional(.tokensPerMinute),
                concurrency: try members.optional(.concurrency))
        }
    }

    /// The cache of answers. Off unless it is switched on: an answer given twice is the same answer.
    package struct Cache: Codable, Sendable, Equatable {
        package var enabled: Bool
        package var ttlSeconds: Int
        package var maximumBytes: Int
        /// Nil: only requests that are the same to the byte share an answer.
        package var semantic: Semantic?

        package init(
            enabled: Bool = false, ttlSeconds: Int = 3_600, maximumBytes: Int = 64 << 20, semantic: Semantic? = nil
        ) {
            self.enabled = enabled
            self.ttlSeconds = ttlSeconds
            self.maximumBytes = maximumBytes
            self.semantic = semantic
        }

        enum CodingKeys: String, MemberKey, CaseIterable { case enabled, ttlSeconds, maximumBytes, semantic }

        package init(from decoder: any Decoder) throws {
            let members = try MemberReader<CodingKeys>(decoder)
            self.init(
                enabled: try members.value(.enabled, false), ttlSeconds: try members.value(.ttlSeconds, 3_600),
                maximumBytes: try members.value(.maximumBytes, 64 << 20), semantic: try members.optional(.semantic))
        }
    }

    /// Answers shared by requests that mean nearly the same.
    package struct Semantic: Codable, Sendable, Equatable {
        /// The cosine similarity from which on two requests count as the same.
        package var similarity: Double
        package var embeddingModel: String

        package init(similarity: Double = 0.97, embeddingModel: String) {
            self.similarity = similarity
            self.embeddingModel = embeddingModel
        }

        enum CodingKeys: String, MemberKey, CaseIterable { case similarity, embeddingModel }

        package init(from decoder: any Decoder) throws {
            let members = try MemberReader<CodingKeys>(decoder)
            self.init(
                similarity: try members.value(.similarity, 0.97),
                embeddingModel: try members.required(.embeddingModel, or: ""))
        }
    }
}
