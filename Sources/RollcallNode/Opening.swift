import Foundation
import Logging
import NIOCore
import NIOPosix
import RollcallControl
import RollcallStore
import RollcallTrust

/// What is needed to open a register besides its keys.
struct OpeningPlan: Sendable {
    let configuration: DaemonConfiguration
    let group: any EventLoopGroup
    let logger: Logger
}

/// A laptop whose register is open: it listens, dials and answers.
struct OpenLaptop: Sendable {
    let driver: Driver
    let desk: Desk
    private let transport: Transport

    /// Opens what the keys open.
    ///
    /// - Parameter isKept: Whether the home has these keys and a register; else all is in memory until somebody founds or joins.
    init(
        _ folder: HomeFolder, _ ring: KeyRing, isKept: Bool, _ plan: OpeningPlan
    ) async throws {
        let thread = DiskThread(name: "rollcall-disk")
        do {
            let store =
                try isKept ? RegisterStore(path: folder.registerPath) : RegisterStore.inMemory()
            driver = try Driver(
                home: folder, socketPath: plan.configuration.home.socketPath,
                keys: NodeKeys(ring: ring, isKept: isKept), store: store, logger: plan.logger,
                thread: thread)
        } catch {
            thread.stop()
            throw Desk.controlError(error)
        }
        folder.removeLeftovers()
        let driver = driver
        transport = try Transport(
            identity: driver.identity, group: plan.group, logger: plan.logger
        ) { driver.post($0) }
        let listen = plan.configuration.listen
        guard let address = NetworkAddress(listen) else {
            throw ControlError(.badAddress, "--listen takes HOST:PORT")
        }
        let bound: NetworkAddress
        do {
            bound = try await transport.listen(host: address.host, port: address.port)
        } catch {
            await driver.shutDown()
            thread.stop()
            throw ControlError(
                .badAddress, "cannot listen on \(listen): \(Self.reason(error))")
        }
        let advertise = plan.configuration.advertise
        await driver.start(
            transport, listening: bound.description,
            advertised: advertise.isEmpty ? Self.reachable(bound) : advertise)
        desk = Desk(driver: driver)
    }

    func close() async {
        await driver.shutDown()
        await transport.shutdown()
        driver.thread.stop()
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE: "the port is taken"
        case let error as IOError where error.errnoCode == EADDRNOTAVAIL:
            "this machine has no such address"
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            "there is no host of this name"
        default: "\(error)"
        }
    }

    /// Where peers can reach a listener that takes any address: this machine's addresses.
    private static func reachable(_ bound: NetworkAddress) -> [String] {
        guard bound.host == "0.0.0.0" || bound.host == "::" else { return [bound.description] }
        let found = InterfaceAddresses.all().map {
            NetworkAddress(host: $0, port: bound.port).description
        }
        return found.isEmpty ? [bound.description] : Array(found.prefix(8))
    }
}
