//! From what was sieved to activities: which sample, lap and pause belongs to which session.

use std::ops::Range;

use polars::prelude::DataFrame;

use super::columns::Cell;
use super::frame::{Samples, distance_from_positions, frames};
use super::offset;
use super::record::Records;
use super::sieve::{Part, Sieve};
use super::sport;
use super::summary::{FIRST_DATED, Summary, TimerEvent, utc};
use crate::{
    Activity, Details, Device, DistanceSource, FileKind, Lap, Notice, NoticeCode, OffsetSource, Pause, ReadOptions,
    Sport, schema,
};

/// What the file is for: an activity if any of its parts is.
pub(super) fn file_kind(parts: &[Part]) -> FileKind {
    let mut kinds = parts.iter().map(part_kind);
    let first = kinds.next().unwrap_or_else(|| FileKind::Other("unknown".to_owned()));
    if kinds.any(|kind| kind == FileKind::Activity) { FileKind::Activity } else { first }
}

fn part_kind(part: &Part) -> FileKind {
    match part.file_id.as_ref().and_then(|id| id.kind.as_deref()) {
        Some("activity") => FileKind::Activity,
        Some("course") => FileKind::Course,
        // Garmin's own, for which the profile has no name.
        Some("8") => FileKind::Other("locations".to_owned()),
        Some("44") => FileKind::Other("metrics".to_owned()),
        Some("49") => FileKind::Other("sleep".to_owned()),
        Some("68") => FileKind::Other("hrv_status".to_owned()),
        Some(name) if name.bytes().all(|b| b.is_ascii_digit()) => FileKind::Other(format!("unknown_{name}")),
        Some(name) => FileKind::Other(name.to_owned()),
        // Files without a type have been seen that are activities in all else.
        None if !part.rows.is_empty() || !part.sessions.is_empty() => FileKind::Activity,
        None => FileKind::Other("unknown".to_owned()),
    }
}

/// Who wrote the file: as its first `file_id` says, completed from the `device_info` of the same device.
pub(super) fn device(parts: &[Part]) -> Option<Device> {
    let of = |part: &Part| {
        let id = part.file_id.as_ref().map(|id| id.device.clone()).unwrap_or_default();
        let creator = part.creator.clone().unwrap_or_default();
        Device {
            manufacturer: id.manufacturer.or(creator.manufacturer),
            product: id.product.or(creator.product),
            serial: id.serial.or(creator.serial),
        }
    };
    let is_activity = |part: &&Part| part_kind(part) == FileKind::Activity;
    parts.iter().filter(is_activity).chain(parts).map(of).find(|device| *device != Device::default())
}

/// An activity without its frame.
struct Draft {
    activity: Activity,
    samples: Samples,
    /// Its end, FIT time: as stated, or its last sample where that is later.
    end: Option<u32>,
}

/// The seconds of each activity: up to its end, but not into the next one. No second is that of two: of activities that
/// begin together the last has them, as it has the samples.
fn strap_times(drafts: &[Draft]) -> Vec<Range<u64>> {
    let mut starts: Vec<(u64, usize)> =
        (0..).zip(drafts).filter_map(|(index, draft)| Some((u64::from(draft.samples.start?), index))).collect();
    starts.sort_unstable();
    let mut times = vec![0..0; drafts.len()];
    for (place, (start, index)) in (1..).zip(&starts) {
        let next = starts.get(place).map_or(u64::MAX, |(next, _)| *next);
        let end = drafts.get(*index).and_then(|draft| draft.end);
        if let (Some(end), Some(times)) = (end, times.get_mut(*index)) {
            *times = *start..next.min(u64::from(end) + 1);
        }
    }
    times
}

