-- What loads and paces of a runner are measured against, as the person set it; empty where nobody did.
ALTER TABLE athletes ADD COLUMN threshold_hr_bpm REAL;
ALTER TABLE athletes ADD COLUMN threshold_speed_mps REAL;
ALTER TABLE athletes ADD COLUMN vt1_hr_bpm REAL;
ALTER TABLE athletes ADD COLUMN vt2_hr_bpm REAL;

-- Summaries did not hold zones, best efforts, grade-adjusted distance, mechanics and steps.
UPDATE athletes SET summaries_due = 1 WHERE id IN (SELECT athlete_id FROM activities);
