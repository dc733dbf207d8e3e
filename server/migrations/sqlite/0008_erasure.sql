-- Erasures that are under way: noted together with the removal of the rows, and gone when nothing is left to do. Neither
-- table refers to what is erased by more than the names of its files.

CREATE TABLE IF NOT EXISTS erasures (
    id              TEXT NOT NULL PRIMARY KEY,
    noted_ms        BIGINT NOT NULL
);

-- Files that are to be removed, unless they are somebody else's as well.
CREATE TABLE IF NOT EXISTS erasure_files (
    erasure_id      TEXT NOT NULL REFERENCES erasures (id) ON DELETE CASCADE,
    kind            TEXT NOT NULL,          -- raw: by SHA-256, with what was made of it; incoming: by file name
    name            TEXT NOT NULL,
    PRIMARY KEY (erasure_id, kind, name)
);

-- Whether the same bytes are somebody else's.
CREATE INDEX IF NOT EXISTS uploads_by_sha256 ON uploads (sha256);