/// Makes the activities of a file.
pub(super) fn activities(sieve: Sieve<'_>, options: &ReadOptions, notices: &mut Vec<Notice>) -> Vec<Activity> {
    let Sieve { mut records, developers, parts, mut strap, .. } = sieve;
    records.stand_in(developers.natives());
    records.time.pad(records.rows());
    strap.finish();
    let mut drafts = Vec::new();
    for part in parts.iter().filter(|part| part_kind(part) == FileKind::Activity) {
        draft_part(part, &records, options, &mut drafts, notices);
    }
    let seconds = strap_times(&drafts);
    for (draft, seconds) in drafts.iter_mut().zip(seconds) {
        draft.activity.strap_heart_rate = strap.frame(seconds);
    }
    let (mut activities, samples): (Vec<Activity>, Vec<Samples>) =
        drafts.into_iter().map(|draft| (draft.activity, draft.samples)).unzip();
    let frames = frames(records, &developers.into_column_names(), &samples);
    for (index, (activity, mut frame)) in activities.iter_mut().zip(frames).enumerate() {
        if frame.get_column_index(schema::DISTANCE_M).is_some() {
            activity.distance_source = DistanceSource::Device;
        } else if let Some((distance, jumps)) = distance_from_positions(&frame, activity.sport.is_on_foot())
            && frame.with_column(distance).is_ok()
        {
            activity.distance_source = DistanceSource::Positions;
            let place = format!("session {}", index + 1);
            notices.extend(jumps.notice(&place).map(|notice| notice.about(index)));
            notices.push(Notice::distance_from_positions(&place, "", activity.session.distance_m).about(index));
        }
        activity.records = frame;
    }
    activities
}

/// Adds the activities of one part: one per session, or one for samples without a session.
fn draft_part(
    part: &Part,
    records: &Records<'_>,
    options: &ReadOptions,
    drafts: &mut Vec<Draft>,
    notices: &mut Vec<Notice>,
) {
    let implied = [Summary::default()];
    let sessions = match part.sessions.as_slice() {
        [] if part.rows.is_empty() => return,
        [] => {
            notices.push(Notice::new(NoticeCode::Damaged, "", "There is no session; all samples became one activity."));
            &implied
        }
        sessions => sessions,
    };
    let spans = Spans::of(sessions);
    let rows = spans.rows(part.rows.clone(), records);
    let mut laps = vec![Vec::new(); sessions.len()];
    for lap in &part.laps {
        if let Some(laps) = laps.get_mut(spans.at(lap.begin().or(lap.end))) {
            laps.push(lap);
        }
    }
    let mut lengths = vec![Vec::new(); sessions.len()];
    for (time, length) in &part.lengths {
        if let Some(lengths) = lengths.get_mut(spans.at(*time)) {
            lengths.push(length.clone());
        }
    }
    let mut pauses = vec![Vec::new(); sessions.len()];
    for (from, to) in stops(&part.timer) {
        let session = spans.at(Some(from));
        // From the end of one session to the start of the next nobody pauses.
        if session == spans.at(Some(to))
            && let (Some(from), Some(to), Some(pauses)) = (utc(from), utc(to), pauses.get_mut(session))
        {
            pauses.push(Pause { from, to });
        }
    }
    let offset = offset::from_clocks(&part.clocks);

    for ((((session, rows), mut laps), mut lengths), pauses) in
        sessions.iter().zip(rows).zip(laps).zip(lengths).zip(pauses)
    {
        let place = format!("session {}", drafts.len() + 1);
        let before = notices.len();
        laps.sort_by_key(|lap| lap.begin());
        lengths.sort_by_key(|length| length.start);
        let start = session.begin().or_else(|| rows.iter().cloned().flatten().find_map(|row| records.time.get(row)));
        let is_dated = start.is_none_or(|start| start >= FIRST_DATED);
        let started = start.filter(|_| is_dated).and_then(utc);
        let (first, last) = first_and_last(start, &rows, records);
        let (utc_offset_s, offset_source) = offset::at(started, offset, options.zone);
        if !is_dated {
            let text = "Its times count from when the device was switched on: the day is not known.";
            notices.push(Notice::new(NoticeCode::NoTimes, &place, text));
        } else if session.is_correlated || laps.iter().any(|lap| lap.is_correlated) || have_any(&rows, &part.correlated)
        {
            let text = "Times count from when the device was switched on; their date comes from what the file says of that \
                        clock and UTC (timestamp_correlation).";
            notices.push(Notice::new(NoticeCode::Converted, &place, text));
        }
        if is_dated && offset_source == OffsetSource::Unknown {
            let text = "The file does not state its offset from UTC; the day is the day in UTC.";
            notices.push(Notice::new(NoticeCode::OffsetUnknown, &place, text));
        }
        check_times(&rows, records, &place, notices);
        let sport = sport_of(session, part, records, &rows, &place, notices);
        Notice::assign(notices, before, drafts.len());
        let local = started.map(|start| start + chrono::TimeDelta::seconds(i64::from(utc_offset_s.unwrap_or(0))));
        drafts.push(Draft {
            samples: Samples {
                rows,
                start: first,
                laps: laps.iter().filter_map(|lap| lap.begin()).collect(),
                on_foot: sport.is_on_foot(),
            },
            end: session.end.max(last),
            activity: Activity {
                sport,
                details: Details { rpe: session.rpe, feel: session.feel, ..Details::default() },
                start: started,
                utc_offset_s,
                offset_source,
                local_date: local.map(|local| local.date_naive()),
                session: session.totals.clone(),
                distance_source: DistanceSource::None,
                laps: laps
                    .iter()
                    .map(|lap| Lap { start: lap.begin().and_then(utc), totals: lap.totals.clone() })
                    .collect(),
                pauses,
                lengths,
                strap_heart_rate: None,
                records: DataFrame::empty(),
            },
        });
    }
}

