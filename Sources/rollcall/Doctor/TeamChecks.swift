import Foundation
import RollcallControl

/// What only the daemon knows, of this laptop and of others.
extension Examined {
    static let offsetSecondsMax = 60

    var clock: CheckReport {
        let check = "clock"
        let offsets = (status?.peers ?? []).compactMap { peer in
            peer.clockOffsetMilliseconds.map { (name: peer.name ?? peer.node, seconds: $0 / 1_000) }
        }
        let far = offsets.filter { abs($0.seconds) > Self.offsetSecondsMax }
        guard far.isEmpty else {
            return CheckReport(
                check, .act, DoctorSentences.clockDiffers(far),
                advice: DoctorSentences.setClock)
        }
        let seen = DoctorSentences.clocksAgree(offsets.count)
        switch machine.isClockSynchronised() {
        case true: return CheckReport(check, .good, DoctorSentences.synchronised(seen))
        // A field team may have nobody to set its clocks by; that they agree is what counts.
        case false where !offsets.isEmpty:
            return CheckReport(check, .good, DoctorSentences.unsynchronised(seen))
        case false:
            return CheckReport(
                check, .act, DoctorSentences.unsynchronised(seen),
                advice: DoctorSentences.setClock)
        case nil: return CheckReport(check, .unseen, DoctorSentences.noClock(seen))
        }
    }

    /// Whether others take this laptop for one of theirs.
    var admission: CheckReport {
        let check = "admission"
        guard case .open(let status, _) = daemon else {
            return CheckReport(check, .unseen, silence)
        }
        if let request = status.request {
            return CheckReport(
                check, .act, DoctorSentences.requestIsOut(request),
                advice: DoctorSentences.bringRequest)
        }
        guard status.register != nil else {
            return CheckReport(check, .unseen, DoctorSentences.nothingKept)
        }
        guard status.takenOut == nil else {
            return CheckReport(
                check, .act, DoctorSentences.takenOut, advice: DoctorSentences.seeStatus)
        }
        guard status.admitted != false else {
            return CheckReport(
                check, .act, DoctorSentences.notAdmitted,
                advice: DoctorSentences.meetInviter)
        }
        return CheckReport(check, .good, DoctorSentences.isAdmitted)
    }

    static let absentDaysMax = 30

    var administrators: CheckReport {
        let check = "administrators"
        guard case .open(let status, let members) = daemon else {
            return CheckReport(check, .unseen, silence)
        }
        guard status.register != nil else {
            return CheckReport(check, .unseen, DoctorSentences.nothingKept)
        }
        let able = members.filter { $0.role == "administrator" && $0.revokedFor.isEmpty }
        guard able.count > 1 else {
            return CheckReport(
                check, .act, DoctorSentences.oneAdministrator,
                advice: DoctorSentences.secondAdministrator)
        }
        let lately = able.filter { $0.isThis || wasHeardLately($0.node, status) }.count
        guard lately > 1 else {
            return CheckReport(
                check, .act, DoctorSentences.administrators(able.count, lately),
                advice: DoctorSentences.meetAdministrator)
        }
        return CheckReport(check, .good, DoctorSentences.administrators(able.count, lately))
    }

    private func wasHeardLately(_ node: String, _ status: StatusReport) -> Bool {
        guard let peer = status.peers.first(where: { $0.node == node }) else { return false }
        guard !peer.connected, let heard = peer.lastHeard else { return peer.connected }
        guard let date = UTCTime.date(heard) else { return false }
        return machine.now.timeIntervalSince(date) < Double(Self.absentDaysMax * 86_400)
    }

    var recoveryKeys: CheckReport {
        let check = "recovery keys"
        guard case .open(let status, let members) = daemon else {
            return CheckReport(check, .unseen, silence)
        }
        guard status.register != nil else {
            return CheckReport(check, .unseen, DoctorSentences.nothingKept)
        }
        guard !status.recoveryKeys.isEmpty else {
            return CheckReport(
                check, .act, DoctorSentences.noRecoveryKeys,
                advice: DoctorSentences.makeRecoveryKeys)
        }
        let out = Set(members.filter { !$0.revokedFor.isEmpty }.map(\.node))
        guard !status.recoveryKeys.contains(where: { out.contains($0.node) }) else {
            return CheckReport(
                check, .act, DoctorSentences.recoveryKeysOfTakenOut,
                advice: DoctorSentences.makeRecoveryKeysAnew)
        }
        guard status.recoveryKeys.count == 1 else {
            return CheckReport(
                check, .act, DoctorSentences.recoveryKeysApart(status.recoveryKeys.count),
                advice: DoctorSentences.makeRecoveryKeysAnew)
        }
        return CheckReport(check, .good, DoctorSentences.hasRecoveryKeys)
    }

    var versions: CheckReport {
        // No message says which program a peer runs, and no request which one the daemon is.
        CheckReport("versions", .good, DoctorSentences.versions)
    }
}
