//! What people write down: forms and lists on the pages of the diary and of injuries.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use chrono::NaiveDate;
use plimsoll_analytics::Side;
use serde::Deserialize;

use super::form::{Field, FormPage};
use super::sharing::field;
use super::{Shell, render};
use crate::access::{Action, Kind};
use crate::entries::{Body, Illness, Injury, Marks, Note, Pain, is_own};
use crate::http::App;
use crate::http::entries::{add, brings_back, change, changes, find, is_author, list, take_out};
use crate::http::error::{PageError, Problem};
use crate::http::extract::{PageForm, PageQuery};
use crate::http::who::{May, Need, ReadInjuries, WriteDiary, WriteInjuries};
use crate::store::Entry;
use crate::words;

/// What a form sent.
type Fields = Vec<(String, String)>;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/athletes/{athlete}/diary/entries", post(add_entry::<WriteDiary>))
        .route("/athletes/{athlete}/diary/entries/{entry}", get(edit::<WriteDiary>).post(save::<WriteDiary>))
        .route("/athletes/{athlete}/diary/entries/{entry}/remove", post(remove::<WriteDiary>))
        .route("/athletes/{athlete}/diary/entries/{entry}/restore", post(restore::<WriteDiary>))
        .route("/athletes/{athlete}/injuries", get(injuries).post(add_entry::<WriteInjuries>))
        .route("/athletes/{athlete}/injuries/{entry}", get(edit::<WriteInjuries>).post(save::<WriteInjuries>))
        .route("/athletes/{athlete}/injuries/{entry}/remove", post(remove::<WriteInjuries>))
        .route("/athletes/{athlete}/injuries/{entry}/restore", post(restore::<WriteInjuries>))
        .route("/athletes/{athlete}/injuries/{entry}/share", post(share))
}

/// Where entries of a kind of data are listed, and where they are sent.
fn places(kind: Kind, athlete_id: &str) -> (String, String) {
    match kind {
        Kind::Injuries => {
            let page = format!("/athletes/{athlete_id}/injuries");
            (page.clone(), page)
        }
        _ => (format!("/athletes/{athlete_id}/diary#written"), format!("/athletes/{athlete_id}/diary/entries")),
    }
}

/// An entry in a list.
#[derive(Debug)]
pub(super) struct EntryRow {
    /// Where it is changed, taken out and brought back.
    pub(super) address: String,
    pub(super) when: String,
    pub(super) what: String,
    pub(super) text: String,
    /// Who wrote it and who reads it, where that is not the athlete alone.
    pub(super) by: String,
    /// Whether who looks may write it anew.
    pub(super) changes: bool,
    pub(super) takes_out: bool,
    pub(super) brings_back: bool,
    pub(super) removed: bool,
    /// Of a note, for its athlete: whether it is shared.
    pub(super) shared: Option<bool>,
}

/// A form for one more entry.
#[derive(Debug)]
pub(super) struct EntryForm {
    pub(super) summary: &'static str,
    pub(super) action: String,
    pub(super) fields: Vec<Field>,
}

/// What was written down that who asks may read: what holds, and what was taken out.
pub(super) async fn rows<N: Need>(app: &App, may: &May<N>, today: NaiveDate, all: bool) -> Result<Rows, PageError> {
    let (_, address) = places(N::KIND, &may.athlete.id);
    let mut entries = list(app, may).await?;
    let older = if all { 0 } else { entries.len().saturating_sub(ON_A_PAGE) };
    entries.truncate(entries.len() - older);
    let rows = entries.into_iter().map(|entry| row(may, &entry, &address, today));
    let (there, removed) = rows.partition(|row| !row.removed);
    Ok(Rows { there, removed, older })
}

/// The newest entries; the rest is asked for.
const ON_A_PAGE: usize = 200;

/// Entries of a page.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) there: Vec<EntryRow>,
    /// Taken out.
    pub(super) removed: Vec<EntryRow>,
    /// How many older ones are left out.
    pub(super) older: usize,
}

