import Foundation
import RollcallCore
import RollcallTrust
import RollcallWire
import Testing

/// The program's numbers and names are those of the specification.
@Suite struct SpecificationTests {
    struct Row {
        var kind: String
        var name: String
        var value: String
    }

    static func rows() throws -> [Row] {
        try ProtocolFolder.text("numbers.csv").split(separator: "\n").dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(
                String.init)
            return Row(kind: cells[0], name: cells[1], value: cells[2])
        }
    }

    static func table(_ kind: String) throws -> [String: Int] {
        let rows = try rows().filter { $0.kind == kind }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.name, Int($0.value) ?? -1) })
    }

    private static func named<Value: RawRepresentable>(_ values: [Value]) -> [String: Int]
    where Value.RawValue: BinaryInteger {
        Dictionary(
            uniqueKeysWithValues: values.map {
                (FrameDecoders.snakeCase("\($0)"), Int($0.rawValue))
            })
    }

    @Test func `enumerations have the numbers of the table`() throws {
        #expect(try Self.table("lane") == Self.named(Lane.allCases))
        #expect(try Self.table("field_kind") == Self.named(FieldKind.allCases))
        #expect(try Self.table("frame") == Self.named(FrameType.allCases))
        #expect(try Self.table("bye") == Self.named(Bye.Reason.allCases))
        #expect(try Self.table("state") == Self.named(ValueState.allCases))
        #expect(try Self.table("role") == Self.named(Role.allCases))
        #expect(try Self.table("verdict") == Self.named(AdoptEntry.Verdict.allCases))
        #expect(try Self.table("act") == Self.named(CustodyAct.allCases))
        #expect(try Self.table("hold_verdict") == Self.named(HoldEntry.Verdict.allCases))
        #expect(try Self.table("recovery") == Self.named(RecoveryEntry.What.allCases))
        for state in ValueState.allCases {
            #expect(state.name == FrameDecoders.snakeCase("\(state)"))
        }
    }

    @Test func `change kinds, flags and fields have the numbers of the table`() throws {
        let kinds = [
            "member": ChangeKind.member, "role": ChangeKind.role, "revoke": ChangeKind.revoke,
            "close": ChangeKind.close, "erase": ChangeKind.erase, "adopt": ChangeKind.adopt,
            "operator": ChangeKind.operator, "retention": ChangeKind.retention,
            "recovery": ChangeKind.recovery, "hold": ChangeKind.hold, "key": ChangeKind.key,
            "class_key": ChangeKind.classKey,
            "custody": ChangeKind.custody, "edit": ChangeKind.edit,
        ]
        #expect(try Self.table("change_kind") == kinds.mapValues { Int($0) })
        #expect(
            try Self.table("flag") == [
                "compressed": Int(Frame.compressedFlag), "dictionary": Int(Frame.dictionaryFlag),
            ])
        #expect(
            try Self.table("seal") == [
                "none": Int(BundleFile.nullSeal), "request": Int(BundleFile.request),
            ])
        #expect(try Self.table("capability") == ["compression_off": Int(Hello.compressionOff)])
        let fields = try Self.table("field")
        #expect(fields["entry"] == Int(FieldNumber.entry.rawValue))
        #expect(fields["removed"] == Int(FieldNumber.removed.rawValue))
    }

    @Test func `forms, head items and marks are written by the numbers of the table`() throws {
        func form(_ content: Content) throws -> Int {
            let body = Body(content, source: "s", reason: "r").encoded()
            let (head, _) = try Body.valueStart(body, 0..<body.count)
            #expect(
                Array(body[head].dropFirst()) == [1, 1, UInt8(ascii: "s"), 2, 1, UInt8(ascii: "r")])
            return Int(body[head.lowerBound])
        }
        var replica = ByteReader([UInt8](repeating: 1, count: 41))
        let dot = NamedDot(replica: try ReplicaID(from: &replica, "replica"), counter: 1)
        let forms = [
            "text": try form(.text("x")), "state": try form(.state(.unknown)),
            "removal": try form(.removal), "event": try form(.event(stage: "gate", time: 0)),
            "entry": try form(.entry([])),
            "mark": try form(.mark(Mark(isRemoved: true, shown: []))),
            "sealed": try form(
                .sealed(
                    SealedBytes(
                        keyID: 0, check: [UInt8](repeating: 0, count: SealedBytes.checkBytes),
                        bytes: [UInt8](repeating: 0, count: SealedBytes.blockBytes)))),
            "record": try form(.record(dot)),
            "verification": try form(
                .verification(
                    Verification(
                        outcome: .confirmed, field: .removed, station: "", checked: [dot]))),
        ]
        #expect(
            try Self.table("verification_outcome") == Self.named(Verification.Outcome.allCases))
        #expect(try Self.table("form") == forms)
        #expect(try Self.table("head_item") == ["source": 1, "reason": 2, "sealed": 3])
        let marks = [true, false].map { Body(.mark(Mark(isRemoved: $0, shown: []))).encoded()[2] }
        #expect(try Self.table("mark") == ["removed": Int(marks[0]), "restored": Int(marks[1])])
    }

    @Test func `limits have the numbers of the table`() throws {
        let limits = [
            "version": Int(Limits.version), "frame_bytes_min": Limits.frameBytesMin,
            "frame_bytes_max": Limits.frameBytesMax, "inflated_bytes_max": Limits.inflatedBytesMax,
            "window_bytes_min": Limits.windowBytesMin, "window_bytes": Limits.windowBytes,
            "counter_max": Int(Limits.counterMax), "value_bytes_max": Limits.valueBytesMax,
            "body_bytes_max": Limits.bodyBytesMax, "change_bytes_max": Limits.changeBytesMax,
            "writes_per_change_max": Limits.writesPerChangeMax,
            "names_per_change_max": Limits.namesPerChangeMax,
            "changes_per_segment_max": Limits.changesPerSegmentMax,
            "segment_bytes_max": Limits.segmentBytesMax,
            "segment_bytes_taken_max": Limits.segmentBytesTakenMax,
            "changes_per_block": Int(Limits.changesPerBlock),
            "changes_per_message_max": Limits.changesPerMessageMax,
            "body_bytes_per_message_max": Limits.bodyBytesPerMessageMax,
            "replicas_per_message_max": Limits.replicasPerMessageMax,
            "writes_per_message_max": Limits.writesPerMessageMax,
            "names_per_message_max": Limits.namesPerMessageMax,
            "have_entries_max": Limits.haveEntriesMax,
            "admission_bytes_max": Limits.admissionBytesMax,
            "admission_messages_max": Limits.admissionMessagesMax,
            "bye_text_bytes_max": Limits.byeTextBytesMax,
            "address_text_bytes_max": Limits.addressTextBytesMax,
            "addresses_max": Limits.addressesMax,
            "addresses_per_node_max": Limits.addressesPerNodeMax,
            "earlier_nonces_max": Limits.earlierNoncesMax, "sift_list_max": Limits.siftListMax,
            "trace_points_max": Limits.tracePointsMax, "traces_max": Limits.tracesMax,
            "branches_max": Limits.branchesMax,
            "sift_ranges_max": Limits.siftRangesMax, "sift_answers_max": Limits.siftAnswersMax,
            "held_runs_max": Limits.heldRunsMax, "held_bytes_max": Limits.heldBytesMax,
            "value_dictionary_max": Limits.valueDictionaryMax,
            "title_bytes_max": Limits.titleBytesMax, "name_bytes_max": Limits.nameBytesMax,
            "reason_bytes_max": Limits.reasonBytesMax, "cuts_max": Limits.cutsMax,
            "adopted_runs_max": Limits.adoptedRunsMax,
            "class_key_wraps_max": Limits.classKeyWrapsMax,
            "station_bytes_max": Verification.stationBytesMax, "end_day_max": Int(Limits.endDayMax),
            "members_max": Limits.membersMax,
            "membership_entries_max": Limits.membershipEntriesMax,
            "join_failures_max": Limits.joinFailuresMax,
            "slow_link_message_bytes": Limits.slowLinkMessageBytes,
            "admission_seconds": Limits.admissionSeconds,
            "handshake_seconds": Limits.handshakeSeconds, "ping_seconds": Limits.pingSeconds,
            "idle_seconds": Limits.idleSeconds, "backoff_seconds_max": Limits.backoffSecondsMax,
            "taken_out_seconds": Limits.takenOutSeconds,
            "unauthenticated_max": Limits.unauthenticatedMax,
            "unauthenticated_per_address_max": Limits.unauthenticatedPerAddressMax,
        ]
        #expect(try Self.table("limit") == limits)
    }

    @Test func `weak keys are those of the table, and verify nothing`() throws {
        let rows = try Self.rows().filter { $0.kind == "weak_key" }
        let keys = rows.compactMap { Hex.bytes($0.value) }
        #expect(keys.count == rows.count)
        #expect(Set(keys) == SmallOrderKeys.all)
        for key in keys {
            let node = try #require(NodeID(key))
            #expect(node.isWeak)
            #expect(!node.verifies([UInt8](repeating: 0, count: 64), of: []))
        }
    }

    @Test func `weak bundle keys are those of the table`() throws {
        let rows = try Self.rows().filter { $0.kind == "weak_bundle_key" }
        #expect(Set(rows.compactMap { Hex.bytes($0.value) }) == BundleKey.ofSmallOrder)
        #expect(rows.count == BundleKey.ofSmallOrder.count)
        #expect(BundleKey.ofSmallOrder.allSatisfy(BundleKey.isWeak))
    }

    /// Kinds that other modules' tests compare: extras with what synchronising writes, fields with the
    /// schema of rosters, exits and errors with the command.
    @Test func `every kind of the table is compared here or elsewhere`() throws {
        let here: Set = [
            "lane", "field_kind", "change_kind", "head_item", "form", "verification_outcome",
            "state", "mark", "role",
            "verdict", "hold_verdict", "recovery", "act", "flag", "frame", "seal", "capability",
            "bye",
            "limit",
            "weak_key",
            "weak_bundle_key",
        ]
        #expect(
            Set(try Self.rows().map(\.kind)) == here.union(["extra", "field", "exit", "error"]))
    }

    @Test func `every refusal stands in the specification by its name`() throws {
        let words = try ProtocolFolder.text("rollcall-1.md").split(whereSeparator: \.isWhitespace)
        let specification = words.joined(separator: " ")
        for refusal in Refusal.allCases {
            #expect(specification.contains("*\(refusal.rawValue)*"), "\(refusal)")
        }
    }

    @Test func `every rule that a vector cites is in the specification`() throws {
        let lines = try ProtocolFolder.text("rollcall-1.md").split(separator: "\n")
        let defined = Set(
            lines.filter { $0.hasPrefix("- **R-") }.map { line in
                String(
                    line.dropFirst(4).prefix { $0.isNumber || $0 == "." || $0 == "-" || $0 == "R" })
            })
        #expect(defined.count > 60)
        for vector in ProtocolFolder.vectors {
            #expect(
                !vector.rules.isEmpty && Set(vector.rules).isSubset(of: defined), "\(vector.path)")
        }
    }

    @Test func `the dictionary and the words are those beside the specification`() throws {
        #expect(try ProtocolFolder.bytes("dictionary-1.bin") == PresetDictionary.bytes)
        #expect(PresetDictionary.bytes.count <= 32_768)
        let words = try ProtocolFolder.text("words.txt").split(separator: "\n").map(String.init)
        #expect(words.count == 256)
        #expect(Set(words).count == 256)
        #expect(words == JoinWords.all)
    }
}
