-- What people write down about an athlete: marks of a day, pain, illnesses, injuries, notes.
CREATE TABLE entries (
    athlete_id      TEXT NOT NULL REFERENCES athletes (id) ON DELETE CASCADE,
    id              TEXT NOT NULL,
    kind            TEXT NOT NULL,          -- marks, pain, illness, injury, note
    date            TEXT NOT NULL,          -- its day; of what lasts, the first
    body            TEXT NOT NULL,          -- JSON, as the kind has it
    author_id       TEXT,                   -- account; null in the demo
    author_name     TEXT NOT NULL,          -- stays readable when the account is gone
    author_role     TEXT NOT NULL,          -- athlete, physio, demo
    created_ms      BIGINT NOT NULL,
    changed_ms      BIGINT NOT NULL,
    removed_ms      BIGINT,                 -- taken out; it can be brought back
    removed_role    TEXT,                   -- by whom: what the athlete took out, nobody else brings back
    import_id       TEXT,                   -- the import that it came along with; it is there while that is not undone
    PRIMARY KEY (athlete_id, id)
);
CREATE INDEX entries_by_date ON entries (athlete_id, date);
