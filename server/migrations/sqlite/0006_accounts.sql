-- no-transaction
-- Accounts, what they may see of whom, and who looked. A name need not be unique any more, and SQLite takes a constraint
-- away only with its table; that must not carry off what belongs to the athletes. What ends the process between this and
-- the note that it was done makes it run again: that changes nothing more.
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;

-- Somebody who signs in. A person may be runner, coach and physio at once.
CREATE TABLE IF NOT EXISTS accounts (
    id              TEXT NOT NULL PRIMARY KEY,
    email           TEXT NOT NULL UNIQUE,   -- lower case
    name            TEXT NOT NULL,
    password_hash   TEXT NOT NULL,          -- PHC string
    keeper          BIGINT NOT NULL DEFAULT 0,  -- 1: runs the installation; sees nobody's health data by that
    born            TEXT,                   -- only of who said to be under 16: until then a guardian answers for them
    totp_secret     TEXT,                   -- second factor, when it is on
    totp_step       BIGINT,                 -- time step of the last code that was taken
    created_ms      BIGINT NOT NULL,
    closed_ms       BIGINT                  -- the keeper closed it: nobody signs in
);

CREATE TABLE athletes_new (
    id              TEXT NOT NULL PRIMARY KEY,
    account_id      TEXT UNIQUE REFERENCES accounts (id),   -- whose data it is; null until somebody claims it
    name            TEXT NOT NULL,
    zone            TEXT NOT NULL,
    sex             TEXT,
    resting_hr_bpm  REAL,
    max_hr_bpm      REAL,
    threshold_hr_bpm REAL,
    threshold_speed_mps REAL,
    vt1_hr_bpm      REAL,
    vt2_hr_bpm      REAL,
    summaries_due   BIGINT NOT NULL DEFAULT 0,  -- 1 while summaries do not follow the values above yet
    created_ms      BIGINT NOT NULL
);
INSERT INTO athletes_new (id, name, zone, sex, resting_hr_bpm, max_hr_bpm, threshold_hr_bpm, threshold_speed_mps,
                          vt1_hr_bpm, vt2_hr_bpm, summaries_due, created_ms)
SELECT id, name, zone, sex, resting_hr_bpm, max_hr_bpm, threshold_hr_bpm, threshold_speed_mps, vt1_hr_bpm, vt2_hr_bpm,
       summaries_due, created_ms FROM athletes;
DROP TABLE athletes;
ALTER TABLE athletes_new RENAME TO athletes;
CREATE INDEX IF NOT EXISTS athletes_by_name ON athletes (name);

