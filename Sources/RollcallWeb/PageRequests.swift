import RollcallControl

extension ControlRequest {
    /// Whether the page may ask for it.
    ///
    /// What names a file is not among it: a browser must not make this daemon read or write at a place of its choice. Nor is
    /// what ends the register or gives its keys away.
    var isForPage: Bool {
        switch self {
        case .status, .peers, .members, .connect, .disconnect, .invite, .confirm, .revoke, .lock,
            .operators, .switchOperator, .leaveOperator, .custody,
            .add, .set, .unset, .verify, .unverify, .remove, .restore, .resolve,
            .show, .list, .find, .history, .conflicts, .fingerprint, .erasures, .holds, .due,
            .setExchange, .addStage, .closeStage, .reopenStage, .lists, .withdrawList, .tally,
            .discrepancies, .countHeads, .settle,
            .quarantine, .whoLacks, .people, .fields, .printed, .slip, .photos, .photoContent,
            .detachPhoto, .addEnquiry, .enquiries, .enquiry, .match, .notified:
            true
        default: false
        }
    }

    /// The request with the file that an upload stands for; nil where it names no upload, or is none that may.
    func readingUpload(_ path: (String) -> String?) -> (upload: String, ControlRequest)? {
        switch self {
        case .rosterImport(
            let upload, let list, let key, let columns, let skipBad, let origin, let reading):
            return path(upload).map { path in
                (
                    upload,
                    .rosterImport(
                        path: path, list: list, key: key, columns: columns, skipBad: skipBad,
                        origin: origin, reading: reading)
                )
            }
        case .addPhoto(var order):
            let upload = order.path
            return path(upload).map { path in
                order.path = path
                return (upload, .addPhoto(order))
            }
        default: return nil
        }
    }
}
