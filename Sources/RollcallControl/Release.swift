/// Which program this is, and which protocol it speaks.
public enum Release {
    public static let version = "0.1.0"
    /// The row `limit,version` of `Protocol/numbers.csv`.
    public static let protocolVersion = 1

    /// What `--version` prints.
    public static func line(of program: String) -> String {
        "\(program) \(version), protocol \(protocolVersion)"
    }
}
