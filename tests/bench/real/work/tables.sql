-- SPDX-License-Identifier: MIT
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT, length INTEGER);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
INSERT INTO word SELECT i, 'word number ' || i, i % 17 FROM n;
COMMIT;
PRAGMA cache_size = 50;
CREATE INDEX by_text ON word(text);
UPDATE word SET length = length + 1 WHERE id % 5 = 0;
SELECT length, count(*), max(text) FROM word GROUP BY length ORDER BY length;
PRAGMA integrity_check;
DELETE FROM word WHERE id % 3 = 0;
VACUUM;
SELECT count(*) FROM word;
