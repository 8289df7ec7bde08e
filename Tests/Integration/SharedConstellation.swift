import Support

/// One constellation for all suites that do not break it. Starting one takes seconds; tenants keep the tests apart.
enum SharedConstellation {
    private static let starting = Task { try await Constellation.start() }

    static var value: Constellation {
        get async throws { try await starting.value }
    }
}
