import Foundation
import RollcallControl
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire

/// Where a command's answers go.
struct AnswerLine: Sendable {
    let send: @Sendable (Data) async -> Void
    let isClosed: @Sendable () -> Bool

    func row(_ value: some Encodable & Sendable) async throws {
        await send(try ControlAnswer.row(of: value).line())
    }

    /// Sends many rows in few pieces.
    func rows(_ values: [some Encodable & Sendable]) async throws {
        var piece = Data()
        for value in values {
            piece.append(try ControlAnswer.row(of: value).line())
            guard piece.count >= Self.pieceBytes else { continue }
            await send(piece)
            piece.removeAll(keepingCapacity: true)
        }
        if !piece.isEmpty { await send(piece) }
    }

    private static let pieceBytes = 64 << 10

    func interim(_ value: some Encodable & Sendable) async throws {
        await send(try ControlAnswer.interim(of: value).line())
    }
    func progress(_ report: ProgressReport) async throws {
        await send(try ControlAnswer.progress(report).line())
    }
    func result(_ value: (any Encodable & Sendable)?) async throws {
        guard let value else { return await send(try ControlAnswer.result(nil).line()) }
        await send(try ControlAnswer.result(try ControlJSON.encode(value)).line())
    }
}

/// Answers what the command line asks of this daemon.
struct Desk: Sendable {
    let driver: Driver
    let invitations = Invitations()

    func answer(_ request: ControlRequest, to answer: AnswerLine) async {
        do {
            try await respond(to: request, answer)
        } catch {
            await Self.send(error, to: answer)
        }
    }

    static func request(_ line: Data) throws -> ControlRequest {
        do {
            return try ControlRequest(line: line)
        } catch let error as DecodingError {
            throw ControlError(
                .usage, "the daemon does not know this request: \(shape(error))")
        }
    }

    static func send(_ error: any Error, to answer: AnswerLine) async {
        if let line = try? ControlAnswer.error(controlError(error)).line() {
            await answer.send(line)
        }
    }