/// Whether some of `rows` are among `others`, which are in their order.
fn have_any(rows: &[Range<usize>], others: &[Range<usize>]) -> bool {
    rows.iter().any(|rows| {
        let behind = others.partition_point(|other| other.end <= rows.start);
        others.get(behind).is_some_and(|other| other.start < rows.end)
    })
}

/// The time that elapsed time is counted from, and that of the last sample. Some watches state a start that is later
/// than their first sample (that of a lap, or of the first fix), which then counts; one that is a day later is no such
/// thing, but a clock that was set late.
fn first_and_last(start: Option<u32>, rows: &[Range<usize>], records: &Records<'_>) -> (Option<u32>, Option<u32>) {
    const MOST_BEFORE_S: u32 = 86_400;
    let cells = || rows.iter().map(|rows| records.time.cells(rows.clone()));
    let times = || cells().flatten().copied().filter(|time| time.is_valid());
    // One more than a time is never that of a missing one, which becomes zero: the largest is found without branches.
    let latest = cells().flatten().fold(0, |latest, time| time.wrapping_add(1).max(latest));
    let last = latest.checked_sub(1);
    let Some(start) = start else { return (None, last) };
    let first = times().next().filter(|first| (start.saturating_sub(MOST_BEFORE_S)..start).contains(first));
    (first.or(Some(start)), last)
}

/// The session's sport, else the part's; where neither is stated, what the samples look like.
fn sport_of(
    session: &Summary,
    part: &Part,
    records: &Records<'_>,
    rows: &[Range<usize>],
    place: &str,
    notices: &mut Vec<Notice>,
) -> Sport {
    let (part_sport, part_sub_sport) = part.sport.unwrap_or_default();
    let stated = sport::stated(session.sport, session.sub_sport)
        .or_else(|| sport::stated(part_sport, part_sub_sport))
        // Where there is no session at all, its laps may still know.
        .or_else(|| part.laps.iter().find_map(|lap| sport::stated(lap.sport, lap.sub_sport)));
    if let Some(sport) = stated {
        return sport;
    }
    let (sport, text) = if sport::looks_like_running(records, rows) {
        (Sport::Running(crate::RunKind::Generic), "The sport is not stated; by its speed it was taken as running.")
    } else {
        (Sport::Unknown, "The sport is not stated, and the speed does not look like running; it stays unknown.")
    };
    notices.push(Notice::new(NoticeCode::SportAssumed, place, text));
    sport
}

