-- Version 2 of a register's file: every row says what it held. Once released, this script is never edited.
--
-- sum: row_sum of the other columns in their order; a row whose sum is another is damaged (RowSum.swift).

ALTER TABLE change ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
UPDATE change SET sum = row_sum(dot, hash, content);

ALTER TABLE record ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
UPDATE record SET sum = row_sum(dot, state, conflicts);

ALTER TABLE replica ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
UPDATE replica SET sum = row_sum(number, node, lane, incarnation, height, hash, ended);

ALTER TABLE head ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
UPDATE head SET sum = row_sum(dot, hash, signature);

ALTER TABLE salts ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
UPDATE salts SET sum = row_sum(replica, block, salts);

ALTER TABLE held ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
UPDATE held SET sum = row_sum(dot, last, message);

ALTER TABLE peer ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
UPDATE peer SET sum = row_sum(node, state);

ALTER TABLE meta ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET sum = row_sum(key, value);
