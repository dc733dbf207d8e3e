//! An import: what became of its files, and taking it back.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use chrono::NaiveDate;
use serde::Deserialize;

use super::{Shell, render};
use crate::http::App;
use crate::http::api::{RESULTS, find_import, given, result_named, sentence, turned};
use crate::http::error::{PageError, Problem};
use crate::http::extract::PageQuery;
use crate::http::who::{May, ReadActivities, WriteActivities};
use crate::library::WRITTEN_OUT;
use crate::store::{ActivityRow, Athlete, Counts, FileResult, Import, ImportFile, ImportState};
use crate::words;

/// Rows of a page of the report.
const ROWS: usize = 100;

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    shell: Shell,
    id: String,
    import: ImportView,
    /// What it all came to, in sentences.
    outcome: String,
    figures: Vec<Figure>,
    /// The results to choose from.
    filters: Vec<Filter>,
    /// The result that is chosen.
    chosen: Option<&'static str>,
    rows: Vec<FileRow>,
    /// Where the next page begins.
    next: Option<String>,
    /// Whether this is not the first page.
    later: bool,
}

/// An import as a line of a list, and as the head of its page.
pub(super) struct ImportView {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) when: String,
    /// `running`, `finished` or `undone`.
    pub(super) state: &'static str,
    /// `from the upload page`…
    pub(super) source: &'static str,
    /// `4 new, 1 failed`.
    pub(super) brief: String,
    /// How many files have their result.
    pub(super) done: u64,
}

/// A count with its words.
struct Figure {
    result: &'static str,
    value: String,
    text: &'static str,
}

struct Filter {
    result: &'static str,
    text: String,
}

struct FileRow {
    /// The name without the archive's.
    name: String,
    /// What stood before it: the archive and folders.
    place: Option<String>,
    result: ResultWords,
    messages: Vec<String>,
    /// What is not written out: `and 12 more`.
    more_messages: Option<String>,
    activities: Vec<GivenLink>,
    /// Likewise.
    more_activities: Option<String>,
}

/// An activity that a file gave.
struct GivenLink {
    id: String,
    text: String,
}

/// A result as a mark, a word and a class.
#[derive(Clone, Copy)]
pub(super) struct ResultWords {
    pub(super) name: &'static str,
    pub(super) icon: &'static str,
    pub(super) word: &'static str,
}

/// Mark and word of a result.
pub(super) fn result_words(result: FileResult) -> ResultWords {
    let (icon, word) = match result {
        FileResult::Waiting => ("…", "waiting"),
        FileResult::New => ("+", "new"),
        FileResult::Duplicate => ("=", "same bytes"),
        FileResult::SameActivity => ("≈", "same activity"),
        FileResult::SetAside => ("–", "set aside"),
        FileResult::Failed => ("×", "failed"),
    };
    ResultWords { name: result.as_str(), icon, word }
}

/// Mark and words of a file's result, as things are now: what was brought and taken back is no longer there.
fn result_now(result: FileResult, state: ImportState) -> ResultWords {
    let word = match (state, result) {
        (ImportState::Undone, FileResult::New) => "undone, was new",
        (ImportState::Undone, FileResult::SameActivity) => "undone, was the same activity",
        _ => return result_words(result),
    };
    ResultWords { name: "undone", icon: "↶", word }
}

fn count_of(counts: &Counts, result: FileResult) -> u64 {
    match result {
        FileResult::Waiting => counts.waiting,
        FileResult::New => counts.new,
        FileResult::Duplicate => counts.duplicate,
        FileResult::SameActivity => counts.same_activity,
        FileResult::SetAside => counts.set_aside,
        FileResult::Failed => counts.failed,
    }
}

fn all(counts: &Counts) -> u64 {
    RESULTS.iter().map(|result| count_of(counts, *result)).sum()
}