fn row<N: Need>(may: &May<N>, entry: &Entry, address: &str, today: NaiveDate) -> EntryRow {
    let day = |date| words::day_month_near(date, today);
    let lasts = |first: NaiveDate, last: Option<NaiveDate>| match last {
        Some(last) if last == first => day(first),
        Some(last) => format!("{} to {}", day(first), day(last)),
        None => format!("since {}", day(first)),
    };
    let (when, what, text) = match &entry.body {
        Body::Marks(marks) => (day(marks.date), marks_words(marks), marks.text.clone()),
        Body::Pain(pain) => (day(pain.date), pain_words(pain), pain.text.clone()),
        Body::Illness(illness) => (lasts(illness.first, illness.last), "Ill".to_owned(), illness.text.clone()),
        Body::Injury(injury) => {
            let what = format!("{}{}", at_site(injury.side, &injury.site), if injury.is_bone { " (bone)" } else { "" });
            let texts = [injury.diagnosis.trim(), injury.text.trim()];
            let text = texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(". ");
            (lasts(injury.first, injury.last), what, text)
        }
        Body::Note(note) => (day(note.date), String::new(), note.text.clone()),
    };
    let own = is_author(may, entry);
    let writer = match (own, entry.imported) {
        (true, _) => "you".to_owned(),
        (false, true) => format!("{}, as a file says that was imported", entry.author.name),
        (false, false) => entry.author.name.clone(),
    };
    let shared = match &entry.body {
        Body::Note(note) => Some(note.shared),
        _ => None,
    };
    let by = match &entry.body {
        Body::Note(note) if note.shared => format!("by {writer}; read by everybody who may see injuries and notes"),
        Body::Note(_) if is_own(entry.author.role) => format!("by {writer}; read by nobody else"),
        Body::Note(_) if own => "by you; read by you and the athlete".to_owned(),
        Body::Note(_) => format!("by {writer}; read by them and you"),
        _ if own => String::new(),
        _ => format!("by {writer}"),
    };
    EntryRow {
        address: format!("{address}/{}", entry.id),
        when,
        what,
        text,
        by,
        changes: changes(may, entry) && (own || shared.is_none()),
        takes_out: changes(may, entry),
        brings_back: brings_back(may, entry),
        removed: entry.removed_ms.is_some(),
        shared: shared.filter(|_| is_own(may.role) && may.also(N::KIND, Action::Write)),
    }
}

fn at_site(side: Option<Side>, site: &str) -> String {
    let words = match side {
        Some(side) => format!("{} {}", side.as_str(), site.trim()),
        None => site.trim().to_owned(),
    };
    words::capitalised(&words)
}

fn marks_words(marks: &Marks) -> String {
    let value = |name: &str, value: Option<f64>, unit: &str| {
        value.map(|value| format!("{name} {}{unit}", words::one_decimal(value).trim_end_matches(".0")))
    };
    let item = |name: &str, item: Option<u8>| item.map(|item| format!("{name} {item}"));
    let hooper: Vec<String> = [
        item("fatigue", marks.fatigue),
        item("stress", marks.stress),
        item("soreness", marks.soreness),
        item("sleep", marks.sleep),
    ]
    .into_iter()
    .flatten()
    .collect();
    let hooper = (!hooper.is_empty()).then(|| format!("{} of 7", hooper.join(", ")));
    let all = [
        value("resting heart rate", marks.resting_hr_bpm, " bpm"),
        value("RMSSD", marks.rmssd_ms, " ms"),
        hooper,
        value("wellness", marks.wellness, ""),
    ];
    let words = all.into_iter().flatten().collect::<Vec<_>>().join("; ");
    if words.is_empty() { "Remark".to_owned() } else { words::capitalised(&words) }
}

fn pain_words(pain: &Pain) -> String {
    let rated = |value: Option<f64>, when: &str| {
        value.map(|value| format!("{} of 10 {when}", words::one_decimal(value).trim_end_matches(".0")))
    };
    let ticked = [
        (pain.is_worse_while_running, "worse while running"),
        (pain.is_at_night, "at night"),
        (pain.is_at_rest, "at rest"),
        (pain.is_swollen, "swollen"),
        (pain.is_in_one_spot, "in one spot"),
        (pain.is_bone, "on a bone"),
    ];
    let ticked = ticked.into_iter().filter(|(so, _)| *so).map(|(_, words)| words.to_owned());
    let said: Vec<String> = [rated(pain.during, "while running"), rated(pain.next_morning, "the next morning")]
        .into_iter()
        .flatten()
        .chain(ticked)
        .collect();
    format!("{}: {}", at_site(pain.side, &pain.site), said.join(", "))
}

