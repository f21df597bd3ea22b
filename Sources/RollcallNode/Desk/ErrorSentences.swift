import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync

extension ControlError {
    init(_ error: LaptopError) {
        switch error {
        case .noRegister:
            self.init(
                .noRegister, "this laptop has no register yet",
                hint: "found one with `rollcall init`, or join one with `rollcall join`")
        case .registerExists: self.init(.registerExists, "this laptop is in a register already")
        case .revoked:
            self.init(
                .notAllowed, "this laptop was taken out of the register",
                hint: "what it holds can be read; to write again, join as a new laptop")
        case .tooManyEntries:
            self.init(
                .tooManyMembers, "the register can take no more changes of members and roles",
                hint: "laptops can be taken out still")
        case .noSuchMember:
            self.init(
                .noSuchNode, "this laptop is no member, or was taken out already",
                hint: "`rollcall members` lists them")
        case .notAllowed: self.init(.notAllowed, "this laptop's role may not do that")
        case .tooManyMembers:
            self.init(.tooManyMembers, "the register has 64 laptops, the most it can have")
        case .invitationOpen: self.init(.inviteOpen, "an invitation is open already")
        case .notAdmitted(let refusal): self.init(refusal)
        case .noAdmission(let fault): self.init(fault)
        case .noAddress:
            self.init(
                .unreachable, "no address of that laptop is known here",
                hint: "give it: `rollcall connect HOST:PORT`; `rollcall status` there says "
                    + "where it listens")
        case .noSuchNewcomer:
            self.init(
                .noSuchNewcomer, "nobody with these words waits to be admitted",
                hint: "`rollcall status` lists who waits")
        case .noSuchRecord: self.init(.noSuchRecord, "no such record")
        case .recordRemoved:
            self.init(
                .recordRemoved, "the record was removed",
                hint: "take it back with `rollcall restore`")
        case .notRemoved: self.init(.notRemoved, "the record is not removed")
        case .contextRequired(let field):
            self.init(
                .contextRequired, "\(FieldSchema.name(of: field)) has several unlike values",
                hint: "settle it with `rollcall resolve`, or say with --seen which dots you saw")
        case .badDot, .notQuarantined, .notAdoptable: self.init(dot: error)
        case .nothingToRemove(let field):
            self.init(.nothingToRemove, "\(FieldSchema.name(of: field)) does not hold this value")
        case .wrongKind(let field):
            self.init(.wrongKind, "\(FieldSchema.name(of: field)) is not a field of this kind")
        case .sealedHere(let field): self.init(sealed: field)
        case .underHold(_, let reasons): self.init(underHold: "a record", reasons: reasons)
        case .noHold: self = .nothingLifted
        case .recovery(let refusal): self.init(refusal)
        case .changeTooLong: self.init(.valueTooLong, "the change is larger than 256 KiB")
        case .writtenTwice:
            self.init(
                .internal, "a record would have been written twice in one step; nothing was",
                hint: "do one thing after the other, and tell whoever looks after the program")
        case .storeIncomplete:
            self.init(
                .internal, "the register on disk lacks something it must have",
                hint: "make a backup of the home, then join again as a new laptop")
        }
    }

    /// A field that this laptop can neither read nor write.
    private init(sealed field: FieldNumber) {
        self.init(
            .notAllowed,
            "this laptop has no key for \(FieldSchema.name(of: field)), which not every role may "
                + "read; nothing was written",
            hint: "if its role may (`rollcall members`), connect it to an administrator's laptop, "
                + "which gives it the key")
    }

    /// What is wrong with a dot that somebody gave.
    private init(dot error: LaptopError) {
        switch error {
        case .notQuarantined:
            self.init(
                .badDot, "a dot given is not in quarantine",
                hint: "`rollcall quarantine --all` lists what is")
        case .notAdoptable:
            self.init(
                .badDot, "what an administrator wrote twice under one number cannot be adopted",
                hint: "say it again from this laptop: let in, give a role, take out")
        default:
            self.init(
                .badDot, "a dot given is no write of this field",
                hint: "`rollcall show` and `rollcall history` print the dots")
        }
    }

    private static let nothingLifted = ControlError(
        .noHold, "there is no hold of its own on it; nothing was lifted",
        hint: "a hold on the whole register is lifted with `rollcall hold --all --lift`")

    init(underHold record: String, reasons: [String]) {
        self.init(
            .underHold,
            "\(record) is under hold; nothing was erased: \(reasons.joined(separator: "; "))",
            hint: "`rollcall holds` says whose; `rollcall hold --lift` ends one")
    }

    init(_ error: StoreError) {
        switch error {
        case .diskFull:
            self.init(
                .diskFull, "the disk is full; nothing was changed",
                hint: "make room; reading goes on")
        case .ioFailure, .damaged:
            self.init(
                .diskFailed, "the disk failed: \(error.description)",
                hint: "nothing more is written until the daemon is started again; reading goes on")
        case .newerFile: self.init(.newerFile, error.description)
        case .fileExists: self.init(.fileExists, "the file exists already")
        default: self.init(.internal, error.description)
        }
    }

    /// What others send and what is imported is refused where it is read; this is our own file.
    init(unreadable error: FormatError) {
        self.init(
            .internal,
            "the register on disk has something that this program cannot read: \(error)",
            hint: "make a backup with `rollcall backup FILE` before you do anything else")
    }

    init(_ error: BundleError) {
        switch error {
        case .tooManyHeld:
            self.init(
                .badBundle, "too many changes wait here for others that come before them",
                hint: "import first what comes before: `rollcall status` says how many wait")
        case .otherRegister: self.init(.otherRegister, "the bundle is of another register")
        case .unknownSource:
            self.init(
                .badBundle, "the bundle's source is no member of this register",
                hint: "import first the bundle of a laptop that knows it")
        case .invalidSegment:
            self.init(.badBundle, "changes in the bundle do not verify; nothing was applied")
        }
    }
}