    private static func shape(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        default: "it may be of another version"
        }
    }

    private func respond(to request: ControlRequest, _ answer: AnswerLine) async throws {
        try await driver.permit(request)
        switch request {
        case .initRegister(let name, let register, let operatorName, let protection):
            try await driver.settle(protection, operatorName: operatorName)
            try await answer.result(
                try await driver.found(name: name, title: register, operatorName: operatorName))
        case .invite(let minutes, let wait, let yes, let role):
            try await invite(minutes: minutes, wait: wait, yes: yes, role: role, answer)
        case .join(let address, let name, let operatorName, let code, let protection):
            try await driver.settle(protection, operatorName: operatorName)
            try await join(address, name, operatorName, code, answer)
        case .requestToJoin, .readRequest, .admit: try await joinByStick(request, answer)
        case .passphrases:
            try await answer.rows(try await driver.passphrases())
            try await answer.result(nil)
        case .changePassphrase(let order, let current):
            try await driver.change(order, current: current)
            try await answer.result(nil)
        case .unlock, .lock, .panic, .open: throw ControlError(.internal, "not for the desk")
        case .confirm(let words): try await answer.result(try await driver.confirm(words))
        case .status(let isBrief):
            try await answer.result(try await driver.status(isBrief: isBrief ?? false))
        case .peers:
            try await answer.rows(await driver.peerReports())
            try await answer.result(nil)
        case .members, .revoke, .giveRole, .quarantine, .quarantineShow, .judge:
            try await members(request, answer)
        case .makeRecoveryKeys: try await answer.result(try await driver.makeRecoveryKeys())
        case .recover(let keys): try await answer.result(try await driver.recover(with: keys))
        case .connect(let target): try await answer.result(try await driver.connect(target))
        case .disconnect(let node): try await answer.result(try await driver.disconnect(node))
        case .waitUpToDate(let peers, let timeout): try await wait(peers, timeout, answer)
        case .add, .set, .unset, .verify, .unverify, .link, .remove, .restore, .resolve:
            try await write(request, answer)
        case .erase(let ids, let reason):
            try await answer.rows(try await driver.erase(ids, reason: reason))
            try await answer.result(nil)
        case .erasures:
            try await answer.rows(try await driver.erasureReports())
            try await answer.result(nil)
        case .operators, .addOperator, .removeOperator, .switchOperator, .leaveOperator, .custody:
            try await operators(request, answer)
        case .retention, .setRetention, .due, .hold, .holds: try await keeping(request, answer)
        case .fields:
            try await answer.rows(await driver.fieldReports())
            try await answer.result(nil)
        case .printed(let record):
            try await driver.notePrint(record)
            try await answer.result(nil)
        case .setExchange, .addStage, .closeStage, .reopenStage, .lists, .withdrawList, .listFile,
            .tally, .discrepancies, .people, .slip, .countHeads,
            .settle:
            try await exchange(request, answer)
        case .photos, .photoContent, .addPhoto, .savePhoto, .detachPhoto:
            try await photos(request, answer)
        case .addEnquiry, .enquiries, .enquiry, .match, .notified:
            try await enquiries(request, answer)
        case .show, .list, .find, .history, .conflicts, .fingerprint:
            try await read(request, answer)
        case .rosterImport, .rosterTick, .rosterExport, .export, .import, .inspect, .backup, .drill,
            .carry, .bundleKey, .whoLacks:
            try await file(request, answer)
        }
    }

    private func joinByStick(_ request: ControlRequest, _ answer: AnswerLine) async throws {
        switch request {
        case .requestToJoin(let path, let register, let name, let operatorName, let protection):
            let register = try Driver.register(typed: register)
            try await driver.requireNoRegister()
            try await driver.settle(protection, operatorName: operatorName)
            try await answer.result(
                try await driver.requestToJoin(
                    register, name: name, operatorName: operatorName, to: path))
        case .readRequest(let path):
            try await answer.result(try await driver.requestReport(path))
        case .admit(let path, let output, let role, let number):
            try await answer.result(
                try await driver.admit(path, to: output, role: role, number: number))
        default: throw ControlError(.internal, "not about a join by stick")
        }
    }

    private func members(_ request: ControlRequest, _ answer: AnswerLine) async throws {
        switch request {
        case .members:
            try await answer.rows(try await driver.memberReports())
            try await answer.result(try await driver.membersReport())
        case .revoke(let node, let reason, let upTo):
            try await answer.result(
                try await driver.revoke(node, reason: reason, upTo: upTo))
        case .giveRole(let node, let role):
            try await answer.result(try await driver.giveRole(role, to: node))
        case .quarantineShow(let dot):
            await driver.log(.list)
            try await answer.result(try await driver.quarantineReport(dot))
        case .judge(let dots, let isAdopted, let reason):
            try await answer.result(
                try await driver.judge(dots, isAdopted ? .adopt : .refuse, reason: reason))
        case .quarantine(let all):
            try await answer.rows(try await driver.quarantineRows(all: all ?? false))
            try await answer.result(nil)
        default: throw ControlError(.internal, "not about members")
        }
    }

    private func keeping(_ request: ControlRequest, _ answer: AnswerLine) async throws {
        switch request {
        case .retention: try await answer.result(try await driver.retentionReport())
        case .setRetention(let end, let reason):
            try await answer.result(try await driver.setEnd(end, reason: reason))
        case .due:
            try await answer.rows(try await driver.dueRows())
            try await answer.result(nil)
        case .hold(let ids, let all, let lift, let reason):
            try await answer.result(
                try await driver.hold(ids, all: all, lift: lift, reason: reason))
        case .holds:
            try await answer.rows(try await driver.holdReports())
            try await answer.result(nil)
        default: throw ControlError(.internal, "not about what is kept")
        }
    }

    private func exchange(_ request: ControlRequest, _ answer: AnswerLine) async throws {
        // A slice at a time, so that the laptop goes on with its work in between.
        while try await driver.fillExchange() {}
        switch request {
        case .setExchange(let partyA, let partyB, let target):
            try await answer.result(
                try await driver.setExchange(partyA: partyA, partyB: partyB, target: target))
        case .addStage(let code, let day, let place):
            try await answer.result(
                try await driver.addStage(code: code, day: day, place: place))
        case .closeStage(let code, let reason):
            try await answer.result(try await driver.closeStage(code, reason: reason))
        case .reopenStage(let code, let reason):
            try await answer.result(try await driver.reopenStage(code, reason: reason))
        case .countHeads(let stage, let vehicle, let heads, let reason):
            try await answer.result(
                try await driver.countHeads(heads, in: vehicle, at: stage, reason: reason))
        case .lists:
            try await answer.rows(try await driver.listReports())
            try await answer.result(nil)
        case .listFile(let id, let path):
            await driver.log(.original)
            try await answer.result(try await driver.writeOriginal(of: id, to: path))
        case .withdrawList(let id): try await answer.result(try await driver.withdrawList(id))
        case .tally(let stage):
            let (rows, report) = try await driver.tallyRows(stage: stage)
            try await answer.rows(rows)
            try await answer.result(report)
        case .discrepancies:
            try await answer.rows(try await driver.discrepancyReports())
            try await answer.result(nil)
        case .settle(let order): try await answer.result(try await driver.settle(order))
        case .slip(let id): try await answer.result(try await driver.giveSlip(id))
        case .people(let records):
            try await answer.rows(try await driver.personRows(records))
            try await answer.result(nil)
        default: throw ControlError(.internal, "not about the exchange")
        }
    }

    private func photos(_ request: ControlRequest, _ answer: AnswerLine) async throws {
        while try await driver.fillExchange() {}
        switch request {
        case .photos(let id):
            try await answer.rows(try await driver.photoRows(id))
            try await answer.result(nil)
        case .photoContent(let photo):
            try await answer.result(try await driver.photoContent(photo))
        case .addPhoto(let order): try await answer.result(try await driver.attachPhoto(order))
        case .savePhoto(let photo, let path):
            try await answer.result(try await driver.writePhoto(photo, to: path))
        case .detachPhoto(let id, let photo, let reason):
            try await answer.result(
                try await driver.detachPhoto(id, photo: photo, reason: reason))
        default: throw ControlError(.internal, "not about photos")
        }
    }

    private func operators(_ request: ControlRequest, _ answer: AnswerLine) async throws {
        switch request {
        case .operators:
            try await answer.rows(try await driver.operatorReports())
            try await answer.result(nil)
        case .addOperator(let name, let role, let pin, let passphrase):
            try await answer.result(
                try await addOperator(name, role: role, pin: pin, passphrase: passphrase))
        case .removeOperator(let name):
            try await driver.removeOperator(name)
            try await answer.result(nil)
        case .switchOperator(let name, let pin):
            try await answer.result(try await switchOperator(to: name, pin: pin))
        case .leaveOperator: try await answer.result(await driver.leave())
        case .custody(let record, let name, let node):
            while try await driver.readCustodyLog() {}
            try await answer.rows(
                try await driver.custodyRows(record: record, operatorName: name, node: node))
            try await answer.result(nil)
        default: throw ControlError(.internal, "not about operators")
        }
    }

    private func write(_ request: ControlRequest, _ answer: AnswerLine) async throws {
        switch request {
        case .add(let fields, let source, let name):
            try await answer.result(
                try await driver.add(fields, source: source, operatorName: name))
        case .set(let id, let fields, let seen, let source, let name):
            try await answer.result(
                try await driver.set(id, fields, seen: seen, source: source, operatorName: name))
        case .unset(let id, let fields, let state, let seen, let source, let name):
            try await answer.result(
                try await driver.unset(
                    id, fields, state: state, seen: seen, source: source, operatorName: name))
        case .verify(let order): try await answer.result(try await driver.verify(order))
        case .unverify(let id, let field, let name):
            try await answer.result(
                try await driver.unverify(id, field, operatorName: name))
        case .link(let order): try await answer.result(try await driver.link(order))
        case .remove(let id, let name):
            try await answer.result(try await driver.mark(id, isRemoved: true, operatorName: name))
        case .restore(let id, let name):
            try await answer.result(try await driver.mark(id, isRemoved: false, operatorName: name))
        case .resolve(let id, let field, let choice, let seen, let reason, let name):
            try await answer.result(
                try await driver.resolve(
                    id, field, choice, seen: seen, reason: reason, operatorName: name))
        default: throw ControlError(.internal, "not a write")
        }
    }

    private func read(_ request: ControlRequest, _ answer: AnswerLine) async throws {
        try await driver.requireRegister()
        switch request {
        case .show(let id): try await answer.result(try await driver.show(id))
        case .list(let limit, let filters):
            let filter = try await driver.matches(filters)
            await driver.log(.list)
            try await records(try await driver.allRecords(), filter, limit: limit, answer)
        case .find(let text, let limit):
            let found = try await driver.found(text)
            await driver.log(.list)
            try await records(
                found, RecordFilter(), limit: limit, answer)
        case .history(let id):
            try await answer.rows(try await driver.history(id))
            try await answer.result(nil)
        case .conflicts:
            await driver.log(.list)
            try await answer.rows(try await driver.conflictRows())
            try await answer.result(nil)
        case .fingerprint: try await answer.result(try await driver.fingerprintReport())
        default: throw ControlError(.internal, "not a read")
        }
    }

    /// Sends records a page at a time, so that the laptop goes on with its work in between.
    private func records(
        _ dots: [Dot], _ filter: RecordFilter, limit: Int?, _ answer: AnswerLine
    ) async throws {
        var left = limit ?? .max
        var index = 0
        while index < dots.count, left > 0, !answer.isClosed() {
            let page = dots[index..<min(index + 250, dots.count)]
            let views = try await driver.views(Array(page), filter, limit: left)
            left -= views.count
            try await answer.rows(views)
            index = page.endIndex
        }
        try await answer.result(nil)
    }

    private func file(_ request: ControlRequest, _ answer: AnswerLine) async throws {
        switch request {
        case .rosterImport(
            let path, let list, let key, let columns, let skipBad, let origin, let reading):
            try await importRoster(
                RosterOrder(
                    path: path, list: list, key: key, columns: columns, skipsBad: skipBad,
                    origin: origin, reading: reading ?? ListReading()), answer)
        case .rosterTick(let order):
            while try await driver.fillExchange() {}
            try await answer.result(try await driver.tick(order))
        case .rosterExport(let path, let order):
            try await answer.result(try await exportRoster(path, order ?? OutgoingOrder()))
        case .export(let order):
            await driver.log(.export)
            try await answer.result(try await driver.exportBundle(order))
        case .import(let paths, let preview, let salvage, let path, let skips):
            let bundles = try await take(
                Importing(paths: paths, preview: preview, salvage: salvage, skips: skips ?? false),
                answer)
            try await tellOfAnswer(to: bundles, preview: preview, path, answer)
        case .inspect(let path): try await inspect(path, answer)
        case .carry(let folder, let files, let delete):
            try await driver.requireRegisterOrRequest()
            var rows: [CarryRow] = []
            for file in files {
                rows.append(try await driver.carry(file: file, deletes: delete))
                try await answer.row(rows[rows.count - 1])
            }
            try await answer.result(try await driver.carryOn(in: folder, rows: rows))
        case .bundleKey(let secret):
            try await answer.result(try await driver.bundleKeyReport(secret: secret))
        case .whoLacks(let record, let since):
            try await answer.rows(try await driver.lackReports(record: record, since: since))
            try await answer.result(nil)
        case .backup(let path):
            await driver.log(.backup)
            try await answer.result(try await driver.backup(to: path))
        case .drill(let path, let passphrase):
            try await answer.result(try await drill(path, passphrase))
        default: throw ControlError(.internal, "not a file command")
        }
    }

    // MARK: - errors

    /// What to say of an error: its code, what is true now, what to do.
    static func controlError(_ error: any Error) -> ControlError {
        switch error {
        case let error as ControlError: error
        case let error as LaptopError: ControlError(error)
        case let error as StoreError: ControlError(error)
        case let error as UnlockError: ControlError(error)
        case let error as HomeError: ControlError(error)
        case is SealError:
            ControlError(
                .diskFailed,
                "a row of the register does not open: the disk gives back what was not written",
                hint: "save what can be read with `rollcall roster export`, then restore a backup")
        case let error as BundleError: ControlError(error)
        case let error as FormatError: ControlError(unreadable: error)
        default:
            ControlError(
                .internal, "the daemon met an error it has no name for: \(type(of: error))")
        }
    }
}
