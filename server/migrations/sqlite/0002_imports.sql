-- Everything that is taken in belongs to an import (a batch), which reports on every file and can be undone as a whole.

CREATE TABLE imports (
    athlete_id      TEXT NOT NULL REFERENCES athletes (id) ON DELETE CASCADE,
    id              TEXT NOT NULL,
    source          TEXT NOT NULL,          -- page, api, command_line, demo
    label           TEXT NOT NULL,          -- what was imported, for a person
    state           TEXT NOT NULL,          -- running, finished, undone
    started_ms      BIGINT NOT NULL,
    touched_ms      BIGINT NOT NULL,        -- last sign of life while it runs
    finished_ms     BIGINT,
    undone_ms       BIGINT,
    PRIMARY KEY (athlete_id, id)
);

CREATE INDEX imports_running ON imports (state) WHERE state = 'running';

-- One row per file of an import, in its order.
CREATE TABLE import_files (
    athlete_id      TEXT NOT NULL,
    import_id       TEXT NOT NULL,
    position        BIGINT NOT NULL,
    name            TEXT NOT NULL,
    result          TEXT NOT NULL,          -- waiting, new, duplicate, same_activity, set_aside, failed
    messages        TEXT NOT NULL,          -- JSON array of phrases
    upload_id       TEXT,                   -- null when nothing of the file is kept
    PRIMARY KEY (athlete_id, import_id, position),
    FOREIGN KEY (athlete_id, import_id) REFERENCES imports (athlete_id, id) ON DELETE CASCADE
);

CREATE INDEX import_files_by_upload ON import_files (athlete_id, upload_id);

-- Archives that lie in the data folder until all their members are in.
CREATE TABLE import_archives (
    athlete_id      TEXT NOT NULL,
    import_id       TEXT NOT NULL,
    file            TEXT NOT NULL,          -- file name in the folder of what comes in
    name            TEXT NOT NULL,          -- as it was sent
    first_position  BIGINT NOT NULL,        -- position of its first member
    PRIMARY KEY (athlete_id, import_id, file),
    FOREIGN KEY (athlete_id, import_id) REFERENCES imports (athlete_id, id) ON DELETE CASCADE
);

-- The first import that lists the file and was not undone; null for files that came before there were imports.
ALTER TABLE uploads ADD COLUMN import_id TEXT;
-- What the export that the file came in says about it; JSON.
ALTER TABLE uploads ADD COLUMN details TEXT;
-- Set while no import lists the file that was not undone: what it gave counts nowhere.
ALTER TABLE uploads ADD COLUMN undone_ms BIGINT;

CREATE INDEX uploads_by_import ON uploads (athlete_id, import_id);

ALTER TABLE activities ADD COLUMN description TEXT;
ALTER TABLE activities ADD COLUMN gear TEXT;
ALTER TABLE activities ADD COLUMN commute BIGINT;       -- 0, 1 or not said
ALTER TABLE activities ADD COLUMN rpe REAL;             -- 0 to 10
ALTER TABLE activities ADD COLUMN lengths TEXT NOT NULL DEFAULT '[]';   -- JSON array: lengths of a pool
-- What looks wrong with the samples, and what cleaning did about it; JSON arrays.
ALTER TABLE activities ADD COLUMN findings TEXT NOT NULL DEFAULT '[]';
ALTER TABLE activities ADD COLUMN cleaning TEXT NOT NULL DEFAULT '[]';
-- 1 when a person wants the samples as they were recorded.
ALTER TABLE activities ADD COLUMN as_recorded BIGINT NOT NULL DEFAULT 0;
-- What the same activity in other bytes is recognised by, as the file has it; JSON.
ALTER TABLE activities ADD COLUMN outline TEXT;
-- The activity that is kept instead of this one: the same one in other bytes.
ALTER TABLE activities ADD COLUMN same_as TEXT;
-- 1 when a person said that it is no copy of any other.
ALTER TABLE activities ADD COLUMN kept_apart BIGINT NOT NULL DEFAULT 0;

CREATE INDEX activities_same_as ON activities (athlete_id, same_as) WHERE same_as IS NOT NULL;

-- Activities of files that were not undone. Where the kept one says nothing, its copies may: a title, shoes.
CREATE VIEW present_activities AS
SELECT a.athlete_id, a.id, a.upload_id, a.position, a.sport, a.run_kind, a.start_ms, a.utc_offset_s, a.offset_source,
       a.local_date, a.summary, a.laps, a.records_key, a.removed_ms, a.lengths, a.outline, a.same_as, a.kept_apart,
       a.findings, a.cleaning, a.as_recorded,
       COALESCE(a.title, (SELECT MIN(c.title) FROM activities c WHERE c.athlete_id = a.athlete_id AND c.same_as = a.id)) AS title,
       COALESCE(a.description, (SELECT MIN(c.description) FROM activities c WHERE c.athlete_id = a.athlete_id AND c.same_as = a.id)) AS description,
       COALESCE(a.gear, (SELECT MIN(c.gear) FROM activities c WHERE c.athlete_id = a.athlete_id AND c.same_as = a.id)) AS gear,
       COALESCE(a.commute, (SELECT MAX(c.commute) FROM activities c WHERE c.athlete_id = a.athlete_id AND c.same_as = a.id)) AS commute,
       COALESCE(a.rpe, (SELECT MIN(c.rpe) FROM activities c WHERE c.athlete_id = a.athlete_id AND c.same_as = a.id)) AS rpe
FROM activities a JOIN uploads u ON u.athlete_id = a.athlete_id AND u.id = a.upload_id
WHERE u.state = 'read' AND u.undone_ms IS NULL;

-- Values of single days. Several files may give a value of the same day; which one counts is decided when it is asked for.
CREATE TABLE diary_values (
    athlete_id      TEXT NOT NULL,
    date            TEXT NOT NULL,
    kind            TEXT NOT NULL,          -- resting_heart_rate_bpm, hrv_rmssd_ms…
    upload_id       TEXT NOT NULL,
    value           REAL NOT NULL,
    time_ms         BIGINT,                 -- when it was measured or worked out
    PRIMARY KEY (athlete_id, date, kind, upload_id),
    FOREIGN KEY (athlete_id, upload_id) REFERENCES uploads (athlete_id, id) ON DELETE CASCADE
);

CREATE INDEX diary_values_by_upload ON diary_values (athlete_id, upload_id);

-- Activities from before have no outline yet; it is worked out together with the summaries.
UPDATE athletes SET summaries_due = 1 WHERE id IN (SELECT athlete_id FROM activities);
