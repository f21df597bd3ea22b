import RollcallControl
import RollcallSync
import RollcallTrust
import RollcallWire

/// Bundles that are to be taken in, one after the other.
struct Importing {
    var paths: [String]
    var preview: Bool
    var salvage: Bool
    /// Goes on where a bundle is not for this laptop: they lay in a folder, and nobody named each.
    var skips: Bool
}

extension Desk {
    /// Sends a row for each bundle as it is done.
    ///
    /// A laptop that waits for its admission looks for that first: what it cannot take before, it may take as a member.
    func take(_ order: Importing, _ answer: AnswerLine) async throws -> [Driver.Taken] {
        var bundles: [Driver.Taken] = []
        var skipped: [ImportReport] = []
        for path in order.paths {
            let isWaiting = await driver.waitsForAdmission
            let taken = try await take(path, order)
            guard !isWaiting || taken.report.skipped == nil else {
                skipped.append(taken.report)
                continue
            }
            bundles.append(taken)
            try await answer.row(taken.report)
        }
        let isIn = bundles.contains { $0.report.joined != nil }
        for report in skipped {
            guard isIn, let path = report.file else {
                try await answer.row(report)
                continue
            }
            bundles.append(try await take(path, order))
            try await answer.row(bundles[bundles.count - 1].report)
        }
        guard !bundles.isEmpty || skipped.isEmpty else { throw await driver.noneIsAdmission() }
        return bundles
    }

    private func take(_ path: String, _ order: Importing) async throws -> Driver.Taken {
        var taken: Driver.Taken
        do {
            taken = try await driver.importBundle(
                path, preview: order.preview, salvage: order.salvage)
        } catch  where order.skips {
            guard let reason = Self.skip(error) else { throw error }
            return Driver.Taken(report: ImportReport(skipping: path, reason), isNews: false)
        }
        taken.report.file = path
        return taken
    }

    /// Why a bundle is nothing to take in, where that is no fault of it.
    private static func skip(_ error: any Error) -> ImportReport.Skipped? {
        switch error {
        case let error as ControlError where error.code == .sealedForOthers: .forOthers
        case BundleError.otherRegister, LaptopError.noAdmission(.otherRegister): .otherRegister
        case LaptopError.noAdmission(.notLetIn), LaptopError.noAdmission(.noGenesis): .noAdmission
        default: nil
        }
    }

    /// How those hear of it from whom bundles came.
    func tellOfAnswer(
        to bundles: [Driver.Taken], preview: Bool, _ path: String?, _ answer: AnswerLine
    ) async throws {
        guard !preview else { return try await answer.result(nil) }
        let report = try await driver.answer(to: bundles, path: path)
        guard path != nil || !report.waiting.isEmpty else { return try await answer.result(nil) }
        try await answer.result(report)
    }
}

extension Driver {
    var waitsForAdmission: Bool { laptop.membership == nil && laptop.pendingRequest != nil }

    func noneIsAdmission() -> ControlError {
        ControlError(
            .joinRefused,
            "none of these answers the request that is out, number "
                + "\(laptop.pendingRequest?.request.number.text ?? "?"); nothing was taken in",
            hint: "an administrator answers it: `rollcall admit FILE -o ADMISSION`")
    }
}
