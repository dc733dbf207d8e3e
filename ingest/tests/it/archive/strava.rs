//! Strava's export: its table, joined to its files.

use plimsoll_ingest::archive::{Content, Item};
use plimsoll_ingest::{Activity, Details, NoticeCode, ReadOptions, RunKind, Sport, read};

use super::{GPX, assert_found, gzip, walked, zip};

const HEADER: &str = "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,\
    Max Heart Rate,Relative Effort,Commute,Activity Private Note,Activity Gear,Filename,Athlete Weight,Bike Weight,\
    Elapsed Time,Moving Time,Distance,Perceived Exertion";

const ROWS: &str = "1,\"Jan 5, 2019, 6:32:11 AM\",\"Hills, \"\"again\"\"\",Trail Run,\"Line one\nline, two\",3700,10.1,170,50,\
    true,,Shoe A,activities/1.gpx.gz,,,3700,3600,10100,6\n\
    2,\"Jan 6, 2019, 6:32:11 PM\",Gym,Weight Training,,1800,0,,,false,,,,,,1800,1800,0,\n\
    3,\"Jan 7, 2019, 12:02:11 AM\",By hand,Run,,3000,6.21,,,false,,Shoe A,,,,3100,3000,10000,7\n\
    4,someday,By hand,Run,,3000,6.21,,,false,,,,,,3100,3000,10000,\n\
    5,\"Jan 8, 2019, 6:32:11 AM\",Gone,Run,,3000,6.21,,,false,,,activities/5.fit.gz,,,3100,3000,10000,\n";

fn details(items: &[Item], name: &str) -> Option<Details> {
    items.iter().find_map(|item| match &item.content {
        Content::File { details, .. } if item.name == name => Some(details.clone()),
        _ => None,
    })?
}

fn by_hand(items: &[Item]) -> Vec<Activity> {
    let bytes = items.iter().find_map(|item| match &item.content {
        Content::File { bytes, .. } if item.name.ends_with("activities.csv") => Some(bytes),
        _ => None,
    });
    let file = read(bytes.unwrap(), &ReadOptions::default()).unwrap();
    assert!(!file.notices.iter().any(|notice| notice.code == NoticeCode::SampleSkipped), "{:?}", file.notices);
    file.activities
}

#[test]
fn the_table_goes_to_its_files_wherever_it_stands() {
    let table = format!("{HEADER}\n{ROWS}");
    let packed = gzip(GPX);
    for folder in ["", "export_123/"] {
        let [file, other, csv, posts] = ["activities/1.gpx.gz", "activities/9.gpx", "activities.csv", "posts.csv"]
            .map(|name| format!("{folder}{name}"));
        let items =
            walked(&zip(&[(&file, &packed), (&other, GPX), (&csv, table.as_bytes()), (&posts, b"Post Date,Post\n")]));
        let missing = "failed: a file that the table names is not in the archive: activities/5.fit.gz";
        let table_len = match &items[2].content {
            Content::File { bytes, .. } => format!("{} bytes", bytes.len()),
            other => panic!("{other:?}"),
        };
        let csv = format!("a.zip/{csv}");
        assert_found(
            &items,
            &[
                (&format!("a.zip/{file}"), &format!("{} bytes, with details", packed.len())),
                (&format!("a.zip/{other}"), &format!("{} bytes", GPX.len())),
                (&csv, &table_len),
                (&csv, "failed: activities without a file whose date cannot be read: 1 (line 6)"),
                (&format!("a.zip/{posts}"), "a table of Strava’s export: posts.csv"),
                (&csv, missing),
            ],
        );
        let expected = Details {
            sport: Some(Sport::Running(RunKind::Trail)),
            title: Some("Hills, \"again\"".to_owned()),
            description: Some("Line one\nline, two".to_owned()),
            gear: Some("Shoe A".to_owned()),
            commute: Some(true),
            rpe: Some(6.0),
            feel: None,
        };
        assert_eq!(details(&items, &format!("a.zip/{file}")), Some(expected));
    }
}

