/// Text from elsewhere as it may be printed: what steers a terminal is written out.
///
/// A name may hold an escape sequence that moves the cursor, or a mark that turns the direction
/// of writing, and so make one value look like another.
func shown(_ text: some StringProtocol) -> String {
    guard text.unicodeScalars.contains(where: steersTerminal) else { return String(text) }
    var result = ""
    for scalar in text.unicodeScalars {
        if steersTerminal(scalar) {
            result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

private func steersTerminal(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x1f, 0x7f...0x9f: true
    case 0x061c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
}

/// A number with its thousands apart: 12,345.
func counted(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var index = digits.endIndex
    while digits.distance(from: digits.startIndex, to: index) > 3 {
        index = digits.index(index, offsetBy: -3)
        digits.insert(",", at: index)
    }
    return number < 0 ? "-" + digits : digits
}

/// A number and what it counts: 1 record, 2 records.
func counted(_ number: Int, _ noun: String) -> String {
    "\(counted(number)) \(noun)\(number == 1 ? "" : "s")"
}
