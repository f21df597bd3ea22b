import RollcallControl
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// Who is at the keyboard: accounts of this laptop, and whose acts are whose.
extension Driver {
    // MARK: - whose act it is

    func accounts() throws -> OperatorAccounts {
        try store.meta(OperatorAccounts.metaKey).map { try OperatorAccounts($0) }
            ?? OperatorAccounts()
    }

    private func keep(_ accounts: OperatorAccounts) throws {
        try act { _, _, output in
            output.commit.append(.meta(OperatorAccounts.metaKey, accounts.encoded()))
        }
    }

    /// The account of whoever is at the keyboard.
    func currentAccount() throws -> OperatorAccounts.Account? {
        guard let currentOperator else { return nil }
        return try accounts()[currentOperator]
    }

    /// Whose entries of the control lane these are.
    func actingOperator() throws -> Dot? { try currentAccount()?.entry }

    /// The operator's dot for an act: whoever is at the keyboard; on a laptop without accounts the one named, else the one who
    /// founded or joined.
    func operatorDot(_ name: String?) throws -> Dot? {
        guard try accounts().isEmpty else { return try accountDot(name) }
        guard let name else { return try laptop.defaultOperator(store) }
        guard !name.isEmpty, name.utf8.count <= 256 else {
            throw ControlError(.badValue, "an operator's name has 1 to 256 bytes")
        }
        return try act { laptop, store, output in
            try laptop.operatorDot(named: name, store, &output)
        }
    }

    private func accountDot(_ name: String?) throws -> Dot? {
        let current = try currentAccount()
        guard name == nil || name == current?.name else {
            throw ControlError(
                .notAllowed,
                "operators have accounts on this laptop, and nobody writes for another",
                hint: "`rollcall switch NAME`")
        }
        return current?.entry
    }

    // MARK: - accounts

