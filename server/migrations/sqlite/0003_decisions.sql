-- What a person decided about an activity stays with its row when the same bytes are read again.

-- 1 when a person said what the sport was.
ALTER TABLE activities ADD COLUMN sport_said BIGINT NOT NULL DEFAULT 0;

UPDATE activities SET sport_said = 1 WHERE outline IS NOT NULL AND sport <> json_extract(outline, '$.outline.sport');

CREATE INDEX activities_as_recorded ON activities (athlete_id) WHERE as_recorded = 1;

-- Files that break off are compared by their first sample, which outlines did not hold.
UPDATE athletes SET summaries_due = 1 WHERE id IN
    (SELECT athlete_id FROM uploads WHERE notices LIKE '%"truncated"%' OR notices LIKE '%"damaged"%');
