-- What a person decided about an activity stays with its row when the same bytes are read again.

-- 1 when a person said what the sport was.
ALTER TABLE activities ADD COLUMN sport_said BIGINT NOT NULL DEFAULT 0;

UPDATE activities SET sport_said = 1 WHERE outline IS NOT NULL AND sport <> json_extract(outline, '$.outline.sport');

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