impl ImportView {
    pub(super) fn new(import: &Import, athlete: &Athlete, today: NaiveDate) -> Self {
        let counted: Vec<String> = FIGURES
            .into_iter()
            .map(|(result, _)| result)
            .chain([FileResult::Waiting])
            .map(|result| (count_of(&import.counts, result), result_words(result).word))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{} {word}", words::thousands(count)))
            .collect();
        Self {
            id: import.id.clone(),
            label: import.label.clone(),
            when: local_time(import.started_ms, athlete, today),
            state: import.state.as_str(),
            source: match import.source.as_str() {
                "page" => "from the upload page",
                "api" => "over the API",
                "token" => "over the API, by a program",
                "command_line" => "from the command line",
                _ => "made for the demo",
            },
            brief: if counted.is_empty() { "no files yet".to_owned() } else { counted.join(", ") },
            done: all(&import.counts) - import.counts.waiting,
        }
    }
}

/// `20 Nov 16:02`, on the athlete's wall clock.
pub(super) fn local_time(epoch_ms: i64, athlete: &Athlete, today: NaiveDate) -> String {
    let local =
        chrono::DateTime::from_timestamp_millis(epoch_ms).unwrap_or_default().with_timezone(&athlete.profile.zone);
    format!("{} {}", words::day_month_near(local.date_naive(), today), local.format("%H:%M"))
}

/// Which files of the report.
#[derive(Debug, Deserialize)]
pub(super) struct ReportQuery {
    result: Option<String>,
    /// A result and a place in the import: `failed.17`.
    from: Option<String>,
}

pub(super) async fn page(
    State(app): State<App>,
    may: May<ReadActivities>,
    Path((_, id)): Path<(String, String)>,
    PageQuery(query): PageQuery<ReportQuery>,
) -> Result<Html<String>, PageError> {
    let athlete = &may.athlete;
    let import = find_import(&app, &athlete.id, &id).await?;
    let today = app.library.clock.today(athlete.profile.zone);
    let chosen = query.result.as_deref().filter(|name| !name.is_empty()).map(result_named).transpose()?;
    let (files, next) = report(&app, &import, chosen, query.from.as_deref()).await?;
    let mut rows = Vec::with_capacity(files.len());
    for file in files {
        let (count, first) = given(&app, &athlete.id, &file).await?;
        rows.push(file_row(&file, count, &first, import.state, today));
    }
    let filters = RESULTS
        .into_iter()
        .map(|result| (count_of(&import.counts, result), result_words(result)))
        .filter(|(count, words)| *count > 0 || chosen.is_some_and(|chosen| chosen.as_str() == words.name))
        .map(|(count, result)| Filter {
            result: result.name,
            text: format!("{} ({})", result.word, words::thousands(count)),
        })
        .collect();
    let view = ImportView::new(&import, athlete, today);
    render(&ImportPage {
        shell: Shell::of(&app, &may, "upload", format!("{} · {}", import.label, athlete.profile.name)),
        id: athlete.id.clone(),
        outcome: outcome(&import, athlete, today),
        figures: figures(&import.counts),
        filters,
        chosen: chosen.map(FileResult::as_str),
        rows,
        next,
        later: query.from.is_some(),
        import: view,
    })
}

/// The results of an import that is over, with their words.
const FIGURES: [(FileResult, &str); 5] = [
    (FileResult::New, "new"),
    (FileResult::Duplicate, "the same bytes as before"),
    (FileResult::SameActivity, "the same activity as before"),
    (FileResult::SetAside, "set aside: not an activity"),
    (FileResult::Failed, "failed"),
];

fn figures(counts: &Counts) -> Vec<Figure> {
    let figure = |(result, text): (FileResult, &'static str)| Figure {
        result: result.as_str(),
        value: words::thousands(count_of(counts, result)),
        text,
    };
    FIGURES.into_iter().map(figure).collect()
}

