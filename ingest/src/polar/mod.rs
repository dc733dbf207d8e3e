//! Polar: `training-session-….json` of the account export.
//!
//! Two forms are read. Older exports have samples that carry their own times (`samples.heartRate`, `recordedRoute`)
//! and names of sports; newer ones have series at a steady interval (`samples.samples`), way points with the time
//! since their route's start (`routes.route`), and numbers of sports.
//!
//! What becomes what:
//! - Each exercise is one [`crate::Activity`]; a session without exercises (entered by hand) is one, too. What the only
//!   exercise of a session does not state is taken from the session.
//! - Times are the wall clock; the session or the exercise states its offset from UTC in minutes. Without it,
//!   [`ReadOptions::zone`] counts, else UTC.
//! - Values of the same second are one row; of several values of a kind in one second, the first counts.
//! - A series begins with its exercise (the export does not say so). When it is as long as the time without pauses
//!   rather than the whole, what comes after a pause is moved behind it.
//! - Speed is written in km/h; cadence counts one foot or both by the rule for all formats (the median tells).
//! - Power is written for one side (`LEFT_CRANK_CURRENT_POWER`), also for running: with a right side the two are added
//!   up, without one it is doubled, as Polar's own mean does.
//! - RR intervals (older exports) stand one behind the other from the start of the exercise on; each belongs to the row
//!   of the second it ends in, else to the next one. Time without contact passes, and is no interval.
//! - Stride length becomes `step_length_mm` on foot. Its unit is told by its size; it is one step, or two where speed and
//!   cadence say so, and left out where they contradict both.
//! - `distance_m` is the exercise's own where it never falls, else added up along the positions.
//! - Laps are those taken by hand, else the automatic ones; a lap's time is that of the timer.
//! - The session's own rating (`sessionRpe`) has ten steps from none to extreme: 1 to 10.
//!
//! `NaN`, which Polar writes and JSON does not have, is null. A file that ends in the middle gives what stands before.
//! Zones are not used; samples of other kinds are named in a notice. Other files of the export hold no training; nightly
//! values of heart rate are not read, because their form is not sure.

mod activity;
mod clock;
mod json;
mod records;
mod session;
mod sport;
mod stride;
mod text;

use std::collections::BTreeMap;

use crate::{Device, FileKind, Format, Notice, NoticeCode, OtherMessages, ReadError, ReadOptions, WatchFile};
use session::Session;

/// Reads a training session.
///
/// # Errors
/// [`ReadError::Empty`] for no bytes; [`ReadError::Text`] when the file is no JSON, is nested deeper than 128 levels,
/// or is damaged before anything useful.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<WatchFile, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let (text, decoding) = crate::decode::decode(bytes);
    let text = json::without_nan(&text);
    let mut session = Session::default();
    let mut notices: Vec<Notice> = decoding.into_iter().collect();
    let refusal = |what: String, line: usize| ReadError::Text { format: Format::Polar, what, line: line.max(1) };
    let damage = json::fill(&text, &mut session).err();
    let is_useful =
        session.block.start_ms.is_some() || session.exercises.iter().any(|exercise| exercise.start_ms.is_some());
    match &damage {
        Some(error) if !is_useful => return Err(refusal(without_place(error), error.line())),
        None if !is_useful => return Err(refusal("it has no start".to_owned(), 1)),
        Some(error) => {
            let code =
                if error.is_eof() || is_at_end(error, &text) { NoticeCode::Truncated } else { NoticeCode::Damaged };
            let text =
                format!("The file cannot be read further ({}); what stands before was kept.", without_place(error));
            notices.push(Notice::new(code, format!("line {}", error.line()), text));
        }
        None => {}
    }
    let device = session.block.product.model.take().map(|model| Device {
        manufacturer: Some("Polar".to_owned()),
        product: Some(model),
        serial: None,
    });
    let mut messages = BTreeMap::new();
    if !session.exercises.is_empty() {
        messages.insert("exercise".to_owned(), session.exercises.len() as u64);
    }
    let mut kind = FileKind::Activity;
    let mut activities = Vec::new();
    if session.is_target {
        kind = FileKind::Other("training_target".to_owned());
    } else {
        // The columns are built to one length and distinct names, so that this does not fail.
        activities =
            activity::activities(session, options, &mut notices).map_err(|error| refusal(error.to_string(), 1))?;
    }
    Ok(WatchFile {
        format: Format::Polar,
        kind,
        device,
        messages,
        activities,
        others: OtherMessages::default(),
        diary: Vec::new(),
        notices,
    })
}

/// Whether the damage is where the text ends: half a number is no number.
fn is_at_end(error: &serde_json::Error, text: &str) -> bool {
    let last = text.rfind('\n').map_or(0, |newline| newline + 1);
    let lines = 1 + text.bytes().filter(|byte| *byte == b'\n').count();
    error.line() == lines && error.column() >= text.len() - last
}

/// What the parser says, without the place that it says it with.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what).to_owned()
}
