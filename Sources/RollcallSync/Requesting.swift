public import RollcallCore
public import RollcallTrust
public import RollcallWire

/// This laptop's own request to be let in that is out on a stick.
///
/// It lies on the disk until it is answered: days may pass, and the daemon may start anew.
public struct PendingRequest: Equatable, Sendable {
    public var register: RegisterID
    public var operatorName: String
    /// By the clock of that time, in ms since 1970.
    public var madeAt: UInt64
    public var request: JoinRequest
    /// Opens the admission.
    var bundleKey: [UInt8]

    public var identity: AgeIdentity? { try? AgeIdentity(bundleKey) }

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.text(operatorName)
        writer.u64(madeAt)
        writer.raw(bundleKey)
        writer.byteString(request.encoded())
        return writer.bytes
    }

    init(
        _ request: JoinRequest, operatorName: String, madeAt: UInt64, bundleKey: [UInt8]
    ) {
        self.request = request
        self.operatorName = operatorName
        self.madeAt = madeAt
        self.bundleKey = bundleKey
        register = RegisterID(request.register)
    }

    init(encoded bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        let operatorName = try reader.text("operator")
        let madeAt = try reader.u64("made at")
        let bundleKey = try reader.raw(32, "bundle key")
        let request = try JoinRequest(try reader.byteString("request"))
        try reader.finish("request")
        self.init(request, operatorName: operatorName, madeAt: madeAt, bundleKey: bundleKey)
    }
}

/// Why a bundle does not let this laptop in; nothing of it was kept.
public enum AdmissionFault: Equatable, Sendable {
    /// It is of another register than the person named.
    case otherRegister
    /// Nothing in it says who founded the register.
    case noGenesis
    /// No entry in it that counts lets this laptop in, under its own TLS key.
    case notLetIn
    case takenOut
    case sourceNoMember
}

extension Laptop {
    /// Makes a request in place of an earlier one; it is durable before its file is written.
    ///
    /// - Parameter signature: Signs with the TLS key.
    public mutating func request(
        _ register: RegisterID, name: String, operatorName: String, tlsKey: [UInt8],
        signature: ([UInt8]) throws -> [UInt8], _ moment: Moment, _ output: inout Output
    ) throws -> PendingRequest {
        guard membership == nil else { throw LaptopError.registerExists }
        self.moment = moment
        cancelJoin(&output)
        let bundleKey = try AgeIdentity((0..<32).map { _ in .random(in: 0...255, using: &chance) })
        var request = JoinRequest(
            register: register.bytes, node: node, tlsKey: tlsKey, bundleKey: bundleKey.publicKey,
            name: name, enrolment: [])
        request.enrolment = identity.key.signature(of: request.enrolmentMessage)
        request.signature = try signature(request.signedMessage)
        let pending = PendingRequest(
            request, operatorName: operatorName, madeAt: moment.wallClock,
            bundleKey: bundleKey.bytes)
        output.commit.append(.meta(Key.request, pending.encoded()))
        pendingRequest = pending
        return pending
    }

    /// Begins to take in a bundle that may be the answer to the request that is out.
    ///
    /// The register is entered first, so that all that follows is verified as in any bundle; ``finishAdmission(_:_:_:_:_:)``
    /// then says whether it stays so. Whoever calls drops all of it where either throws.
    ///
    /// - Parameter genesis: What a change in it holds, if one does.
    public mutating func beginAdmission(
        _ manifest: Manifest, _ genesis: Genesis?, _ output: inout Output
    ) throws -> BundleImport {
        guard membership == nil else { throw LaptopError.registerExists }
        guard let pending = pendingRequest else { throw LaptopError.noRegister }
        guard manifest.register == pending.register.bytes else {
            throw LaptopError.noAdmission(.otherRegister)
        }
        guard let genesis, genesis.register == pending.register else {
            throw LaptopError.noAdmission(.noGenesis)
        }
        enter(genesis, name: pending.request.name, &output)
        return try beginImport(manifest)
    }

    /// Enters for good, if the bundle lets this laptop in and comes from a member.
    public mutating func finishAdmission(
        _ bundle: BundleImport, by pending: PendingRequest, _ moment: Moment,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        let source = bundle.manifest.source
        guard let membership, membership.revoked[node] == nil else {
            throw LaptopError.noAdmission(.takenOut)
        }
        let member = membership.members[node]
        guard member?.tlsKeyHash == identity.tlsKeyHash || isPlanted(.entersUnadmitted) else {
            throw LaptopError.noAdmission(.notLetIn)
        }
        guard membership.isMember(source), source != node else {
            throw LaptopError.noAdmission(.sourceNoMember)
        }
        try finish(bundle, moment, storage, &output)
        try addOwnOperator(pending.operatorName, storage, &output)
        if let entry = member?.entry { try keepBundleKey(of: pending, entry, &output) }
        output.notices.append(.joined(.init(peer: source)))
    }
}
