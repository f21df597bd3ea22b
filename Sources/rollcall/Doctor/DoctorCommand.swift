import ArgumentParser
import Foundation
import RollcallControl

/// Looks at this laptop by itself: it is of most use where the daemon does not answer.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: DoctorSentences.abstract,
        discussion: DoctorSentences.discussion)

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let home = Home(option: shared.home)
        let examined = Examined(
            machine: Machine(), home: home.path, daemon: try Self.daemon(of: home))
        let console = Console(asJSON: shared.json)
        let reports = examined.reports
        if shared.json {
            for report in reports { try console.print(json: try ControlJSON.encode(report)) }
        } else {
            try console.print(Self.text(of: reports))
        }
        try console.flush()
        try Self.judge(reports)
    }

    static func text(of reports: [CheckReport]) -> String {
        var table = Table()
        for report in reports { table.add(DoctorSentences.line(report)) }
        return table.text
    }

    static func judge(_ reports: [CheckReport]) throws {
        let count = reports.count { $0.standing == .act }
        guard count > 0 else { return }
        throw ControlError(.toDo, DoctorSentences.toDo(count, of: reports.count))
    }

    private static func daemon(of home: Home) throws -> Examined.Daemon {
        do {
            guard let json = try ControlClient(home: home).send(.status()) else { return .stopped }
            let status = try ControlJSON.decode(StatusReport.self, from: json)
            return .open(status, members: status.register == nil ? [] : try members(of: home))
        } catch let error as ControlError where error.code == .locked {
            return .locked
        } catch let error as ControlError where error.code == .noDaemon {
            return .stopped
        }
    }

    private static func members(of home: Home) throws -> [MemberReport] {
        var members: [MemberReport] = []
        _ = try ControlClient(home: home).send(
            .members,
            onRow: { members.append(try ControlJSON.decode(MemberReport.self, from: $0)) })
        return members
    }
}
