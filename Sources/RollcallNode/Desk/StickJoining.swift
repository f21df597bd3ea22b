import Crypto
import RollcallControl
import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// Joining by stick: the request out, the admission back, no network at all.
extension Driver {
    // MARK: - the newcomer

    static func register(typed text: String) throws -> RegisterID {
        do throws(FormatError) {
            return try RegisterID(typed: text)
        } catch {
            throw ControlError(
                .badValue, "this is no register's id: a letter or digit is wrong or missing",
                hint: "`rollcall status` on a laptop of the register prints it: "
                    + "27 letters and digits in 9 groups")
        }
    }

    /// Makes a request and writes it to a file; an earlier one is of no use from then on.
    func requestToJoin(
        _ register: RegisterID, name: String, operatorName: String, to path: String
    ) throws -> RequestReport {
        let (name, operatorName) = (
            try Self.name(name, "name"), try Self.name(operatorName, "operator")
        )
        let file = try SafeFile(path)
        do {
            let now = moment
            let tlsKey = identity.tlsKey
            let pending = try act { laptop, _, output in
                try laptop.request(
                    register, name: name, operatorName: operatorName,
                    tlsKey: Array(tlsKey.publicKey.derRepresentation),
                    signature: { Array(try tlsKey.signature(for: $0).rawRepresentation) }, now,
                    &output)
            }
            try file.write(pending.request.file)
            _ = try file.finish()
            return Self.report(pending, file: path)
        } catch {
            file.discard()
            throw error
        }
    }

    static func report(_ pending: PendingRequest, file: String? = nil) -> RequestReport {
        RequestReport(
            file: file, number: pending.request.number.text, name: pending.request.name,
            register: pending.register.text, registerGrouped: pending.register.checkedText,
            madeAt: time(pending.madeAt))
    }

    /// Takes in the answer to the request that is out, and is in the register then; else all is as before.
    func takeAdmission(_ path: String, preview: Bool) throws -> ImportReport {
        guard let pending = laptop.pendingRequest else {
            throw ControlError(
                .noRegister,
                "this laptop is in no register, and no request of it is out; "
                    + "nothing was taken in",
                hint: "ask to be let in by stick with `rollcall join --request FILE`")
        }
        let file: BundleReader
        do {
            (file, _) = try Self.checked(path, laptop.bundleIdentities(store), salvaging: false)
        } catch let error as ControlError where error.code == .sealedForOthers {
            throw ControlError(
                .sealedForOthers,
                "the file is sealed for others: it does not answer the request "
                    + "that is out, number \(pending.request.number.text); nothing was taken in",
                hint: "an answer to an earlier request opens no more: hand over the last one")
        }
        let now = moment
        let bundle = try actInSteps { laptop, store, take in
            var output = Output()
            var bundle = try laptop.beginAdmission(file.manifest, file.genesis(), &output)
            try take(output)
            try Self.takeChunks(
                of: file, file.manifest.chunks.count, into: &bundle, &laptop, store, now, take)
            output = Output()
            try laptop.finishAdmission(bundle, by: pending, now, store, &output)
            try take(output)
            return (bundle, isKept: !preview)
        }
        tendKeys()
        var report = ImportReport(
            source: file.manifest.source.text, new: Int(bundle.newCount),
            known: Int(bundle.knownCount), held: Int(bundle.heldCount), left: Int(bundle.leftCount),
            conflicts: preview ? 0 : try store.counts().conflicts,
            quarantined: preview ? 0 : try waitingCount(), missing: [], applied: !preview)
        if !preview { report.joined = joinReport(file.manifest.source) }
        return report
    }

    // MARK: - the administrator

    static func request(in path: String) throws -> JoinRequest {
        let file = try InputFile(path)
        let bytes = try file.bytes(at: 0, count: JoinRequest.fileBytesMax + 1)
        if AgeReader.isSealed(bytes) || bytes.starts(with: BundleFile.prologue) {
            throw ControlError(
                .badFile, "this is a bundle, not a request to join; nobody was admitted",
                hint: "`rollcall import FILE` takes it in")
        }
        do throws(FormatError) {
            return try JoinRequest(file: bytes)
        } catch {
            throw refusal(ofRequest: error)
        }
    }

    private static func refusal(ofRequest error: FormatError) -> ControlError {
        let what =
            error.refusal == .badMagic
            ? "the file is no request to join" : "the request is refused: \(error)"
        return ControlError(
            .badFile, "\(what); nobody was admitted",
            hint: "have it made again: `rollcall join --request FILE` on the new laptop")
    }

    /// A request that this laptop could let in, if its number is right.
    private func judged(_ path: String) throws -> JoinRequest {
        let request = try Self.request(in: path)
        do {
            try laptop.judge(request)
        } catch let error as FormatError {
            throw Self.refusal(ofRequest: error)
        }
        return request
    }

    /// Who asks; not the number, which a person must have heard by another way.
    func requestReport(_ path: String) throws -> NewcomerReport {
        let request = try judged(path)
        return NewcomerReport(
            node: request.node.text, name: request.name,
            isMember: laptop.membership?.isMember(request.node) == true)
    }