/// The forms that who asks may fill in.
pub(super) fn forms<N: Need>(may: &May<N>, today: NaiveDate) -> Vec<EntryForm> {
    if !may.also(N::KIND, Action::Write) {
        return Vec::new();
    }
    let (_, action) = places(N::KIND, &may.athlete.id);
    let of = |kind: &'static str, summary: &'static str| EntryForm {
        summary,
        action: action.clone(),
        fields: fields(kind, today, is_own(may.role)),
    };
    match N::KIND {
        Kind::Injuries => {
            vec![of("injury", "Write down an injury"), of("note", "Write a note")]
        }
        _ => vec![of("marks", "How a day was"), of("pain", "Pain"), of("illness", "Illness")],
    }
}

fn number(name: &'static str, label: &str, (low, high, step): (&'static str, &'static str, &'static str)) -> Field {
    Field { range: Some((low, high, step)), ..Field::new(name, label, "number", "off").optional() }
}

fn tick(name: &'static str, label: &str) -> Field {
    Field::new(name, label, "checkbox", "off").optional()
}

fn text(label: &str) -> Field {
    Field::new("text", label, "textarea", "off").optional()
}

fn site() -> [Field; 3] {
    let sides = [("", "not said, or the middle"), ("left", "left"), ("right", "right")];
    [
        Field::new("site", "Where, in your own words", "text", "off").hint("Such as Achilles tendon, shin, knee."),
        Field {
            options: sides.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec(),
            ..Field::new("side", "Side", "select", "off").optional()
        },
        tick("is_bone", "It is a bone"),
    ]
}

const RATING: (&str, &str, &str) = ("0", "10", "0.5");
const ITEM: (&str, &str, &str) = ("1", "7", "1");

/// The fields of the form for a kind of entry, as of `today`. Only the athlete says that others read a note.
fn fields(kind: &str, today: NaiveDate, for_athlete: bool) -> Vec<Field> {
    let day = |name, label| Field::new(name, label, "date", "off").with(&today.to_string());
    let last = || Field::new("last", "Last day", "date", "off").optional().hint("Leave it empty while it goes on.");
    let hidden = Field::new("kind", "", "hidden", "off").with(kind);
    let mut fields = vec![hidden];
    match kind {
        "marks" => fields.extend([
            day("date", "Day"),
            number("resting_hr_bpm", "Resting heart rate, bpm", ("20", "250", "any"))
                .hint("On the morning of the day. What you write counts instead of what the watch says."),
            number("rmssd_ms", "Heart-rate variability, RMSSD, ms", ("1", "1000", "any")),
            number("fatigue", "Fatigue", ITEM),
            number("stress", "Stress", ITEM),
            number("soreness", "Soreness", ITEM),
            number("sleep", "Sleep", ITEM).hint("These four from 1, very good, to 7, very bad (Hooper)."),
            number("wellness", "Wellness on a scale of your own", ("", "", "any")).hint("The higher, the better."),
            text("Remark"),
        ]),
        "pain" => {
            fields.push(day("date", "Day of the run, or of the note"));
            fields.extend(site());
            fields.extend([
                number("during", "Worst while running, 0 to 10", RATING),
                number("next_morning", "The morning after, 0 to 10", RATING)
                    .hint("0 is none, 10 the worst imaginable. Empty is not known, never 0."),
                tick("is_worse_while_running", "It gets worse while running"),
                tick("is_at_night", "It comes at night"),
                tick("is_at_rest", "It is there at rest"),
                tick("is_swollen", "There is swelling"),
                tick("is_in_one_spot", "It is in one spot that a finger can point at"),
                text("Remark"),
            ]);
        }
        "illness" => fields.extend([day("first", "First day"), last(), text("Remark")]),
        "injury" => {
            fields.extend(site());
            fields.extend([
                day("first", "First day"),
                last(),
                Field::new("diagnosis", "Diagnosis", "text", "off").optional().hint("As whoever treats it calls it."),
                text("Remark"),
            ]);
        }
        _ => {
            fields.extend([day("date", "Day"), Field { required: true, ..text("Note") }]);
            if for_athlete {
                let shared = tick("shared", "Everybody who may see injuries and notes reads it");
                fields.push(shared.hint("Else the athlete reads it, and who wrote it."));
            }
        }
    }
    fields
}

/// Fields filled in with what was sent.
fn filled(mut fields: Vec<Field>, sent: &Fields) -> Vec<Field> {
    for of in &mut fields {
        let value = field(sent, of.name);
        if of.kind == "checkbox" {
            of.checked = !value.is_empty();
        } else {
            value.clone_into(&mut of.value);
        }
    }
    fields
}

