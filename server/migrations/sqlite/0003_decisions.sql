-- What a person decided about an activity stays with its row when the same bytes are read again.

-- 1 when a person said what the sport was.
ALTER TABLE activities ADD COLUMN sport_said BIGINT NOT NULL DEFAULT 0;

-- What each import says about an upload, so that undoing the import takes it back. What counts of it stands in uploads.
CREATE TABLE import_details (
    athlete_id      TEXT NOT NULL,
    upload_id       TEXT NOT NULL,
    import_id       TEXT NOT NULL,
    details         TEXT NOT NULL,          -- JSON
    PRIMARY KEY (athlete_id, upload_id, import_id),
    FOREIGN KEY (athlete_id, upload_id) REFERENCES uploads (athlete_id, id) ON DELETE CASCADE,
    FOREIGN KEY (athlete_id, import_id) REFERENCES imports (athlete_id, id) ON DELETE CASCADE
);

-- How often what is said changed since the activities were read; 0 when they follow it.
ALTER TABLE uploads ADD COLUMN details_due BIGINT NOT NULL DEFAULT 0;

CREATE INDEX uploads_due ON uploads (athlete_id, id) WHERE details_due > 0;

-- Which import said something was not kept so far, but those that told of a file that was there already reported it.
INSERT INTO import_details (athlete_id, upload_id, import_id, details)
SELECT u.athlete_id, u.id, i.id, u.details FROM uploads u JOIN imports i ON i.athlete_id = u.athlete_id AND i.id = COALESCE(
    (SELECT MIN(f.import_id) FROM import_files f INDEXED BY import_files_by_upload
     WHERE f.athlete_id = u.athlete_id AND f.upload_id = u.id AND f.messages LIKE '%what the export says about it was added%'),
    u.import_id)
WHERE u.details IS NOT NULL;

-- Where the file was there first, what the export says did not take precedence over it as it does now.
UPDATE uploads SET details_due = 1 WHERE details IS NOT NULL AND state = 'read' AND id IN
    (SELECT upload_id FROM import_files WHERE messages LIKE '%what the export says about it was added%');

-- A sport that differs from what was read was said by a person, unless an export named another after the file was read.
-- People name no kind of running.
UPDATE activities SET sport_said = 1 WHERE outline IS NOT NULL AND run_kind IS NULL
    AND sport <> json_extract(outline, '$.outline.sport') AND NOT EXISTS (SELECT 1 FROM uploads u
    WHERE u.athlete_id = activities.athlete_id AND u.id = activities.upload_id AND u.details_due = 1
    AND json_extract(u.details, '$.sport') IS NOT NULL);

-- What imports said that were undone does not count any more.
UPDATE uploads SET details = NULL, details_due = 1 WHERE details IS NOT NULL AND state = 'read' AND undone_ms IS NULL
    AND NOT EXISTS (SELECT 1 FROM import_details d JOIN imports i ON i.athlete_id = d.athlete_id AND i.id = d.import_id
    WHERE d.athlete_id = uploads.athlete_id AND d.upload_id = uploads.id AND i.state <> 'undone');

CREATE INDEX activities_as_recorded ON activities (athlete_id) WHERE as_recorded = 1;

-- Files that break off are compared by their first sample, and all by whether they state totals, which outlines did not
-- hold; a sport that a person said was not in the numbers; and totals that were left out were not named.
UPDATE athletes SET summaries_due = 1 WHERE id IN (SELECT athlete_id FROM activities);

-- How a session felt, as some watches ask.
ALTER TABLE activities ADD COLUMN feel REAL;            -- 0 to 100

DROP VIEW present_activities;
CREATE VIEW present_activities AS
SELECT a.athlete_id, a.id, a.upload_id, a.position, a.sport, a.run_kind, a.start_ms, a.utc_offset_s, a.offset_source,
       a.local_date, a.summary, a.laps, a.records_key, a.removed_ms, a.lengths, a.outline, a.same_as, a.kept_apart,
       a.findings, a.cleaning, a.as_recorded,
       COALESCE(a.title, (SELECT MIN(c.title) FROM activities c WHERE c.athlete_id = a.athlete_id AND c.same_as = a.id)) AS title,
       COALESCE(a.description, (SELECT MIN(c.description) FROM activities c WHERE c.athlete_id = a.athlete_id AND c.same_as = a.id)) AS description,
       COALESCE(a.gear, (SELECT MIN(c.gear) FROM activities c WHERE c.athlete_id = a.athlete_id AND c.same_as = a.id)) AS gear,
       COALESCE(a.commute, (SELECT MAX(c.commute) FROM activities c WHERE c.athlete_id = a.athlete_id AND c.same_as = a.id)) AS commute,
       COALESCE(a.rpe, (SELECT MIN(c.rpe) FROM activities c WHERE c.athlete_id = a.athlete_id AND c.same_as = a.id)) AS rpe,
       COALESCE(a.feel, (SELECT MIN(c.feel) FROM activities c WHERE c.athlete_id = a.athlete_id AND c.same_as = a.id)) AS feel
FROM activities a JOIN uploads u ON u.athlete_id = a.athlete_id AND u.id = a.upload_id
WHERE u.state = 'read' AND u.undone_ms IS NULL;
