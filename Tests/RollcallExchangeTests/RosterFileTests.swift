import Testing

@testable import RollcallExchange

@Suite struct RosterFileTests {
    @Test(arguments: ["a,b\n1,2\n", "a;b\n1;2\n", "a\tb\n1\t2\n", "a,b\r\n1,2\r\n", "a,b\n1,2"])
    func `comma, semicolon or tab, either line end, with or without the last`(text: String) throws {
        #expect(try RosterFile(Array(text.utf8)).header == ["a", "b"])
        #expect(try rows(text) == [1: .success(["1", "2"])])
    }

    @Test func `a byte order mark is no part of the first name`() throws {
        let marked = [0xEF, 0xBB, 0xBF] + Array("\"a\";b\r\n1;2\r\n".utf8)

        #expect(try RosterFile(marked).header == ["a", "b"])
        #expect(try rows(marked) == [1: .success(["1", "2"])])
    }

    @Test func `separators inside quotes do not tell the dialect`() throws {
        #expect(try RosterFile(Array("\"a,b,c\";e\n".utf8)).header == ["a,b,c", "e"])
        #expect(try RosterFile(Array("a,\"b;c;d\"\n".utf8)).header == ["a", "b;c;d"])
        #expect(
            try rows("\"a,b,c\";e\n1,5;\"2;0\"\n") == [1: .success(["1,5", "2;0"])])
    }

    @Test func `quoted cells may hold separators, line ends and doubled quotes`() throws {
        let text = "a,b\n\"one, two\",\"line 1\r\nline 2\"\n\"say \"\"hi\"\"\",\"\"\n\"\"\"\",x\n"

        #expect(
            try rows(text) == [
                1: .success(["one, two", "line 1\r\nline 2"]), 2: .success(["say \"hi\"", ""]),
                3: .success(["\"", "x"]),
            ])
    }

    @Test func `a return is part of the line's end only there`() throws {
        #expect(
            try rows("a,b\n1\r,2\r\n\"3\",\"4\"\r\n5,\"6\"\r")
                == [
                    1: .success(["1\r", "2"]), 2: .success(["3", "4"]), 3: .success(["5", "6"]),
                ])
        #expect(
            try rows("a,b\n\"1\"\r,2\n3,4\n")
                == [1: .failure(.strayQuote(cell: 1)), 2: .success(["3", "4"])])
    }

    @Test func `rows without any text are passed over and counted`() throws {
        #expect(
            try rows("\n\r\na,b\n\n1,2\n,\n,,,\r\n\"\",\n3,4\n\n")
                == [2: .success(["1", "2"]), 6: .success(["3", "4"])])
    }

    @Test func `one column is a roster too`() throws {
        #expect(try rows("a\n1\n\n2") == [1: .success(["1"]), 3: .success(["2"])])
    }

    @Test func `a row that fails is named, and the others are read`() throws {
        var bytes = Array("a,b\n1,2\n3\n4,5,6\n7,".utf8)
        bytes += [0xD0] + Array("\n".utf8) + [0x90] + Array(",8\n9,x\"y\n\"10\" ,11\n12,13\n".utf8)

        #expect(
            try rows(bytes) == [
                1: .success(["1", "2"]), 2: .failure(.cellCount(found: 1, expected: 2)),
                3: .failure(.cellCount(found: 3, expected: 2)), 4: .failure(.notUTF8),
                5: .failure(.notUTF8), 6: .failure(.strayQuote(cell: 2)),
                7: .failure(.strayQuote(cell: 1)), 8: .success(["12", "13"]),
            ])
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
            [0xE2, 0x80],
        ] as [[UInt8]])
    func `bytes that are no UTF-8 fail their row alone`(wrong: [UInt8]) throws {
        for quote in ["", "\""] {
            let bytes = Array("a,b\n1,\(quote)".utf8) + wrong + Array("\(quote)\n3,4\n".utf8)
            #expect(try rows(bytes) == [1: .failure(.notUTF8), 2: .success(["3", "4"])])
        }
    }

    @Test func `a character cut in two by a separator is no character`() throws {
        let bytes = Array("a,b\n".utf8) + [0xD0, 0x2C, 0x90, 0x0A]

        #expect(try rows(bytes) == [1: .failure(.notUTF8)])
    }

    @Test func `a quote that is never closed costs one row`() throws {
        #expect(
            try rows("a,b\n1,2\n3,\"4\n5,6\n7,8\n")
                == [
                    1: .success(["1", "2"]), 2: .failure(.quoteNotClosed(cell: 2)),
                    3: .success(["5", "6"]), 4: .success(["7", "8"]),
                ])
    }

    @Test func `a quote that a later row closes costs one row`() throws {
        #expect(
            try rows("a,b\n3,\"4\n5,6\n7,\"8\"\n")
                == [
                    1: .failure(.strayQuote(cell: 2)), 2: .success(["5", "6"]),
                    3: .success(["7", "8"]),
                ])
    }

    @Test func `a quote is looked for no further than the longest value could reach`() throws {
        let longest = String(repeating: "a", count: RosterFile.quotedBytesMax)

        #expect(try rows("a,b\n1,\"\(longest)\"\n") == [1: .success(["1", longest])])
        #expect(
            try rows("a,b\n1,\"\(longest)a\"\n2,3\n")
                == [1: .failure(.quoteNotClosed(cell: 2)), 2: .success(["2", "3"])])
    }

    @Test func `a roster without a usable header is refused`() {
        let refused: [([UInt8], RosterError)] = [
            ([], .noHeader), ([0xEF, 0xBB, 0xBF], .noHeader), (Array("\r\n\n".utf8), .noHeader),
            (Array("a,,c\n".utf8), .namelessColumn(number: 2)),
            (Array("a,b\rc\n".utf8), .namelessColumn(number: 2)),
            (Array("a,b, a \n".utf8), .repeatedColumn("a")),
            (Array("a,\"b\n1,2\n".utf8), .header(.quoteNotClosed(cell: 2))),
            ([0xFF, 0xFE, 0x61, 0x00], .header(.notUTF8)),
        ]
        for (bytes, error) in refused {
            #expect(throws: error) { try RosterFile(bytes) }
        }
    }

    @Test func `names of columns are tidied`() throws {
        let text = " surname ,Возрастнои\u{306}\n"
        let header = try RosterFile(Array(text.utf8)).header

        #expect(header.map { Array($0.utf8) } == ["surname", "Возрастной"].map { Array($0.utf8) })
    }

    @Test(arguments: 1...200) func `no bytes whatever stop the reader`(seed: UInt64) throws {
        var state = seed
        func next(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let pieces: [[UInt8]] =
            ["\"", "\"\"", ",", ";", "\n", "\r\n", "\r", "й", "x", ""]
            .map { Array($0.utf8) } + [[0xD0], [0xFF], [0x00]]
        let noise = (0..<200).flatMap { _ in pieces[next(below: pieces.count)] }
        let lines = noise.count { $0 == UInt8(ascii: "\n") }
        let last = Array("\n\nlast,row\n".utf8)

        let all = Array(try RosterFile(Array("a,b\n".utf8) + noise + last))

        #expect(all.count <= lines + 2)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.number < $1.number })
        for row in all {
            guard let cells = try? row.cells.get() else { continue }
            #expect(String(validating: cells.bytes, as: UTF8.self) != nil && cells.count == 2)
        }
    }

    @Test(arguments: [(1, "1 cell where the header has 2"), (3, "3 cells where the header has 2")])
    func `cells are counted in words`(found: Int, text: String) {
        #expect(RowFailure.cellCount(found: found, expected: 2).description == text)
    }
}
