-- Of what a person decided about copies of one activity, the latest holds: decisions of an athlete are numbered.

ALTER TABLE activities ADD COLUMN removal_decision BIGINT;  -- the last one that took it out or put it back
ALTER TABLE activities ADD COLUMN sport_decision BIGINT;    -- the last one that said its sport

-- When activities were taken out is known, when they were put back or told a sport is not.
UPDATE activities SET removal_decision = removed_ms WHERE removed_ms IS NOT NULL;

CREATE INDEX activities_removal_decision ON activities (athlete_id, removal_decision) WHERE removal_decision IS NOT NULL;
CREATE INDEX activities_sport_decision ON activities (athlete_id, sport_decision) WHERE sport_decision IS NOT NULL;

-- The limits that an archive was accepted under, which may not be those of the process that opens it; JSON.
ALTER TABLE import_archives ADD COLUMN limits TEXT;

-- Copies of one local date stayed with what was undone or separated on another: they are compared anew.
UPDATE athletes SET summaries_due = 1 WHERE id IN (SELECT c.athlete_id FROM activities c
    JOIN activities k ON k.athlete_id = c.athlete_id AND k.id = c.same_as
    JOIN uploads u ON u.athlete_id = k.athlete_id AND u.id = k.upload_id
    WHERE c.same_as IS NOT NULL AND (k.kept_apart = 1 OR k.same_as IS NOT NULL OR u.undone_ms IS NOT NULL OR u.state <> 'read'));

-- Values of days that were worked out from several readings had no time, so that it was not known which file is newer:
-- those files are read anew.
UPDATE uploads SET details_due = details_due + 1 WHERE state = 'read' AND EXISTS (SELECT 1 FROM diary_values d
    WHERE d.athlete_id = uploads.athlete_id AND d.upload_id = uploads.id AND d.time_ms IS NULL);