#[test]
fn activities_without_a_file_are_training_too() {
    let items = walked(&zip(&[("activities.csv", format!("{HEADER}\n{ROWS}").as_bytes())]));
    let found = by_hand(&items);
    let [gym, run] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(gym.sport, Sport::CrossTraining("strength_training".to_owned()));
    assert_eq!((gym.session.distance_m, gym.session.timer_time_s), (None, Some(1800.0)));
    assert_eq!(gym.start, Some("2019-01-06T18:32:11Z".parse().unwrap()));
    assert_eq!(run.start, Some("2019-01-07T00:02:11Z".parse().unwrap()));
    assert_eq!((run.session.distance_m, run.session.timer_time_s), (Some(10_000.0), Some(3000.0)));
    assert_eq!((run.details.title.as_deref(), run.details.rpe), (Some("By hand"), Some(7.0)));
    assert_eq!((run.details.gear.as_deref(), run.details.commute), (Some("Shoe A"), Some(false)));
}

#[test]
fn other_years_and_languages_are_read() {
    let header_2018 = "id,date,name,type,description,elapsed_time,distance,commute,gear,filename";
    let header_2019 = "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,\
        Commute,Activity Gear,Filename";
    let german: Vec<String> = (0..50)
        .map(|at| match at {
            5 | 15 => "Verstrichene Zeit".to_owned(),
            6 | 17 => "Distanz".to_owned(),
            8 | 37 => "Relative Leistung".to_owned(),
            at => format!("Spalte {at}"),
        })
        .collect();
    let mut cells = vec![String::new(); 50];
    for (at, cell) in [
        (0, "1"),
        (1, "\"05.01.2019, 18:32:11\""),
        (2, "Abends"),
        (3, "Lauf"),
        (5, "783"),
        (6, "\"3,68\""),
        (15, "783.0"),
        (17, "3681.0"),
        (43, "4.0"),
    ] {
        cells[at] = cell.to_owned();
    }
    for (table, rpe) in [
        (format!("{header_2018}\n1,2019-01-05 18:32:11,Abends,Run,,783,3681.0,true,,\n"), None),
        (format!("{header_2019}\n1,\"Jan 5, 2019, 6:32:11\u{202f}PM\",Abends,Run,,783,3.681,true,,\n"), None),
        (format!("{header_2019}\n1,\"5 janv. 2019 à 18:32:11\",Abends,Course à pied,,783,\"3,681\",true,,\n"), None),
        (format!("{}\n{}\n", german.join(","), cells.join(",")), Some(4.0)),
    ] {
        let found = by_hand(&walked(&zip(&[("activities.csv", table.as_bytes())])));
        let [run] = found.as_slice() else { panic!("{table}") };
        assert_eq!(run.start, Some("2019-01-05T18:32:11Z".parse().unwrap()), "{table}");
        assert_eq!((run.session.distance_m, run.session.timer_time_s), (Some(3681.0), Some(783.0)), "{table}");
        assert_eq!((&run.sport, run.details.rpe), (&Sport::Running(RunKind::Generic), rpe), "{table}");
    }
}

#[test]
fn a_table_by_that_name_may_be_another() {
    let items =
        walked(&zip(&[("activities.csv", b"a,b\n1,2\n"), ("x/activities.csv", b"date,distance_km\n2024-05-01,5\n")]));
    assert_found(
        &items,
        &[("a.zip/activities.csv", "a CSV table that is no table of training"), ("a.zip/x/activities.csv", "30 bytes")],
    );
}

#[test]
fn tables_that_name_nothing_missing_say_nothing() {
    let table = format!("{HEADER}\n1,\"Jan 5, 2019, 6:32:11 AM\",A,Run,,1,1,,,,,,activities/1.gpx,,,1,1,1,\n");
    let items = walked(&zip(&[("activities.csv", table.as_bytes()), ("activities/1.gpx", GPX)]));
    assert_found(
        &items,
        &[
            ("a.zip/activities.csv", "a table of Strava’s export: activities.csv"),
            ("a.zip/activities/1.gpx", &format!("{} bytes, with details", GPX.len())),
        ],
    );
}
