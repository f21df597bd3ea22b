import Foundation
import RollcallControl

/// One line on the terminal that says how far a long command has come, and then is gone.
final class ProgressLine {
    private let console: Console
    private let start = ContinuousClock.now
    private var lastShown: ContinuousClock.Instant?

    init(console: Console) {
        self.console = console
    }

    /// Shows how far it has come: after the first second, and a few times a second.
    func show(_ progress: ProgressReport) {
        let now = ContinuousClock.now
        guard console.isWatched, now - start > .seconds(1) else { return }
        if let lastShown, now - lastShown < .milliseconds(200) { return }
        lastShown = now
        console.say("\r\u{1b}[K" + Self.text(of: progress, after: now - start), endOfLine: "")
    }

    /// Takes the line away.
    func wipe() {
        guard lastShown != nil else { return }
        lastShown = nil
        console.say("\r\u{1b}[K", endOfLine: "")
    }

    static func text(of progress: ProgressReport, after elapsed: Duration) -> String {
        var parts: [String] = []
        if let total = progress.total {
            parts.append("\(counted(progress.done)) of \(counted(total)) \(shown(progress.what))")
        } else {
            parts.append("\(counted(progress.done)) \(shown(progress.what))")
        }
        if let bytes = progress.bytes {
            parts.append(Sentences.size(bytes: bytes))
        }
        if let total = progress.total, progress.done > 0, total >= progress.done {
            let left = elapsed * (Double(total - progress.done) / Double(progress.done))
            parts.append(Sentences.timeLeft(seconds: Int(left.components.seconds)))
        }
        return parts.joined(separator: ", ")
    }
}
