//! Rows of Strava's table beside files that give no activity when they are read.

use plimsoll_ingest::archive::{Content, Item, StandIn};
use plimsoll_ingest::{Activity, ReadOptions, read};

use super::{GPX, walked, zip};

const TABLE: &str = "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Commute,Activity Gear,\
    Filename,Elapsed Time,Moving Time,Distance,Perceived Exertion\n\
    1,\"Jan 5, 2019, 6:32:11 AM\",Hills,Run,3700,10.1,true,Shoe A,activities/1.fit,3700,3600,10100,6\n\
    2,someday,No day,Run,3000,5,,,activities/2.gpx,3000,3000,5000,\n";

/// The header of a FIT file that breaks off before its first message.
const CUT: &[u8] = b"\x0e\x10\x43\x08\x78\x05\x00\x00.FIT\x00\x00";

/// What whoever walks an export does: reads each file, and takes the row of those that give no activity.
fn activities(items: &[Item]) -> Vec<Activity> {
    let options = ReadOptions::default();
    let of = |bytes: &[u8]| -> Vec<Activity> {
        let found = read(bytes, &options).map(|file| file.activities).unwrap_or_default();
        found.into_iter().filter(|activity| activity.local_date.is_some()).collect()
    };
    let files = items.iter().filter_map(|item| match &item.content {
        Content::File { bytes, details: _, stand_in } => Some((bytes, stand_in)),
        _ => None,
    });
    let each = files.map(|(bytes, stand_in)| match (of(bytes), stand_in) {
        (none, Some(StandIn { bytes, .. })) if none.is_empty() => of(bytes),
        (found, _) => found,
    });
    each.flatten().collect()
}

fn stand_in<'a>(items: &'a [Item], name: &str) -> Option<&'a StandIn> {
    let item = items.iter().find(|item| item.name.ends_with(name)).unwrap();
    let Content::File { stand_in, .. } = &item.content else { panic!("{item:?}") };
    stand_in.as_ref()
}

#[test]
fn a_file_carries_its_row_along_for_when_it_gives_no_activity() {
    // The table may stand behind its files.
    let items = walked(&zip(&[("x/activities/1.fit", CUT), ("x/activities.csv", TABLE.as_bytes()), ("2.gpx", GPX)]));
    assert_eq!(stand_in(&items, "1.fit").unwrap().name, "a.zip/x/activities.csv#2019-01-05T06:32:11Z");
    assert_eq!(stand_in(&items, "2.gpx"), None, "no table names it");
    let found = activities(&items);
    let [row, _] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((row.details.title.as_deref(), row.details.rpe), (Some("Hills"), Some(6.0)));
    assert_eq!((row.session.distance_m, row.session.timer_time_s), (Some(10_100.0), Some(3600.0)));
    assert_eq!((row.details.gear.as_deref(), row.details.commute), (Some("Shoe A"), Some(true)));
}

#[test]
fn it_is_the_row_of_a_file_that_is_missing() {
    let there = walked(&zip(&[("activities.csv", TABLE.as_bytes()), ("activities/1.fit", CUT)]));
    let stand_in = stand_in(&there, "1.fit").unwrap();
    let missing = walked(&zip(&[("activities.csv", TABLE.as_bytes())]));
    let row = missing.iter().find(|item| item.name == stand_in.name).unwrap();
    assert_eq!(row.content, Content::File { bytes: stand_in.bytes.clone(), details: None, stand_in: None });
    let times = |items: &[Item]| items.iter().filter(|item| item.name == stand_in.name).count();
    assert_eq!((times(&there), times(&missing)), (0, 1), "the walk does not give it twice");
}

#[test]
fn a_row_that_says_too_little_stands_in_for_nothing() {
    let items = walked(&zip(&[("activities.csv", TABLE.as_bytes()), ("activities/2.gpx", GPX)]));
    let Content::File { details: Some(details), stand_in: None, .. } = &items[1].content else { panic!("{items:?}") };
    assert_eq!(details.title.as_deref(), Some("No day"));
}
