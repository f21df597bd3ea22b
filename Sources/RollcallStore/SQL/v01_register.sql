-- Version 1 of a register's file. Once released, this script is never edited.
--
-- A dot is one integer: the replica's local number in the upper bits, the counter in the lower 40.
-- As the key of a table it keeps each replica's changes side by side and in order.

CREATE TABLE change (
    dot INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    content BLOB NOT NULL
) STRICT;

-- dot: the dot of the change that created the record.
CREATE TABLE record (
    dot INTEGER PRIMARY KEY,
    state BLOB NOT NULL,
    conflicts INTEGER NOT NULL
) STRICT;

CREATE INDEX record_in_conflict ON record (dot, conflicts) WHERE conflicts > 0;

-- incarnation: 64 unsigned bits in a signed column.
CREATE TABLE replica (
    number INTEGER PRIMARY KEY,
    node BLOB NOT NULL,
    lane INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    height INTEGER NOT NULL,
    hash BLOB NOT NULL,
    ended INTEGER NOT NULL
) STRICT;

CREATE TABLE head (
    dot INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;

CREATE TABLE salts (
    replica INTEGER NOT NULL,
    block INTEGER NOT NULL,
    salts BLOB NOT NULL,
    PRIMARY KEY (replica, block)
) STRICT, WITHOUT ROWID;

-- dot: of the first change that the message holds; last: the counter of the last one.
CREATE TABLE held (
    dot INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    message BLOB NOT NULL
) STRICT;

CREATE TABLE peer (
    node BLOB NOT NULL PRIMARY KEY,
    state BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
