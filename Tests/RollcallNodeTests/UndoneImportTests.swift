import Foundation
import RollcallControl
import Testing

@Suite(.timeLimit(.minutes(1))) struct UndoneImportTests {
    @Test
    func `an import that is undone, the first that a laptop wrote, leaves nothing to look for`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let path = "\(gate.scratch.path)/list.csv"
        try Data("surname,arrival\nКоваль,1\nБойко,1@noon\n".utf8).write(to: URL(filePath: path))
        let order = ControlRequest.rosterImport(
            path: path, list: nil, key: nil, columns: [], skipBad: false)
        #expect(try await gate.error(of: order)?.code == .rowsFailed)
        #expect(try await gate.rows(.find(text: "Коваль"), RecordView.self).isEmpty)
        let tally = try await gate.rows(.tally(stage: nil), TallyRow.self)
        #expect(tally.allSatisfy { $0.all.most == 0 })
        try await gate.stop()
    }
}
