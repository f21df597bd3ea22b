import Foundation
import NIOCore
import RollcallWire
import Testing

@testable import RollcallNode

@Suite(.timeLimit(.minutes(1))) struct TransportTests {
    @Test func `two laptops see each other's key and exchange bytes`() async throws {
        let here = try Station()
        let there = try Station()
        let address = try await there.listen()
        here.transport.dial("\(address)")

        let hereID = try await here.id()
        let thereID = try await there.id()
        #expect(here.opened.first?.hash == there.identity.tlsKeyHash)
        #expect(there.opened.first?.hash == here.identity.tlsKeyHash)
        #expect(here.opened.first?.dialled == "\(address)")
        #expect(there.opened.first?.dialled == nil)

        here.transport.send(hereID, [1, 2, 3])
        #expect(try await eventually { there.chunks == [[1, 2, 3]] })
        there.transport.send(thereID, [4])
        #expect(try await eventually { here.chunks == [[4]] })
        #expect(here.transport.bytesSent(hereID) == 3)
        #expect(here.transport.bytesReceived(hereID) == 1)
        #expect(there.transport.traffic.bytesReceived == 3)

        here.transport.closeAfterSending(hereID)
        #expect(try await eventually { here.closed == [hereID] })
        #expect(try await eventually { there.closed == [thereID] })
        #expect(here.transport.bytesSent(hereID) == 0)
        await there.transport.shutdown()
    }

    @Test func `what was sent before closing arrives`() async throws {
        // However busy the machine is: what is not read in time is dropped, and that is another test's.
        let here = try Station(timing: Transport.Timing(closing: .minutes(1)))
        let there = try Station(readsOn: true)
        here.transport.dial("\(try await there.listen())")
        let hereID = try await here.id()
        let thereID = try await there.id()
        let sent = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

        here.transport.send(hereID, sent)
        here.transport.closeAfterSending(hereID)
        #expect(try await eventually { there.closed == [thereID] })
        // Not in the expectation, which would look for the least difference of two times 3 MB, for hours.
        let isWhole = there.chunks.joined().elementsEqual(sent)
        #expect(isWhole)
        #expect(there.events.last == .closed(id: thereID))
        #expect(there.chunks.allSatisfy { $0.count <= PeerConnection.chunkBytesMax })
        #expect(try await eventually { here.closed == [hereID] })
    }

    @Test func `the second chunk waits until it is asked for`() async throws {
        let here = try Station()
        let there = try Station()
        here.transport.dial("\(try await there.listen())")
        let hereID = try await here.id()
        let thereID = try await there.id()

        here.transport.send(hereID, [UInt8](repeating: 7, count: 2 << 20))
        #expect(try await eventually { there.chunks.count == 1 })
        try await Task.sleep(for: .milliseconds(200))
        #expect(there.chunks.count == 1)
        there.transport.allowRead(thereID)
        #expect(try await eventually { there.chunks.count == 2 })
        try await Task.sleep(for: .milliseconds(100))
        #expect(there.chunks.count == 2)
    }

    @Test func `what a peer said before it vanished is still handed on`() async throws {
        let here = try Station()
        let there = try Station()
        here.transport.dial("\(try await there.listen())")
        let hereID = try await here.id()
        let thereID = try await there.id()

        here.transport.send(hereID, [1])
        #expect(try await eventually { there.chunks == [[1]] })
        here.transport.send(hereID, [2])
        try await Task.sleep(for: .milliseconds(200))
        here.transport.abort(hereID)
        #expect(try await eventually { here.closed == [hereID] })
        try await Task.sleep(for: .milliseconds(200))
        #expect(there.closed.isEmpty)
        there.transport.allowRead(thereID)
        #expect(try await eventually { there.chunks == [[1], [2]] })
        there.transport.allowRead(thereID)
        #expect(try await eventually { there.closed == [thereID] })
    }

    @Test func `a peer that never reads does not keep a closing connection open`() async throws {
        let here = try Station(timing: .init(closing: .milliseconds(200)))
        let there = try Station()
        here.transport.dial("\(try await there.listen())")
        let hereID = try await here.id()
        _ = try await there.id()

        for _ in 0..<64 {
            here.transport.send(hereID, [UInt8](repeating: 0, count: 1 << 20))
        }
        here.transport.closeAfterSending(hereID)
        #expect(try await eventually { here.closed == [hereID] })
    }

    @Test func `aborting waits for nobody`() async throws {
        let patient = Transport.Timing(closing: .hours(1), shutdown: .hours(1))
        let here = try Station(timing: patient)
        let there = try Station(timing: patient)
        here.transport.dial("\(try await there.listen())")
        let hereID = try await here.id()
        let thereID = try await there.id()
        there.transport.abort(thereID)
        #expect(try await eventually { here.closed == [hereID] && there.closed == [thereID] })
    }

    @Test func `a dial that comes to nothing says why`() async throws {
        let here = try Station()
        let there = try Station()
        let address = try await there.listen()
        await there.transport.shutdown()
        here.transport.dial("\(address)")
        here.transport.dial("no-port")
        #expect(try await eventually { here.failedDials.count == 2 })
        #expect(Set(here.failedDials) == ["Connection refused", "not an address"])
    }

    @Test func `one who connects and says nothing is cut off at the deadline`() async throws {
        let there = try Station(timing: .init(handshake: .milliseconds(200)))
        let socket = try BareSocket(port: try await there.listen().port)
        #expect(try await socket.read(within: 60) == "")
        #expect(there.events.isEmpty)
    }

    @Test func `dialling one who says nothing fails at the deadline`() async throws {
        let here = try Station(timing: .init(handshake: .milliseconds(200)))
        // A listener whose accepted connections nobody serves: its backlog answers for it.
        let (descriptor, port) = try silentListener()
        defer { close(descriptor) }
        here.transport.dial("127.0.0.1:\(port)")
        #expect(try await eventually { here.failedDials == ["no handshake in time"] })
    }

    @Test func `the ninth stranger of one address is turned away`() async throws {
        let there = try Station(timing: .init(handshake: .hours(1)))
        let port = try await there.listen().port
        var strangers = try (0..<Limits.unauthenticatedPerAddressMax).map { _ in
            try BareSocket(port: port)
        }
        let ninth = try BareSocket(port: port)
        #expect(try await ninth.read(within: 60) == "")
        for stranger in strangers { #expect(try await stranger.read(within: 0.01) == nil) }

        strangers.removeLast()
        #expect(
            try await eventually {
                let next = try BareSocket(port: port)
                return try await next.read(within: 0.1) == nil
            })
    }

    @Test func `a member takes no stranger's slot`() async throws {
        let here = try Station()
        let there = try Station()
        let address = try await there.listen()
        for index in 0..<Limits.unauthenticatedPerAddressMax + 4 {
            here.transport.dial("\(address)")
            there.transport.markAuthenticated(try await there.id(index))
        }
        #expect(try await eventually { here.opened.count == 12 })
        #expect(here.closed.isEmpty)
        await here.transport.shutdown()
        #expect(here.closed.count == 12)
        #expect(try await eventually { there.closed.count == 12 })
    }

    @Test func `shutting down closes the listener and every connection`() async throws {
        let here = try Station()
        let there = try Station()
        let address = try await there.listen()
        here.transport.dial("\(address)")
        _ = try await here.id()
        _ = try await there.id()
        await there.transport.shutdown()
        #expect(there.closed.count == 1)
        #expect(try await eventually { here.closed.count == 1 })
        here.transport.dial("\(address)")
        #expect(try await eventually { here.failedDials == ["Connection refused"] })
    }

    @Test func `slots are counted in all and by address`() {
        var slots = StrangerSlots()
        let perAddress = Limits.unauthenticatedPerAddressMax
        let hosts = (0..<Limits.unauthenticatedMax).map { "\($0 / perAddress)" }
        #expect((hosts + ["another"]).map { slots.take($0) } == hosts.map { _ in true } + [false])
        slots.release("3")
        #expect(["4", "another", "3"].map { slots.take($0) } == [false, true, false])
    }

    @Test(arguments: [
        ("laptop.lan:4711", "laptop.lan", 4711), ("10.0.0.1:1", "10.0.0.1", 1),
        ("[fe80::1]:65535", "fe80::1", 65_535),
    ])
    func `an address is a host and a port`(text: String, host: String, port: Int) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address == NetworkAddress(host: host, port: port))
        #expect("\(address)" == text)
    }

    @Test(arguments: ["", ":1", "host", "host:", "host:65536", "fe80::1:80", "a b:1", "host:+1"])
    func `anything else is no address`(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    private func silentListener() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { address in
            try address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, size) == 0, Foundation.listen(descriptor, 8) == 0,
                    getsockname(descriptor, address, &size) == 0
                else { throw POSIXError(.EIO) }
            }
        }
        return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
    }
}