/// What an entry says, as a form would send it.
fn sent(body: &Body) -> Fields {
    let value = serde_json::to_value(body).unwrap_or_default();
    let fields = value.as_object().into_iter().flatten();
    fields
        .filter_map(|(name, value)| {
            let text = match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Bool(true) => "yes".to_owned(),
                serde_json::Value::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
                _ => return None,
            };
            Some((name.clone(), text))
        })
        .collect()
}

/// What a form sent, as an entry; or what is wrong.
fn body(sent: &Fields) -> Result<Body, String> {
    // A browser ends lines in two characters.
    let text = |name| field(sent, name).replace("\r\n", "\n");
    let ticked = |name| !field(sent, name).is_empty();
    let day = |name: &str| match field(sent, name) {
        "" => Err("The day is missing.".to_owned()),
        text => text.parse::<NaiveDate>().map_err(|_| format!("“{text}” is not a day. Write it like 2026-12-31.")),
    };
    let last = || if field(sent, "last").is_empty() { Ok(None) } else { day("last").map(Some) };
    let number = |name: &str| match field(sent, name) {
        "" => Ok(None),
        text => {
            text.replace(',', ".").parse::<f64>().map(Some).map_err(|_| format!("“{text}” is not a number ({name})."))
        }
    };
    let item = |name: &str| match field(sent, name) {
        "" => Ok(None),
        text => {
            text.parse::<u8>().map(Some).map_err(|_| format!("{name} is a whole number from 1 to 7, not “{text}”."))
        }
    };
    let side = || match field(sent, "side") {
        "" => Ok(None),
        "left" => Ok(Some(Side::Left)),
        "right" => Ok(Some(Side::Right)),
        other => Err(format!("side is left, right or empty, not “{other}”.")),
    };
    Ok(match field(sent, "kind") {
        "marks" => Body::Marks(Marks {
            date: day("date")?,
            resting_hr_bpm: number("resting_hr_bpm")?,
            rmssd_ms: number("rmssd_ms")?,
            fatigue: item("fatigue")?,
            stress: item("stress")?,
            soreness: item("soreness")?,
            sleep: item("sleep")?,
            wellness: number("wellness")?,
            text: text("text"),
        }),
        "pain" => Body::Pain(Pain {
            date: day("date")?,
            site: text("site"),
            side: side()?,
            is_bone: ticked("is_bone"),
            during: number("during")?,
            next_morning: number("next_morning")?,
            is_worse_while_running: ticked("is_worse_while_running"),
            is_at_night: ticked("is_at_night"),
            is_at_rest: ticked("is_at_rest"),
            is_swollen: ticked("is_swollen"),
            is_in_one_spot: ticked("is_in_one_spot"),
            text: text("text"),
        }),
        "illness" => Body::Illness(Illness { first: day("first")?, last: last()?, text: text("text") }),
        "injury" => Body::Injury(Injury {
            site: text("site"),
            side: side()?,
            is_bone: ticked("is_bone"),
            first: day("first")?,
            last: last()?,
            diagnosis: text("diagnosis"),
            text: text("text"),
        }),
        "note" => Body::Note(Note { date: day("date")?, text: text("text"), shared: ticked("shared") }),
        other => return Err(format!("“{other}” is no kind of entry.")),
    })
}

/// A page that is the form of one entry.
fn form_page<N: Need>(
    app: &App,
    may: &May<N>,
    entry_id: Option<&str>,
    sent: &Fields,
    problem: Option<String>,
) -> Result<Html<String>, PageError> {
    let today = app.library.clock.today(may.athlete.profile.zone);
    let (back, address) = places(N::KIND, &may.athlete.id);
    let kind = field(sent, "kind");
    let heading = match kind {
        "marks" => "How a day was",
        "pain" => "Pain",
        "illness" => "Illness",
        "injury" => "Injury",
        _ => "Note",
    };
    let current = if N::KIND == Kind::Injuries { "injuries" } else { "diary" };
    let mut fields = fields(kind, today, is_own(may.role));
    if entry_id.is_some() {
        fields.push(Field::new(SEEN, "", "hidden", "off"));
    }
    let page = FormPage {
        shell: Shell::of(app, may, current, format!("{heading} · {}", may.athlete.profile.name)),
        heading: heading.to_owned(),
        lead: Vec::new(),
        problem,
        action: entry_id.map_or_else(|| address.clone(), |id| format!("{address}/{id}")),
        fields: filled(fields, sent),
        button: "Save".to_owned(),
        links: vec![(back, "Leave it as it was".to_owned())],
    };
    page.html()
}

