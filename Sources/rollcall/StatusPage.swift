import RollcallControl

/// What `status` and `peers` look like to a person.
enum StatusPage {
    static func text(of status: StatusReport) -> String {
        var lines = [Sentences.whoWeAre(status)]
        if let register = status.registerGrouped { lines.append("register \(shown(register))") }
        if let request = status.request { lines.append(Sentences.requestIsOut(request)) }
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
            lines += ["", Sentences.howManyAreUpToDate(status.peers), table(of: status.peers)]
        }
        if !status.joining.isEmpty {
            lines += [""] + status.joining.map(Sentences.asksToJoin)
            lines.append(Sentences.confirmHint)
        }
        return lines.joined(separator: "\n")
    }

    static func table(of peers: [PeerReport]) -> String {
        var table = Table([
            "peer", "node", "link", "up to date", "they lack", "we lack", "last heard",
            "acknowledged", "clock", "addresses",
        ])
        for peer in peers {
            table.add([
                peer.name ?? "-", String(peer.node.prefix(6)),
                peer.connected ? "connected" : peer.saysTakenOut ? Sentences.refusesThis : "-",
                peer.upToDate.map { $0 ? "yes" : "no" } ?? "?",
                peer.theyLack.map { counted($0) } ?? "?", peer.weLack.map { counted($0) } ?? "?",
                peer.lastHeard.map(Sentences.time) ?? "never",
                acknowledged(peer),
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
