/// First inputs where the protocol has no test vectors: what people write, and forms on this program's own disk.
enum Lines {
    static let all: [String: [[UInt8]]] = [
        "roster": [
            "surname,given_name,status\nKoval,Ivan,on list\n\"Bondar\",\"a \"\"b\"\"\",x\n",
            "\u{FEFF}surname;key\r\nKoval;1\r\n;\r\nBond\"ar;2\r\n",
            "surname\tarrival\n[refused]\tx@2026-03-01T09:30Z\n",
        ].map { Array($0.utf8) },
        "field-input": [
            "\u{0}released", "\u{16}at the gate@2026-03-01T11:30:05.25+02:00", "\u{13}a\r\nb\tc",
            "\u{1}e\u{301}\u{316}o", "\u{2}\u{F73}\u{F71}",
        ].map { Array($0.utf8) },
        "enquiry": [
            "\u{0}Kovalchuk Serhiy", "\u{0}Лщмфдсргл", "\u{0}cjcjcjchchch", "\u{2}1987 or 1988",
            "\u{2}~1988", "\u{3}Донецька обл., м. Торецьк", "\u{4}1 t phone a.1\nreached",
        ].map { Array($0.utf8) },
        "control-request": requests.map { Array($0.utf8) },
        "control-answer": answers.map { Array($0.utf8) },
        "join-code": ["fk8h-4h21-sb3d-tw78-jwpd", "FK8H 4H2L SB3D TW78 JWPD"].map {
            Array($0.utf8)
        },
        "typed-id": ["pqmj88wht7", "7pkjf37tdxe78"].map { Array($0.utf8) },
        "address": ["127.0.0.1:7801", "[::1]:65535", "host:99999"].map { Array($0.utf8) },
        "list-file": [
            WorkbookMaker.sample.bytes, Array("№;ПІБ\n1;Коваль Петро\n".utf8),
            [0xFF, 0xFE] + "ПІБ\tab\nа б\t1\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] },
            [0xCF, 0xB2, 0xC1, 0x3B, 0x61, 0x0A, 0xE0, 0x20, 0xE1, 0x3B, 0x31, 0x0A],
        ],
        "picture": [
            [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 11, 8, 4, 0, 3, 0, 1, 0, 0, 0],
            [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + Array("IHDR".utf8)
                + [0, 0, 2, 0, 0, 0, 3, 0, 8, 2, 0, 0, 0, 1, 2, 3, 4],
        ],
        "sheet": WorkbookMaker.sample.parts.map { Array($0.text.utf8) },
        "stored-change": [
            [0, 16, 1, 0, 0, 0, 1, 130, 1, 0, 3, 0, 65, 66],
            [0, 16, 1, 2, 9, 1, 7, 1, 130, 1, 1, 5, 3, 0, 65, 66],
        ],
        "record-state": [[1, 1, 0], [2, 1, 0, 2, 2, 130, 1], [1, 1, 1, 130, 1, 5]],
        "salt-tree": [
            [1, 8] + [UInt8](repeating: 5, count: 16),
            [1, 1] + [UInt8](repeating: 5, count: 16) + [3, 0] + [UInt8](repeating: 6, count: 16),
        ],
        "peer-knowledge": [
            [1, 1, 0, 5] + [UInt8](repeating: 1, count: 8) + [0, 1, 0, 3]
                + [UInt8](repeating: 2, count: 8) + [1, 3, 97, 58, 49, 0, 4, 5, 1, 1]
                + [UInt8](repeating: 0, count: 16),
            [2, 1, 0, 5] + [UInt8](repeating: 1, count: 8) + [0, 1, 0, 3]
                + [UInt8](repeating: 2, count: 8) + [1, 3, 97, 58, 49, 0, 4, 5, 1, 1]
                + [UInt8](repeating: 0, count: 16) + [1] + [UInt8](repeating: 0, count: 7) + [
                    9, 1, 0, 7,
                ],
        ],
    ]

    private static let requests = [
        #"{"initRegister":{"name":"a","register":"b","operator":"c"}}"#, #"{"status":{}}"#,
        #"{"invite":{"minutes":10,"wait":true,"yes":false,"role":"medic"}}"#,
        #"{"judge":{"adopt":true,"dots":["7pkjf37tdxe78.1"],"reason":"on paper"}}"#,
        #"{"revoke":{"node":"table 1","reason":"lost","upTo":["7pkjf37tdxe78.1"]}}"#,
        #"{"giveRole":{"node":"table 1","role":"operator"}}"#,
        #"{"join":{"address":"a:1","name":"b","operator":"c","code":"d"}}"#,
        #"{"waitUpToDate":{"peers":["a"],"timeoutSeconds":1.5}}"#,
        #"{"add":{"fields":[{"field":"surname","value":"x"}],"source":null,"operator":"o"}}"#,
        #"{"set":{"id":"a","fields":[],"seen":["b.1"],"source":"s","operator":null}}"#,
        #"{"unset":{"id":"a","fields":[{"field":"alias","value":null}],"state":"refused"}}"#,
        #"{"resolve":{"id":"a","field":"b","choice":{"keep":{"dot":"c.1"}},"reason":"r"}}"#,
        #"{"list":{"limit":5,"filters":[{"field":"status","value":"\u0430\ud83d\ude00"}]}}"#,
        #"{"rosterImport":{"path":"/a","columns":[{"column":"a","field":"b"}],"skipBad":true}}"#,
        #"{"export":{"targets":[],"all":true,"full":false,"path":"/a"}}"#,
        #"{"import":{"paths":["/a"],"preview":true,"salvage":false}}"#,
    ]

    private static let answers = [
        #"{"row":{"a":1}}"#, #"{"progress":{"done":1,"total":null,"bytes":2,"what":"rows"}}"#,
        #"{"interim":"x"}"#, #"{"result":null}"#, #"{"result":{"new":3}}"#,
        #"{"error":{"code":"bad-value","error":"x","hint":null}}"#,
    ]
}
