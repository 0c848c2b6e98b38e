-- SPDX-License-Identifier: MIT
-- Tables, transactions and an index in a file: the same calls every time.
PRAGMA page_size = 1024;
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT, length INTEGER);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO word SELECT i, 'word number ' || i, i % 17 FROM n;
COMMIT;
CREATE INDEX by_length ON word(length);
INSERT INTO word VALUES (9001, 'one', 3);
INSERT INTO word VALUES (9002, 'two', 3);
UPDATE word SET text = upper(text) WHERE length = 5;
DELETE FROM word WHERE length = 7;
SELECT length, count(*), max(text) FROM word GROUP BY length ORDER BY length;
VACUUM;
PRAGMA integrity_check;