-- Secrets are stored as their SHA-256.
CREATE TABLE IF NOT EXISTS sessions (
    account_id      TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id              TEXT NOT NULL,
    secret_hash     TEXT NOT NULL UNIQUE,
    half            BIGINT NOT NULL DEFAULT 0,  -- 1 while the second factor is still asked for
    agent           TEXT NOT NULL,          -- what the browser calls itself
    address         TEXT NOT NULL,
    created_ms      BIGINT NOT NULL,
    seen_ms         BIGINT NOT NULL,
    expires_ms      BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE IF NOT EXISTS recovery_codes (
    account_id      TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    code_hash       TEXT NOT NULL,
    used_ms         BIGINT,
    PRIMARY KEY (account_id, code_hash)
);

CREATE TABLE IF NOT EXISTS api_tokens (
    account_id      TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id              TEXT NOT NULL,
    name            TEXT NOT NULL,
    secret_hash     TEXT NOT NULL UNIQUE,
    scopes          TEXT NOT NULL,          -- JSON array, such as load:read
    created_ms      BIGINT NOT NULL,
    expires_ms      BIGINT NOT NULL,
    used_ms         BIGINT,
    revoked_ms      BIGINT,
    PRIMARY KEY (account_id, id)
);

-- What a link that is handed on lets its holder do, once.
CREATE TABLE IF NOT EXISTS links (
    secret_hash     TEXT NOT NULL PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    purpose         TEXT NOT NULL,          -- setup, sign_up, reset, claim, guardian, athlete, staff, offer
    account_id      TEXT REFERENCES accounts (id) ON DELETE CASCADE,    -- whose password, who is under 16
    athlete_id      TEXT REFERENCES athletes (id) ON DELETE CASCADE,    -- what is claimed, who offers
    squad_id        TEXT,
    terms           TEXT NOT NULL DEFAULT '{}', -- JSON: role, kinds, until
    made_by         TEXT REFERENCES accounts (id) ON DELETE CASCADE,    -- null: the machine itself
    made_ms         BIGINT NOT NULL,
    expires_ms      BIGINT NOT NULL,
    used_ms         BIGINT
);

CREATE TABLE IF NOT EXISTS guardians (
    account_id      TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,   -- under 16
    guardian_id     TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    given_ms        BIGINT NOT NULL,
    PRIMARY KEY (account_id, guardian_id)
);

CREATE TABLE IF NOT EXISTS squads (
    id              TEXT NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL,
    created_ms      BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS squad_staff (
    squad_id        TEXT NOT NULL REFERENCES squads (id) ON DELETE CASCADE,
    account_id      TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role            TEXT NOT NULL,          -- coach, assistant
    since_ms        BIGINT NOT NULL,
    PRIMARY KEY (squad_id, account_id)
);

-- What an athlete lets somebody see: one person, or the staff of a squad. Never deleted while the athlete is there.
CREATE TABLE IF NOT EXISTS grants (
    athlete_id      TEXT NOT NULL REFERENCES athletes (id) ON DELETE CASCADE,
    id              TEXT NOT NULL,
    account_id      TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    squad_id        TEXT REFERENCES squads (id) ON DELETE CASCADE,
    role            TEXT NOT NULL,          -- coach, physio; of a squad: coach
    kinds           TEXT NOT NULL,          -- JSON array: load, activities, diary, injuries
    until           TEXT,                   -- last day, on the athlete's own calendar
    given_by        TEXT NOT NULL,          -- account: the athlete or the guardian
    given_ms        BIGINT NOT NULL,
    confirmed_ms    BIGINT,                 -- null while the guardian of an athlete under 16 has not agreed
    revoked_ms      BIGINT,
    PRIMARY KEY (athlete_id, id),
    CHECK ((account_id IS NULL) <> (squad_id IS NULL))
);
CREATE INDEX IF NOT EXISTS grants_by_account ON grants (account_id) WHERE account_id IS NOT NULL AND revoked_ms IS NULL;
CREATE INDEX IF NOT EXISTS grants_by_squad ON grants (squad_id) WHERE squad_id IS NOT NULL;

-- Every read of health data by somebody else.
CREATE TABLE IF NOT EXISTS reads (
    athlete_id      TEXT NOT NULL REFERENCES athletes (id) ON DELETE CASCADE,
    id              TEXT NOT NULL,
    reader_id       TEXT NOT NULL,
    reader_name     TEXT NOT NULL,          -- stays readable when the account is gone
    role            TEXT NOT NULL,
    token           TEXT,                   -- name of the token that it was read with
    kind            TEXT NOT NULL,
    what            TEXT NOT NULL,          -- the address without ids
    at_ms           BIGINT NOT NULL,
    PRIMARY KEY (athlete_id, id)
);

-- How often something that can be guessed was tried, so that it is limited across processes.
CREATE TABLE IF NOT EXISTS attempts (
    what            TEXT NOT NULL,          -- hash of what is limited: an account, an address
    window_ms       BIGINT NOT NULL,
    count           BIGINT NOT NULL,
    PRIMARY KEY (what, window_ms)
);

CREATE TABLE IF NOT EXISTS settings (
    name            TEXT NOT NULL PRIMARY KEY,
    value           TEXT NOT NULL
);

-- Summaries took a recording of a part for the whole, and any run for a steady one.
UPDATE athletes SET summaries_due = 1 WHERE id IN (SELECT athlete_id FROM activities);

COMMIT;
PRAGMA foreign_keys = ON;
