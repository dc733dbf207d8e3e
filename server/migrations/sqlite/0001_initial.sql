-- Ids are UUIDv7 as text, instants are epoch milliseconds, dates are YYYY-MM-DD, structured values are JSON as text.
-- athlete_id stands first in every key of what an athlete owns.

CREATE TABLE athletes (
    id              TEXT NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL UNIQUE,
    zone            TEXT NOT NULL,
    sex             TEXT,
    resting_hr_bpm  REAL,
    max_hr_bpm      REAL,
    summaries_due   BIGINT NOT NULL DEFAULT 0,  -- 1 while summaries do not follow the values above yet
    created_ms      BIGINT NOT NULL
);

-- One row per file that was acknowledged. The bytes lie in the blob store under their SHA-256.
CREATE TABLE uploads (
    athlete_id      TEXT NOT NULL REFERENCES athletes (id) ON DELETE CASCADE,
    id              TEXT NOT NULL,
    sha256          TEXT NOT NULL,
    file_name       TEXT NOT NULL,
    size_bytes      BIGINT NOT NULL,
    received_ms     BIGINT NOT NULL,
    state           TEXT NOT NULL,          -- received, read, failed
    attempts        BIGINT NOT NULL DEFAULT 0,  -- how often reading it was begun
    failure         TEXT,                   -- why nothing could be read
    notices         TEXT NOT NULL,          -- JSON array
    device          TEXT,                   -- JSON object
    PRIMARY KEY (athlete_id, id),
    UNIQUE (athlete_id, sha256)
);

CREATE INDEX uploads_unread ON uploads (state) WHERE state = 'received';

CREATE TABLE activities (
    athlete_id      TEXT NOT NULL,
    id              TEXT NOT NULL,
    upload_id       TEXT NOT NULL,
    position        BIGINT NOT NULL,        -- place in the file, from 0
    sport           TEXT NOT NULL,
    run_kind        TEXT,
    title           TEXT,
    start_ms        BIGINT NOT NULL,
    utc_offset_s    BIGINT,
    offset_source   TEXT NOT NULL,
    local_date      TEXT NOT NULL,
    summary         TEXT NOT NULL,          -- JSON: the analytics summary
    laps            TEXT NOT NULL,          -- JSON array
    records_key     TEXT NOT NULL,          -- Parquet in the blob store; a cache, rebuilt from the upload
    removed_ms      BIGINT,                 -- set when the athlete took the activity out; it can be put back
    PRIMARY KEY (athlete_id, id),
    UNIQUE (athlete_id, upload_id, position),
    FOREIGN KEY (athlete_id, upload_id) REFERENCES uploads (athlete_id, id) ON DELETE CASCADE
);

CREATE INDEX activities_by_date ON activities (athlete_id, local_date, start_ms);