fn check_times(rows: &[Range<usize>], records: &Records<'_>, place: &str, notices: &mut Vec<Notice>) {
    let (mut missing, mut backwards, mut repeated) = (0_u64, 0_u64, 0_u64);
    let mut last = None;
    for rows in rows {
        let times = records.time.cells(rows.clone());
        // Mostly each is later than the one before, and there is nothing to count.
        if let (Some(first), Some(end)) = (times.first(), times.last())
            && end.is_valid()
            && last.is_none_or(|last| last < *first)
            && times.is_sorted_by(|time, next| time < next)
        {
            last = Some(*end);
            continue;
        }
        for &time in times {
            if !time.is_valid() {
                missing += 1;
                continue;
            }
            backwards += u64::from(last.is_some_and(|last| time < last));
            repeated += u64::from(last == Some(time));
            last = Some(time);
        }
    }
    if missing > 0 {
        let have = if missing == 1 { "sample has" } else { "samples have" };
        let text = format!("{missing} {have} no time.");
        notices.push(Notice::new(NoticeCode::NoTimes, place, text));
    }
    if backwards + repeated > 0 {
        let count = |samples: u64, what: &str| match samples {
            0 => None,
            1 => Some(format!("1 sample {} {what}", if what.starts_with("earlier") { "is" } else { "has" })),
            n => Some(format!("{n} samples {} {what}", if what.starts_with("earlier") { "are" } else { "have" })),
        };
        let parts = [count(backwards, "earlier than the one before"), count(repeated, "the time of the one before")];
        let kept = if backwards + repeated == 1 { "it is kept as it stands" } else { "they are kept as they stand" };
        let text = format!("{}; {kept}.", parts.into_iter().flatten().collect::<Vec<_>>().join(", "));
        notices.push(Notice::new(NoticeCode::TimeOrder, place, text));
    }
}

/// Intervals in which the timer stood still, by the timer's events.
fn stops(timer: &[TimerEvent]) -> impl Iterator<Item = (u32, u32)> + '_ {
    let mut stopped = None;
    timer.iter().filter_map(move |event| {
        if !event.running {
            stopped = stopped.or(Some(event.time));
            return None;
        }
        let from = stopped.take()?;
        (from < event.time).then_some((from, event.time))
    })
}

/// Sessions on the time axis.
struct Spans {
    /// Start and index of each session that has a start, by start.
    starts: Vec<(u32, usize)>,
    count: usize,
}

impl Spans {
    fn of(sessions: &[Summary]) -> Self {
        let mut starts: Vec<(u32, usize)> =
            sessions.iter().enumerate().filter_map(|(index, session)| Some((session.begin()?, index))).collect();
        starts.sort_unstable();
        Self { starts, count: sessions.len() }
    }

    /// The session that `time` belongs to: the last one that has begun, else the first.
    fn at(&self, time: Option<u32>) -> usize {
        let first = self.starts.first().map_or(0, |(_, index)| *index);
        let Some(time) = time else { return first };
        let begun = self.starts.partition_point(|(start, _)| *start <= time);
        begun.checked_sub(1).and_then(|last| self.starts.get(last)).map_or(first, |(_, index)| *index)
    }

    /// The rows of each session. A sample without a time goes with the one before it.
    fn rows(&self, rows: Range<usize>, records: &Records<'_>) -> Vec<Vec<Range<usize>>> {
        let mut sessions: Vec<Vec<Range<usize>>> = vec![Vec::new(); self.count];
        let mut begin = rows.start;
        let mut current = self.at(None);
        // Times for which that is the session.
        let mut within = 0..0;
        let mut end_of = |session: usize, rows: Range<usize>| match sessions.get_mut(session) {
            Some(ranges) if !rows.is_empty() => ranges.push(rows),
            _ => {}
        };
        for (row, time) in (rows.start..).zip(records.time.cells(rows.clone())) {
            if !time.is_valid() || within.contains(time) {
                continue;
            }
            within = self.around(*time);
            let next = self.at(Some(*time));
            if next != current {
                end_of(current, begin..row);
                (begin, current) = (row, next);
            }
        }
        end_of(current, begin..rows.end);
        sessions
    }

    /// Times around `time` that belong to the same session.
    fn around(&self, time: u32) -> Range<u32> {
        let begun = self.starts.partition_point(|(start, _)| *start <= time);
        let start = |at: usize| self.starts.get(at).map(|(start, _)| *start);
        begun.checked_sub(1).and_then(start).unwrap_or(0)..start(begun).unwrap_or(u32::MAX)
    }
}