    func admit(
        _ path: String, to output: String, role: String?, number typed: String
    ) throws -> StickAdmissionReport {
        let request = try judged(path)
        let role = try role.map { try Self.role($0) } ?? .operator
        try Self.compare(typed, with: request)
        guard !SystemCall.exists(output) else {
            throw ControlError(
                .fileExists, "the file exists already; nobody was admitted", hint: output)
        }
        let now = moment
        let isNew = try act { laptop, store, output in
            try laptop.admit(request, as: role, now, store, &output)
        }
        log(.export)
        // What it may read is to be in the same bundle: it has no other way to get it.
        tendKeys()
        var keys = laptop.recipients(of: request.node)
        let own = try AgeRecipient(request.bundleKey)
        // It may have made another request since it was let in; this one it can answer to.
        if !keys.contains(own) { keys.append(own) }
        var export = laptop.export(for: [request.node], isFull: true)
        let bytes: Int
        do {
            bytes = try writeVolume(of: &export, to: output, for: keys, max: nil)
        } catch let error as ControlError {
            throw ControlError(
                error.code,
                "the laptop is let in, but its admission is not written: \(error.message)",
                hint: "run the same again with another file: it writes the admission alone")
        }
        noteOnTheWay(export)
        return StickAdmissionReport(
            joined: NamedNode(node: request.node.text, name: request.name), isNew: isNew,
            file: output, bytes: bytes, changes: Int(export.changeCount))
    }

    private static func compare(_ typed: String, with request: JoinRequest) throws {
        guard let number = try? RequestNumber(typed: typed) else {
            throw ControlError(
                .badValue,
                "this is no number of a request: a letter or digit is wrong or missing; "
                    + "nobody was admitted",
                hint: "it has 20 letters and digits in 5 groups: have it read out again")
        }
        guard number == request.number else {
            throw ControlError(
                .joinInBetween,
                "the number is another one than this request has: the file may have been exchanged "
                    + "on its way; nobody was admitted",
                hint: "have a new request made, bring it yourself, and have its number read out")
        }
    }

    // MARK: - on a stick

    /// What to say of a request that lies on a stick; nil for another file.
    func carried(request path: String) -> CarryRow? {
        guard let file = try? InputFile(path),
            let bytes = try? file.bytes(at: 0, count: JoinRequest.fileBytesMax + 1),
            JoinRequest.isRequest(bytes)
        else { return nil }
        var row = CarryRow(file: path, outcome: .request)
        guard let request = try? JoinRequest(file: bytes), (try? request.check()) != nil else {
            row.outcome = .refused
            row.reason = "a request to join that is damaged"
            return row
        }
        row.name = request.name
        row.isOwn = request.node == laptop.node
        // It was let in and has been heard of since: it has its answer.
        row.isDone =
            laptop.membership?.isMember(request.node) == true
            && (row.isOwn || laptop.peers[request.node]?.lastHeard ?? 0 > 0)
        return row
    }

    /// What lies on the stick of a laptop that waits for its admission.
    func carriedWhileWaiting(_ path: String) throws -> CarryRow {
        var row = CarryRow(file: path, outcome: .admission)
        do {
            _ = try Self.checked(path, laptop.bundleIdentities(store), salvaging: false)
        } catch let error as ControlError where error.code == .sealedForOthers {
            row.outcome = .forOthers
        } catch let error as ControlError {
            row.outcome = .refused
            row.reason = error.message
        }
        return row
    }
}

extension ControlError {
    init(_ refusal: NewcomerRefusal) {
        let asNew = "it joins as a new laptop, with an empty home"
        switch refusal {
        case .weakKey:
            self.init(
                .joinRefused, "the key of this newcomer is weak; nobody was admitted", hint: asNew)
        case .takenOut:
            self.init(
                .joinRefused, "this laptop was taken out of the register; nobody was admitted",
                hint: asNew)
        case .otherTLSKey, .tlsKeyTaken:
            self.init(
                .joinRefused,
                "another laptop of this register has the key of this newcomer; nobody was admitted",
                hint: asNew)
        case .noRoom: self.init(LaptopError.tooManyMembers)
        case .otherRegister:
            self.init(
                .otherRegister, "the request is of another register; nobody was admitted",
                hint: "on the new laptop compare the register's id with what `rollcall status` "
                    + "says here")
        }
    }

    init(_ fault: AdmissionFault) {
        let nothing = "; nothing was taken in, and the request is still out"
        switch fault {
        case .otherRegister:
            self.init(
                .otherRegister, "the bundle is of another register than was asked for" + nothing,
                hint: "compare the register's id with the administrator; "
                    + "a new request can be made for another")
        case .noGenesis:
            self.init(
                .badBundle, "nothing in the bundle says who founded the register" + nothing,
                hint: "an admission is what `rollcall admit` writes, or `rollcall export --full`")
        case .notLetIn:
            self.init(
                .joinRefused, "nobody lets this laptop in by this bundle" + nothing,
                hint: "have the request answered with `rollcall admit`")
        case .takenOut:
            self.init(
                .joinRefused, "this laptop was taken out of that register" + nothing,
                hint: "a home that is empty joins as a new laptop")
        case .sourceNoMember:
            self.init(
                .badBundle, "who made the bundle is no member of that register" + nothing,
                hint: "ask an administrator for a new admission")
        }
    }
}
