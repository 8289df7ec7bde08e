// swift-tools-version: 6.2
import PackageDescription

/// One set of compiler settings for every target, each with its reason.
let settings: [SwiftSetting] = [
    // `any` marks every existential, so the cost of dynamic dispatch is visible where it is paid (SE-0335).
    .enableUpcomingFeature("ExistentialAny"),
    // A member is visible only where its module is imported, so a file lists all it depends on (SE-0444).
    .enableUpcomingFeature("MemberImportVisibility"),
    // Imports stay internal unless said otherwise, so no C module leaks through an interface (SE-0409).
    .enableUpcomingFeature("InternalImportsByDefault"),
    // Every use of unsafe memory is spelled `unsafe`, so a search for the word finds all of it (SE-0458).
    .strictMemorySafety(),
    // A warning that may stay is a warning that nobody reads.
    .treatAllWarnings(as: .error),
]

// `NonisolatedNonsendingByDefault` is left off: with it Hummingbird's middleware protocol cannot be
// implemented without `@concurrent` on every parameter, and neither Hummingbird nor SwiftNIO enables it.

/// A C library: a module map and a shim header, with exactly one Swift module that imports it.
func cLibrary(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Shared/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// A module that more than one service is made of.
func shared(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Shared/\(name)", swiftSettings: settings)
}

/// One of the six executables. Folder, product, image and log name are the same word.
func service(_ name: String, folder: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            "Contracts", "ServiceKit", "Postgres", "Resilience", "Observability", "Cryptography",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "Hummingbird", package: "hummingbird"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "Metrics", package: "swift-metrics"),
        ] + dependencies,
        path: "Services/\(folder)",
        swiftSettings: settings)
}

/// Tests of one module, in `Tests/<module>Tests`.
func tests(_ module: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(module)Tests",
        dependencies: [.target(name: module), "Support"] + dependencies,
        path: "Tests/\(module)Tests",
        exclude: exclude,
        swiftSettings: settings)
}

let package = Package(
    name: "asterism",
    products: [
        .executable(name: "gateway", targets: ["Gateway"]),
        .executable(name: "rag-service", targets: ["RagService"]),
        .executable(name: "agent-runner", targets: ["AgentRunner"]),
        .executable(name: "prompt-service", targets: ["PromptService"]),
        .executable(name: "usage-billing", targets: ["UsageBilling"]),
        .executable(name: "audit-service", targets: ["AuditService"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        // C libraries
        cLibrary("CLinux", apt: "libc6-dev"),
        cLibrary("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),
        // hiredis.pc carries a flag that SwiftPM refuses with a warning at each build, hence no pkgConfig.
        cLibrary("CHiredis", apt: "libhiredis-dev"),
        cLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        cLibrary("COpenSSL", pkgConfig: "libcrypto", apt: "libssl-dev"),

        // Shared modules, leaves first
        shared("Contracts"),
        shared("Resilience"),
        shared("TextAnalysis"),
        shared("Cryptography", ["COpenSSL"]),
        shared("Reactor", ["CLinux"]),
        shared("Postgres", ["CPostgres", "Reactor", .product(name: "Logging", package: "swift-log")]),
        shared("Redis", ["CHiredis", "Reactor", .product(name: "Logging", package: "swift-log")]),
        shared("CurlClient", ["CCurl", "Reactor", .product(name: "Logging", package: "swift-log")]),
        shared(
            "Observability",
            [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]),
        shared(
            "ServiceKit",
            [
                "Contracts", "Resilience", "Cryptography", "Reactor", "Postgres", "Redis", "CurlClient",
                "Observability",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]),

        // Services
        service(
            "Gateway", folder: "gateway",
            [
                "CurlClient", "Redis", .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        service(
            "RagService", folder: "rag-service",
            [
                "CurlClient", "TextAnalysis", .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        service(
            "AgentRunner", folder: "agent-runner",
            ["TextAnalysis", .product(name: "HTTPTypes", package: "swift-http-types")]),
        service("PromptService", folder: "prompt-service"),
        service("UsageBilling", folder: "usage-billing"),
        service("AuditService", folder: "audit-service"),

        // Tests
        .target(
            name: "Support",
            dependencies: [
                "Contracts", "ServiceKit", "Postgres", "CurlClient", "Cryptography", "Redis", "Reactor",
                "Observability",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Tests/Support",
            swiftSettings: settings),
        tests("Contracts"),
        tests("Resilience"),
        tests("TextAnalysis"),
        tests("Cryptography"),
        tests("Reactor"),
        tests("Postgres", ["Reactor"]),
        tests("Redis", ["Reactor"]),
        tests("CurlClient", ["Reactor"]),
        tests("Observability"),
        tests(
            "ServiceKit",
            [
                "Contracts", "Cryptography", "CurlClient", "Observability", "Postgres", "Resilience",
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]),
        tests(
            "Gateway", ["ServiceKit", "Contracts", .product(name: "HummingbirdTesting", package: "hummingbird")],
            // Read by the tests as files, where they stand.
            exclude: ["Fixtures"]),
        tests(
            "RagService",
            ["ServiceKit", "Contracts", "TextAnalysis", .product(name: "HummingbirdTesting", package: "hummingbird")]),
        tests(
            "AgentRunner", ["ServiceKit", "Contracts", .product(name: "HummingbirdTesting", package: "hummingbird")]),
        tests(
            "PromptService", ["ServiceKit", "Contracts", .product(name: "HummingbirdTesting", package: "hummingbird")]),
        tests(
            "UsageBilling", ["ServiceKit", "Contracts", .product(name: "HummingbirdTesting", package: "hummingbird")]),
        tests(
            "AuditService", ["ServiceKit", "Contracts", .product(name: "HummingbirdTesting", package: "hummingbird")]),
        .testTarget(
            name: "Integration",
            dependencies: [
                "Support", "Contracts", "ServiceKit", "Gateway", "RagService", "AgentRunner", "PromptService",
                "UsageBilling", "AuditService",
            ],
            path: "Tests/Integration",
            exclude: ["python"],
            swiftSettings: settings),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Postgres", "Redis", "CurlClient", "Reactor", "ServiceKit",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            path: "Tests/Benchmarks",
            exclude: ["python"],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
