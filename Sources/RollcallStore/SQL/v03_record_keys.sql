-- Version 3 of a register's file: keys of records, for rows that come to it sealed. Once released, this script is never edited.
--
-- record: the dot of the change that created it; 0 for the register's own rows. wrapped: sealed under an epoch's key.
-- A key that is gone takes with it all that was sealed under it, wherever the disk still keeps it.

CREATE TABLE record_key (
    record INTEGER PRIMARY KEY,
    wrapped BLOB NOT NULL,
    sum INTEGER NOT NULL
) STRICT;
