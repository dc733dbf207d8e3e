//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use plimsoll_ingest::{apple, archive};

use crate::config::{DEFAULT_DATA, DEFAULT_LISTEN, Limits};

/// How far may I run today, and why: running load from watch files, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the service with an invented squad to look at; nothing is kept
    Demo {
        /// Address to listen on (loopback only)
        #[arg(long, value_name = "ADDR", default_value = DEFAULT_LISTEN)]
        listen: SocketAddr,
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Start the service on a data folder
    Serve {
        /// Folder for the database and the files; created when missing
        #[arg(long, value_name = "FOLDER", default_value = DEFAULT_DATA)]
        data: PathBuf,
        /// Address to listen on
        #[arg(long, value_name = "ADDR", default_value = DEFAULT_LISTEN)]
        listen: SocketAddr,
        #[command(flatten)]
        doors: DoorArgs,
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Make a link with which somebody sets a new password: for the keeper, when nobody else can
    ResetLink {
        /// The address of the account
        #[arg(value_name = "EMAIL")]
        email: String,
        /// Folder of the database and the files
        #[arg(long, value_name = "FOLDER", default_value = DEFAULT_DATA)]
        data: PathBuf,
        /// The second factor goes off with it
        #[arg(long)]
        drop_second_factor: bool,
    },
    /// Take watch files, tables of past training and whole exports into a data folder
    ///
    /// FIT, GPX and TCX files; CSV with a header of `date` and `distance_km`, `duration` or both, and optionally `rpe`,
    /// `sport`, `title`, `notes` and `gear`; each of them compressed with gzip; zip archives, and the exports of Strava,
    /// Garmin, Apple Health and Polar as they come, packed or unpacked. What is inside a file counts, not what it is
    /// called. In folders, hidden files are passed over and links are not followed.
    Import {
        /// Files, archives, and folders to search for both
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
        /// Whose files they are, by name or id; an athlete that is nobody's yet is added when there is none of that name
        #[arg(long, value_name = "NAME")]
        athlete: String,
        /// Folder for the database and the files; created when missing
        #[arg(long, value_name = "FOLDER", default_value = DEFAULT_DATA)]
        data: PathBuf,
        /// Time zone of a new athlete, for files that do not say their own: Europe/Copenhagen
        #[arg(long, value_name = "ZONE")]
        zone: Option<chrono_tz::Tz>,
        #[command(flatten)]
        files: FileLimitArgs,
        /// At the end, say where the time went
        #[arg(long)]
        timings: bool,
    },
    /// Write everything of an athlete into one zip archive, which another installation imports
    Export {
        /// The archive, which must not be there yet
        #[arg(value_name = "OUT.zip")]
        out: PathBuf,
        /// Whose, by name or id
        #[arg(long, value_name = "NAME")]
        athlete: String,
        /// Folder of the database and the files
        #[arg(long, value_name = "FOLDER", default_value = DEFAULT_DATA)]
        data: PathBuf,
    },
    /// Erase an athlete with all their files, and with the account when there is one; nobody can bring it back
    Erase {
        /// Who, by name or id
        #[arg(long, value_name = "NAME")]
        athlete: String,
        /// Folder of the database and the files
        #[arg(long, value_name = "FOLDER", default_value = DEFAULT_DATA)]
        data: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// List the imports of an athlete, newest first
    Imports {
        /// Whose imports, by name or id
        #[arg(long, value_name = "NAME")]
        athlete: String,
        /// Folder of the database and the files
        #[arg(long, value_name = "FOLDER", default_value = DEFAULT_DATA)]
        data: PathBuf,
    },
    /// Take an import back as a whole; `redo-import` brings it back
    UndoImport {
        /// The import, as `plimsoll import` and `plimsoll imports` name it
        #[arg(value_name = "ID")]
        id: String,
        /// Folder of the database and the files
        #[arg(long, value_name = "FOLDER", default_value = DEFAULT_DATA)]
        data: PathBuf,
    },
    /// Bring back an import that was undone
    RedoImport {
        /// The import, as `plimsoll imports` names it
        #[arg(value_name = "ID")]
        id: String,
        /// Folder of the database and the files
        #[arg(long, value_name = "FOLDER", default_value = DEFAULT_DATA)]
        data: PathBuf,
    },
    /// Say what is in watch files
    Inspect {
        /// Files, and archives of them
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// One JSON object per file and line
        #[arg(long)]
        json: bool,
        /// In JSON, also what a FIT file says beside its activities: profile, zones, devices…
        #[arg(long, requires = "json")]
        others: bool,
        #[command(flatten)]
        limits: FileLimitArgs,
    },
    /// Work out every indicator and flag from a table of runs
    ///
    /// The CSV has a header with `date` and `distance_km`, `load` or both, and optionally `athlete`. One row is one
    /// run; several rows of one date are several runs. An empty value is an unknown day. A date that is missing
    /// between the first and the last is a rest day unless `--gaps unknown`.
    Analyze {
        /// The table; `-` reads standard input
        #[arg(value_name = "RUNS.csv")]
        runs: PathBuf,
        /// One JSON object per line: every day, then every flag
        #[arg(long)]
        json: bool,
        /// The day to stand on, YYYY-MM-DD; the last date of the table when not given
        #[arg(long, value_name = "DATE")]
        as_of: Option<NaiveDate>,
        /// What a missing date is
        #[arg(long, value_enum, default_value_t = GapsArg::Rest)]
        gaps: GapsArg,
    },
}

/// How people come in.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DoorArgs {
    /// How people reach the service, such as `https://plimsoll.example.org`: stands in links, and with https the cookie of
    /// a session travels encrypted only
    #[arg(long, value_name = "URL", env = "PLIMSOLL_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// How many proxies stand before the service, each of which adds the address that it saw to X-Forwarded-For
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub(crate) proxies: usize,
    /// Server for outgoing mail, such as `smtps://user:password@mail.example.org`; better by the environment, where other
    /// users of the machine do not see it
    #[arg(
        long,
        value_name = "URL",
        env = "PLIMSOLL_SMTP_URL",
        hide_env_values = true,
        requires = "mail_from",
        requires = "public_url"
    )]
    pub(crate) smtp_url: Option<String>,
    /// Who mails are from, such as plimsoll@example.org
    #[arg(long, value_name = "ADDRESS", env = "PLIMSOLL_MAIL_FROM")]
    pub(crate) mail_from: Option<String>,
    /// Passwords that are known from leaks, as SHA-1 in the format of Have I Been Pwned's downloader, sorted by hash
    #[arg(long, value_name = "FILE")]
    pub(crate) breached_passwords: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct LimitArgs {
    #[command(flatten)]
    files: FileLimitArgs,
    /// Largest upload (all its files together) that is taken, in MB; archives wait on the disk, not in memory
    #[arg(long, value_name = "MB", default_value_t = 20_000)]
    max_upload_mb: u32,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct FileLimitArgs {
    /// Largest file that is taken, in MB, after decompression
    #[arg(long, value_name = "MB", default_value_t = 128)]
    max_file_mb: u32,
    /// Most files that are taken out of an archive
    #[arg(long, value_name = "COUNT", default_value_t = archive::Limits::default().members)]
    max_members: u64,
    /// Most that is taken out of an archive, in GB, after decompression
    #[arg(long, value_name = "GB", default_value_t = archive::Limits::default().total_bytes / 1_000_000_000)]
    max_archive_gb: u64,
    /// Most that a file may grow when it is decompressed, as a factor
    #[arg(long, value_name = "FACTOR", default_value_t = archive::Limits::default().ratio)]
    max_ratio: u64,
    /// How many archives may lie one inside the other
    #[arg(long, value_name = "DEPTH", default_value_t = archive::Limits::default().depth)]
    max_depth: u32,
    /// Longest name of a file in an archive or a folder, in bytes, with the folders that it lies in
    #[arg(long, value_name = "BYTES", default_value_t = archive::Limits::default().name_bytes)]
    max_name_bytes: usize,
    /// Most activities without a file that are taken from the table of a Strava export
    #[arg(long, value_name = "COUNT", default_value_t = archive::Limits::default().table_rows)]
    max_table_rows: usize,
    /// Most workouts that are taken from an Apple Health export
    #[arg(long, value_name = "COUNT", default_value_t = apple::Caps::default().workouts)]
    max_workouts: usize,
    /// Most readings of resting heart rate and heart-rate variability that are taken from an Apple Health export
    #[arg(long, value_name = "COUNT", default_value_t = apple::Caps::default().readings)]
    max_readings: usize,
    /// Most samples of one workout of an Apple Health export
    #[arg(long, value_name = "COUNT", default_value_t = apple::Caps::default().samples_of_workout)]
    max_workout_samples: usize,
    /// Largest route of one workout of an Apple Health export, in MB
    #[arg(long, value_name = "MB", default_value_t = apple::Caps::default().route_bytes / 1_000_000)]
    max_route_mb: usize,
}

impl LimitArgs {
    /// The limits of a service.
    pub(crate) fn limits(self) -> Limits {
        let bytes = usize::try_from(u64::from(self.max_upload_mb) * 1_000_000).unwrap_or(usize::MAX);
        Limits { request_bytes: bytes, ..self.files.limits() }
    }
}

impl FileLimitArgs {
    /// The limits of an import.
    pub(crate) fn limits(self) -> Limits {
        let limits = Limits::from_megabytes(self.max_file_mb, self.max_file_mb);
        let archive = archive::Limits {
            members: self.max_members,
            total_bytes: self.max_archive_gb.saturating_mul(1_000_000_000),
            ratio: self.max_ratio,
            depth: self.max_depth,
            name_bytes: self.max_name_bytes,
            table_rows: self.max_table_rows,
            apple: apple::Caps {
                workouts: self.max_workouts,
                readings: self.max_readings,
                samples_of_workout: self.max_workout_samples,
                route_bytes: self.max_route_mb.saturating_mul(1_000_000),
                ..limits.archive.apple
            },
            ..limits.archive
        };
        Limits { archive, ..limits }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GapsArg {
    /// A rest day
    Rest,
    /// Not known
    Unknown,
}