/// Field of a form that says which state of the entry it was filled in from.
const SEEN: &str = "seen_ms";

/// Takes what a form sent for a new entry or for one that is there; what is wrong is said in the form.
async fn take<N: Need>(app: &App, may: &May<N>, entry_id: Option<&str>, sent: &Fields) -> Result<Response, PageError> {
    let done = match (body(sent), entry_id) {
        (Err(problem), _) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, problem)),
        (Ok(body), None) => add(app, may, body).await,
        (Ok(body), Some(id)) => change(app, may, id, body, field(sent, SEEN).parse().ok()).await,
    };
    match done {
        Ok(_) => Ok(Redirect::to(&places(N::KIND, &may.athlete.id).0).into_response()),
        Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            let page = form_page(app, may, entry_id, sent, Some(problem.detail))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn add_entry<N: Need>(
    State(app): State<App>,
    may: May<N>,
    PageForm(sent): PageForm<Fields>,
) -> Result<Response, PageError> {
    take(&app, &may, None, &sent).await
}

async fn edit<N: Need>(
    State(app): State<App>,
    may: May<N>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let entry = find(&app, &may, &id).await?;
    let mut fields = sent(&entry.body);
    fields.push((SEEN.to_owned(), entry.changed_ms.to_string()));
    form_page(&app, &may, Some(&id), &fields, None)
}

async fn save<N: Need>(
    State(app): State<App>,
    may: May<N>,
    Path((_, id)): Path<(String, String)>,
    PageForm(sent): PageForm<Fields>,
) -> Result<Response, PageError> {
    take(&app, &may, Some(&id), &sent).await
}

async fn remove<N: Need>(
    State(app): State<App>,
    may: May<N>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    take_out(&app, &may, &id, true).await?;
    Ok(Redirect::to(&places(N::KIND, &may.athlete.id).0))
}

async fn restore<N: Need>(
    State(app): State<App>,
    may: May<N>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    take_out(&app, &may, &id, false).await?;
    Ok(Redirect::to(&places(N::KIND, &may.athlete.id).0))
}

/// The athlete shares a note, or ends that.
async fn share(
    State(app): State<App>,
    may: May<WriteInjuries>,
    Path((_, id)): Path<(String, String)>,
    PageForm(sent): PageForm<Fields>,
) -> Result<Redirect, PageError> {
    let entry = find(&app, &may, &id).await?;
    let (Body::Note(note), true) = (&entry.body, is_own(may.role)) else {
        return Err(Problem::new(StatusCode::FORBIDDEN, "Only the athlete says who reads a note.").into());
    };
    let body = Body::Note(Note { shared: field(&sent, "shared") == "yes", ..note.clone() });
    change(&app, &may, &id, body, None).await?;
    Ok(Redirect::to(&places(Kind::Injuries, &may.athlete.id).0))
}

#[derive(Debug, Template)]
#[template(path = "injuries.html")]
struct InjuriesPage {
    shell: Shell,
    name: String,
    forms: Vec<EntryForm>,
    injuries: Vec<EntryRow>,
    notes: Vec<EntryRow>,
    removed: Vec<EntryRow>,
    older: usize,
}

/// Whether everything is to be listed.
#[derive(Debug, Deserialize)]
struct AllQuery {
    all: Option<String>,
}

async fn injuries(
    State(app): State<App>,
    may: May<ReadInjuries>,
    PageQuery(query): PageQuery<AllQuery>,
) -> Result<Html<String>, PageError> {
    let today = app.library.clock.today(may.athlete.profile.zone);
    let Rows { there, removed, older } = rows(&app, &may, today, query.all.is_some()).await?;
    // A note has no words but its own.
    let (injuries, notes) = there.into_iter().partition(|row| !row.what.is_empty());
    render(&InjuriesPage {
        shell: Shell::of(&app, &may, "injuries", format!("Injuries · {}", may.athlete.profile.name)),
        name: may.athlete.profile.name.clone(),
        forms: forms(&may, today),
        injuries,
        notes,
        removed,
        older,
    })
}