/// What an import came to.
fn outcome(import: &Import, athlete: &Athlete, today: NaiveDate) -> String {
    let counts = &import.counts;
    let total = all(counts);
    match import.state {
        ImportState::Running => {
            return "Files are being read. You may leave this page: the import goes on by itself.".to_owned();
        }
        ImportState::Undone => {
            let when =
                import.undone_ms.map_or_else(String::new, |ms| format!(" on {}", local_time(ms, athlete, today)));
            return format!("It was undone{when}: what its files brought counts nowhere. The files are kept.");
        }
        ImportState::Finished => {}
    }
    let files = |count: u64| words::count(count, "file", "files");
    let it_all = |whole: &str, one: &str| if total == 1 { one.to_owned() } else { whole.to_owned() };
    if total == 0 {
        return "There was no file in it.".to_owned();
    }
    if counts.waiting > 0 {
        return format!("{} still to be read.", files(counts.waiting));
    }
    if counts.failed == total {
        return it_all(
            "None of the files could be read; the reasons stand below.",
            "The file could not be read; the reason stands below.",
        );
    }
    if counts.set_aside == total {
        return it_all(
            "Every file was recognised and set aside: there is no activity and no diary value among them.",
            "The file was recognised and set aside: it holds no activity and no diary value.",
        );
    }
    let mut told = Vec::new();
    match counts.new {
        0 if counts.duplicate + counts.same_activity == total => {
            return it_all("Everything in it was there before.", "It was there before.");
        }
        0 => told.push("Nothing in it is new.".to_owned()),
        new => told.push(format!("{} brought something new.", files(new))),
    }
    if counts.failed > 0 {
        told.push(format!("{} could not be read.", files(counts.failed)));
    }
    told.join(" ")
}

/// A page of the report: what failed first, then the rest, what waits last. Begins at `from`; returns where the next
/// page begins.
async fn report(
    app: &App,
    import: &Import,
    chosen: Option<FileResult>,
    from: Option<&str>,
) -> Result<(Vec<ImportFile>, Option<String>), Problem> {
    let results: Vec<FileResult> =
        RESULTS.into_iter().filter(|result| chosen.is_none_or(|one| one == *result)).collect();
    let begin = from.and_then(|from| from.split_once('.')).and_then(|(name, place)| {
        let result = results.iter().position(|result| result.as_str() == name)?;
        Some((result, place.parse().ok()?))
    });
    let (skipped, mut first) = begin.unwrap_or((0, 0));
    let mut files: Vec<ImportFile> = Vec::new();
    for result in results.into_iter().skip(skipped) {
        let wanted = i64::try_from(ROWS + 1 - files.len()).unwrap_or(0);
        let store = &app.library.store;
        files.extend(store.import_files(&import.athlete_id, &import.id, Some(result), first, wanted).await?);
        first = 0;
        if files.len() > ROWS {
            break;
        }
    }
    let next = files.get(ROWS).map(|file| format!("{}.{}", file.result.as_str(), file.position));
    files.truncate(ROWS);
    Ok((files, next))
}

/// `given`: the first of the activities that the file gave, `count` in all.
fn file_row(file: &ImportFile, count: u64, given: &[ActivityRow], state: ImportState, today: NaiveDate) -> FileRow {
    let (place, name) = match file.name.rsplit_once('/') {
        Some((place, name)) if !name.is_empty() => (Some(place.to_owned()), name.to_owned()),
        _ => (None, file.name.clone()),
    };
    let activities = given
        .iter()
        .map(|activity| {
            let distance =
                activity.summary.distance_m.map_or_else(String::new, |metres| words::km(metres / 1000.0) + " ");
            let sport = words::sport(&activity.sport, activity.run_kind.as_deref());
            let on = words::day_month_near(activity.local_date, today);
            GivenLink { id: activity.id.clone(), text: format!("{distance}{sport} on {on}") }
        })
        .collect();
    FileRow {
        name,
        place,
        result: result_now(file.result, state),
        messages: file.messages.iter().take(WRITTEN_OUT).map(|text| sentence(text)).collect(),
        more_messages: and_more(file.messages.len() as u64),
        activities,
        more_activities: and_more(count),
    }
}

/// How many of `count` are not written out.
fn and_more(count: u64) -> Option<String> {
    let more = count.checked_sub(WRITTEN_OUT as u64).filter(|more| *more > 0)?;
    Some(format!("and {} more", words::thousands(more)))
}

pub(super) async fn undo(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    turned(app.library.undo_import(&athlete.id, &id).await?)?;
    Ok(Redirect::to(&format!("/athletes/{}/imports/{id}", athlete.id)))
}

pub(super) async fn redo(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    turned(app.library.redo_import(&athlete.id, &id).await?)?;
    Ok(Redirect::to(&format!("/athletes/{}/imports/{id}", athlete.id)))
}
