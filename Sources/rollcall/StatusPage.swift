import RollcallControl

/// What `status` and `peers` look like to a person.
enum StatusPage {
    static func text(of status: StatusReport) -> String {
        var lines = [Sentences.whoWeAre(status)]
        if let register = status.registerGrouped { lines.append("register \(shown(register))") }
        if let request = status.request { lines.append(Sentences.requestIsOut(request)) }
        if status.admitted == false { lines.append(Sentences.nobodyLetIn) }
        if let takenOut = status.takenOut { lines.append(Sentences.takenOut(takenOut)) }
        if status.register != nil {
            lines.append(Sentences.counts(of: status))
        }
        if !status.recoveryKeys.isEmpty {
            lines.append(Sentences.recoveryKeysHold(status.recoveryKeys, NodeNames(status)))
        } else if status.register != nil {
            lines.append(Sentences.noRecoveryKeysYet)
        }
        if let address = status.listening {
            lines.append("listening on \(shown(address)), asked at \(shown(status.socket))")
        } else {
            lines.append("asked at \(shown(status.socket))")
        }
        if status.protection == "none" { lines.append(Sentences.noPassphraseWarning) }
        for node in status.writtenTwice { lines.append(Sentences.writtenTwice(node)) }
        if status.failedJoins > 0 { lines.append(Sentences.joinsFailed(status.failedJoins)) }
        if let fingerprint = status.fingerprint {
            lines.append("fingerprint \(shown(fingerprint))")
        }
        if !status.peers.isEmpty {
            lines += ["", Sentences.howManyAreUpToDate(status.peers), shortTable(of: status.peers)]
            lines += status.peers.compactMap(Sentences.clockOff)
        }
        if !status.joining.isEmpty {
            lines += [""] + status.joining.map(Sentences.asksToJoin)
            lines.append(Sentences.confirmHint)
        }
        return lines.joined(separator: "\n")
    }

    /// As much as fits a narrow terminal; `rollcall peers` has the rest.
    static func shortTable(of peers: [PeerReport]) -> String {
        var table = Table(["peer", "has", "heard", "on the way since"])
        for peer in peers {
            table.add([
                peer.name ?? String(peer.node.prefix(6)), has(peer), heard(peer), onTheWay(peer),
            ])
        }
        return table.text
    }

    private static func has(_ peer: PeerReport) -> String {
        guard let lack = peer.theyLack else { return "?" }
        guard peer.connected || peer.acknowledgedAt != nil else { return "not known" }
        return lack == 0 ? "all" : "all but \(counted(lack))"
    }

    private static func heard(_ peer: PeerReport) -> String {
        if peer.connected {
            let toCome = peer.weLack ?? 0
            return toCome == 0 ? "connected" : "connected, \(counted(toCome)) to come"
        }
        if peer.saysTakenOut { return Sentences.refusesThis }
        if peer.via == .bundle, let time = peer.acknowledgedAt {
            return "\(Sentences.minute(time)) by stick"
        }
        return peer.lastHeard.map(Sentences.minute) ?? "never"
    }

    private static func onTheWay(_ peer: PeerReport) -> String {
        peer.onTheWaySince.map { "\(Sentences.minute($0)): \(counted(peer.onTheWay))" } ?? ""
    }

    static func table(of peers: [PeerReport]) -> String {
        var table = Table([
            "peer", "node", "link", "up to date", "they lack", "we lack", "last heard",
            "acknowledged", "on the way since", "clock", "addresses",
        ])
        for peer in peers {
            table.add([
                peer.name ?? "-", String(peer.node.prefix(6)),
                peer.connected ? "connected" : peer.saysTakenOut ? Sentences.refusesThis : "-",
                peer.upToDate.map { $0 ? "yes" : "no" } ?? "?",
                peer.theyLack.map { counted($0) } ?? "?", peer.weLack.map { counted($0) } ?? "?",
                peer.lastHeard.map(Sentences.time) ?? "never",
                acknowledged(peer), onTheWay(peer),
                peer.clockOffsetMilliseconds.map(Sentences.clockOffset) ?? "?",
                peer.addresses.joined(separator: " "),
            ])
        }
        return table.text
    }

    private static func acknowledged(_ peer: PeerReport) -> String {
        guard let time = peer.acknowledgedAt else { return "never" }
        return Sentences.time(time) + (peer.via == .bundle ? " by bundle" : "")
    }
}
