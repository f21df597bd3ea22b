import RollcallControl
import RollcallTrust

/// What an operator must be allowed for a request, on a laptop where operators have accounts.
///
/// It stands beside the laptop's own role: what other laptops would not take from this one, no operator's role can give.
enum Permit: Comparable {
    /// Nothing of any record is told or changed.
    case nothing
    case reading
    case writing
    case administering

    init(for request: ControlRequest) {
        switch request {
        case .initRegister, .join, .requestToJoin, .status, .peers, .members, .connect, .disconnect,
            .waitUpToDate,
            .unlock, .lock, .panic, .passphrases, .fingerprint, .operators, .addOperator,
            .switchOperator, .leaveOperator, .recover, .open, .fields:
            // Two keys on paper are all that it takes to recover.
            self = .nothing
        case .show, .list, .find, .history, .conflicts, .erasures, .retention, .due, .holds,
            .quarantine, .quarantineShow, .inspect, .custody, .whoLacks, .lists,
            .tally, .discrepancies, .people, .printed, .photos, .photoContent,
            .enquiries, .enquiry:
            self = .reading
        case .add, .set, .unset, .verify, .unverify, .remove, .restore, .resolve, .rosterImport,
            .rosterExport, .rosterTick, .link, .listFile, .addStage, .closeStage, .reopenStage,
            .countHeads, .settle, .withdrawList, .setExchange, .slip, .addPhoto, .savePhoto,
            .detachPhoto,
            .export, .import, .carry,
            .backup, .drill, .bundleKey(false), .addEnquiry, .match, .notified:
            self = .writing
        case .invite, .confirm, .readRequest, .admit, .revoke, .giveRole, .judge, .erase,
            .setRetention, .hold,
            .changePassphrase, .removeOperator, .makeRecoveryKeys, .bundleKey(true):
            self = .administering
        }
    }

    /// The most that a role may.
    init(of role: Role) {
        switch role {
        case .administrator: self = .administering
        case .operator, .medic: self = .writing
        case .observer: self = .reading
        }
    }

    var sentence: String {
        switch self {
        case .nothing: "look at how things stand"
        case .reading: "read"
        case .writing: "write, import and export"
        case .administering: "decide who is in the register and what is kept"
        }
    }
}

extension Driver {
    /// Refuses what whoever is at the keyboard may not do; on a laptop without accounts nothing.
    func permit(_ request: ControlRequest) throws {
        let needed = Permit(for: request)
        guard needed > .nothing, try !accounts().isEmpty else { return }
        guard let account = try currentAccount() else {
            throw ControlError(
                .notAllowed, "nobody is at the keyboard of this laptop",
                hint: "`rollcall switch NAME`; `rollcall operators` lists the names")
        }
        let given = Permit(of: account.role)
        guard needed <= given else {
            let role = Self.roleName(account.role.rawValue)
            throw ControlError(
                .notAllowed, "\(account.name) is here as \(role), and may not do this",
                hint: "it takes somebody who may \(needed.sentence): `rollcall switch NAME`")
        }
    }
}