    func operatorReports() throws -> [OperatorReport] {
        guard let membership = laptop.membership else { throw LaptopError.noRegister }
        let accounts = try accounts()
        let current = try currentAccount()?.name
        return Dictionary(grouping: membership.operators, by: \.value.name).map { name, entries in
            let roles = accounts[name].map { [$0.role] } ?? entries.compactMap(\.value.role)
            return OperatorReport(
                name: name,
                roles: Set(roles).sorted { $0.rawValue < $1.rawValue }
                    .map { Self.roleName($0.rawValue) },
                nodes: Set(entries.map { laptop.heads.table[$0.key.replica].node.text }).sorted(),
                hasPIN: accounts[name] != nil, isCurrent: name == current)
        }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Whether somebody may make an account now: an administrator, or whoever can unlock the laptop; anybody the first one.
    func judgeAdding(role: Role, passphrase: String?) throws {
        try requireRegister()
        guard try !accounts().isEmpty else {
            guard role == .administrator else {
                throw ControlError(
                    .notAllowed, "the first account of a laptop is an administrator's",
                    hint: "else nobody could make another: give `--role administrator`")
            }
            return
        }
        if try currentAccount()?.role == .administrator { return }
        guard let passphrase, hasPassphrase else {
            throw ControlError(
                .notAllowed, "accounts are made by an administrator at the keyboard",
                hint: "`rollcall switch NAME`, or show the laptop's passphrase with "
                    + "`--passphrase-file`")
        }
        try checkPassphrase(passphrase)
    }

    /// Makes an account, or gives the one of this name another PIN and role.
    func addOperator(_ name: String, _ role: Role, _ verifier: PINVerifier) throws
        -> OperatorReport
    {
        let name = try Self.name(name, "operator")
        var accounts = try accounts()
        let now = moment
        try act { laptop, store, output in
            let known = accounts[name].flatMap { $0.role == role ? $0.entry : nil }
            let entry = try known ?? laptop.enterOperator(name, role, now, store, &output)
            accounts.put(.init(name: name, entry: entry, role: role, verifier: verifier))
            output.commit.append(.meta(OperatorAccounts.metaKey, accounts.encoded()))
        }
        return try operatorReports().first { $0.name == name }
            ?? OperatorReport(name: name, roles: [], nodes: [], hasPIN: true, isCurrent: false)
    }

    /// Takes a person's PIN away from this laptop; what they did stays theirs.
    func removeOperator(_ name: String) throws {
        var accounts = try accounts()
        guard let account = accounts[name] else { throw Self.noSuchAccount }
        let administrators = accounts.accounts.filter { $0.role == .administrator }
        guard administrators.map(\.name) != [name] || accounts.accounts.count == 1 else {
            throw ControlError(
                .notAllowed, "the last administrator of this laptop stays",
                hint: "make another with `rollcall operators add NAME --role administrator`")
        }
        if currentOperator == account.name { leave() }
        accounts.remove(name)
        try keep(accounts)
    }

    // MARK: - switching

    private static var noSuchAccount: ControlError {
        ControlError(
            .noSuchOperator, "nobody of this name has a PIN on this laptop",
            hint: "`rollcall operators` lists who has; PINs are set anew on each laptop")
    }

    /// Counts a try before it is judged, so that nobody gets one for nothing.
    func beginTry(_ name: String) throws -> PINVerifier {
        try requireRegister()
        var accounts = try accounts()
        guard let account = accounts[name] else { throw Self.noSuchAccount }
        let now = moment.wallClock
        let seconds = OperatorAccounts.secondsToWait(account, at: now)
        guard seconds == 0 else {
            throw ControlError(
                .pinWait,
                "\(account.wrongTries) PINs were wrong: the next may be tried in \(seconds) s",
                hint: "an administrator can set a new one with `rollcall operators add`")
        }
        accounts.noteTry(name, at: now)
        try keep(accounts)
        return account.verifier
    }

    /// Ends a try: whoever gave the right PIN is at the keyboard from now on.
    func endTry(_ name: String, _ verifier: PINVerifier, isRight: Bool) throws -> SwitchReport {
        var accounts = try accounts()
        // Meanwhile an administrator may have set another.
        guard let account = accounts[name], account.verifier == verifier else {
            throw Self.noSuchAccount
        }
        guard isRight else {
            let seconds = OperatorAccounts.secondsToWait(account, at: moment.wallClock)
            let left = OperatorAccounts.triesBeforeWait - account.wrongTries
            throw ControlError(
                .wrongPIN, "the PIN is wrong",
                hint: seconds > 0
                    ? "the next may be tried in \(seconds) s"
                    : "\(left) more wrong ones, and the next has to wait")
        }
        accounts.noteRight(name)
        try keep(accounts)
        currentOperator = name
        log(.switch)
        return SwitchReport(operator: name, role: Self.roleName(account.role.rawValue))
    }

    /// From now on nobody is at the keyboard.
    @discardableResult
    func leave() -> SwitchReport {
        if currentOperator != nil { log(.leave) }
        currentOperator = nil
        return SwitchReport(operator: nil, role: nil)
    }
}

/// PINs are judged apart from the driver, which goes on with its work meanwhile.
extension Desk {
    func addOperator(
        _ name: String, role: String, pin text: String, passphrase: String?
    ) async throws -> OperatorReport {
        let role = try Driver.role(role)
        let pin = try Self.pin(text)
        try await driver.judgeAdding(role: role, passphrase: passphrase)
        let verifier = try Driver.unlocking {
            var chance = SystemRandomNumberGenerator()
            return try PINVerifier(pin, &chance)
        }
        return try await driver.addOperator(name, role, verifier)
    }

    func switchOperator(to name: String, pin text: String) async throws -> SwitchReport {
        let pin = try Self.pin(text)
        let verifier = try await driver.beginTry(name)
        let isRight = try Driver.unlocking { try verifier.verifies(pin) }
        return try await driver.endTry(name, verifier, isRight: isRight)
    }

    private static func pin(_ text: String) throws -> PIN {
        guard let pin = PIN(text) else {
            throw ControlError(
                .badValue, "a PIN has \(PIN.digitsMin) to \(PIN.digitsMax) digits")
        }
        return pin
    }
}
