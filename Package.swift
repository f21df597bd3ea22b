// swift-tools-version: 6.2
import PackageDescription

/// Bugs planted for the simulator to find; see Sources/RollcallCore/PlantedBug.swift.
let planted: [SwiftSetting] =
    Context.environment["ROLLCALL_PLANTED_BUGS"] == "1" ? [.define("PLANTED_BUGS")] : []

let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
    ] + planted

// The programs never see these: `tools/fuzz` builds with them, in a folder of its own.
let isFuzzed = Context.environment["ROLLCALL_FUZZ"] == "1"
let sanitized = ["-sanitize=fuzzer,address"]
let fuzzed = settings + (isFuzzed ? [.unsafeFlags(sanitized)] : [])
// Counters cost time at each execution, and these two have more than all decoders together.
let watched = settings + (isFuzzed ? [.unsafeFlags(["-sanitize=address"])] : [])

// Lowest first. A module exists to forbid an import; ARCHITECTURE.md says which and why.
let package = Package(
    name: "rollcall",
    products: [
        .executable(name: "rollcalld", targets: ["rollcalld"]),
        .executable(name: "rollcall", targets: ["rollcall"]),
        .executable(name: "rollcall-sim", targets: ["rollcall-sim"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(
            name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(
            name: "CXLSXWriter", pkgConfig: "xlsxwriter",
            providers: [.apt(["libxlsxwriter-dev"])]),
        // Dots, version vectors, records, merge: imports nothing, not even Foundation.
        .target(name: "RollcallCore", swiftSettings: fuzzed),
        // Frames, messages, segments and bundles as bytes.
        .target(
            name: "RollcallWire", dependencies: ["RollcallCore", "CZlib"],
            resources: [.embedInCode("Resources/dictionary_1.bin")], swiftSettings: fuzzed),
        // Identity, hash chain, commitments, join proof.
        .target(
            name: "RollcallTrust",
            dependencies: [
                "RollcallCore", "RollcallWire", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            resources: [.embedInCode("Resources/words.txt")], swiftSettings: fuzzed),
        // The laptop as one pure state machine.
        .target(
            name: "RollcallSync", dependencies: ["RollcallCore", "RollcallWire", "RollcallTrust"],
            swiftSettings: fuzzed),
        // Whether a file is all that it says, and by whom: for whoever has neither daemon nor home.
        .target(
            name: "RollcallAudit",
            dependencies: ["RollcallCore", "RollcallWire", "RollcallTrust", "RollcallSync"],
            swiftSettings: fuzzed),
        // Changes, records and knowledge on disk.
        .target(
            name: "RollcallStore",
            dependencies: [
                "RollcallCore", "CZlib", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            resources: [
                .embedInCode("SQL/v01_register.sql"), .embedInCode("SQL/v02_row_sums.sql"),
                .embedInCode("SQL/v03_record_keys.sql"),
            ], swiftSettings: settings),
        // The field schema and roster rows: the domain, derived and pure.
        .target(
            name: "RollcallExchange",
            dependencies: ["RollcallCore"], swiftSettings: fuzzed),
        // Lists as other people's programs write them: archives, markup, old encodings.
        .target(
            name: "RollcallFiles", dependencies: ["RollcallExchange", "CZip", "CExpat"],
            swiftSettings: fuzzed),
        // What the command line may ask of a daemon.
        .target(name: "RollcallControl", swiftSettings: watched),
        // The files of the local page, inside the program.
        .target(name: "CPage"),
        .systemLibrary(name: "CQRencode", providers: [.apt(["libqrencode-dev"])]),
        // The local page: HTTP on loopback, for browsers of this machine.
        .target(
            name: "RollcallWeb",
            dependencies: [
                "RollcallControl", "CPage", "CQRencode",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], exclude: ["Page"], swiftSettings: settings),
        // The daemon: sockets, TLS, timers, disk.
        .target(
            name: "RollcallNode",
            dependencies: [
                "RollcallCore", "RollcallWire", "RollcallTrust", "RollcallSync", "RollcallAudit",
                "RollcallStore", "RollcallExchange", "RollcallFiles", "RollcallControl",
                "RollcallWeb", "CXLSXWriter",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: watched),
        // A field team in one process, with bad luck, from a seed.
        .target(
            name: "RollcallSimulation",
            dependencies: [
                "RollcallCore", "RollcallWire", "RollcallTrust", "RollcallSync", "RollcallStore",
                "RollcallExchange", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "rollcall-sim",
            dependencies: [
                "RollcallSimulation", "RollcallCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "rollcalld",
            dependencies: [
                "RollcallNode", "RollcallControl",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "rollcall",
            dependencies: [
                "RollcallAudit", "RollcallControl", "RollcallCore", "RollcallSync",
                "RollcallTrust",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        // Every decoder that meets foreign bytes, as one function: for the tests and for the fuzzer.
        .target(
            name: "RollcallFuzzing",
            dependencies: [
                "RollcallCore", "RollcallWire", "RollcallTrust", "RollcallSync", "RollcallAudit",
                "RollcallExchange", "RollcallFiles", "RollcallControl", "RollcallNode", "CZip",
                .product(name: "NIOCore", package: "swift-nio"),
            ], swiftSettings: fuzzed),
        // The test vectors and numbers, read by this program's own decoders.
        .testTarget(
            name: "ProtocolTests",
            dependencies: ["RollcallCore", "RollcallWire", "RollcallTrust", "RollcallSync"],
            swiftSettings: settings),
        .testTarget(
            name: "RollcallCoreTests", dependencies: ["RollcallCore"], swiftSettings: settings),
        .testTarget(
            name: "RollcallWireTests", dependencies: ["RollcallCore", "RollcallWire"],
            swiftSettings: settings),
        .testTarget(
            name: "RollcallNodeTests",
            dependencies: [
                "RollcallNode", "RollcallControl", "RollcallSimulation", "RollcallTrust",
                "RollcallWire", "RollcallFiles",
                "RollcallFuzzing",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: settings),
        .testTarget(
            name: "RollcallExchangeTests", dependencies: ["RollcallExchange", "RollcallCore"],
            swiftSettings: settings),
        .testTarget(
            name: "RollcallFilesTests",
            dependencies: ["RollcallFiles", "RollcallExchange", "RollcallFuzzing"],
            exclude: ["Workbooks"], swiftSettings: settings),
        .testTarget(
            name: "RollcallStoreTests",
            dependencies: [
                "RollcallStore", "RollcallCore", .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .testTarget(
            name: "RollcallTrustTests",
            dependencies: [
                "RollcallTrust", "RollcallStore", "RollcallWire", "RollcallCore", "CZlib",
            ],
            exclude: ["AgeVectors"], swiftSettings: settings),
        .testTarget(
            name: "RollcallSyncTests",
            dependencies: [
                "RollcallAudit", "RollcallSync", "RollcallStore", "RollcallTrust", "RollcallWire",
                "RollcallCore", .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: settings),
        .testTarget(
            name: "RollcallSimulationTests",
            dependencies: [
                "RollcallSimulation", "RollcallCore", "RollcallExchange", "RollcallStore",
            ],
            exclude: ["Plans"], swiftSettings: settings),
        .testTarget(
            name: "RollcallControlTests", dependencies: ["RollcallControl"], swiftSettings: settings
        ),
        .testTarget(
            name: "RollcallWebTests",
            dependencies: [
                "RollcallWeb", "RollcallControl",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: settings),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "rollcall", "RollcallAudit", "RollcallControl", "RollcallCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .testTarget(
            name: "RollcallFuzzingTests", dependencies: ["RollcallFuzzing"],
            exclude: ["Finds"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

if isFuzzed {
    package.targets.append(
        .executableTarget(
            name: "rollcall-fuzz", dependencies: ["RollcallFuzzing"], swiftSettings: fuzzed,
            // Gold, the linker that is there by default, fails on what the sanitizers make.
            linkerSettings: [.unsafeFlags(sanitized + ["-use-ld=lld"])]))
}
