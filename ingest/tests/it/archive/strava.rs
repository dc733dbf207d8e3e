//! Strava's export: its table, joined to its files.

use plimsoll_ingest::archive::{Content, Item, Limits, Origin, holds_many};
use plimsoll_ingest::same::{Outline, are_same};
use plimsoll_ingest::{Activity, Details, NoticeCode, ReadOptions, RunKind, Sport, Totals, read};

use super::{GPX, assert_found, brief, gzip, walked, walked_within, zip};

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

/// Activities that the table gives of its own.
fn by_hand(items: &[Item]) -> Vec<Activity> {
    let rows = items.iter().filter(|item| item.name.contains("activities.csv#") || item.name.starts_with("a.zip#"));
    rows.flat_map(|item| {
        let Content::File { bytes, details: None, stand_in: None } = &item.content else { panic!("{item:?}") };
        assert_eq!(item.origin, Origin::Part);
        let file = read(bytes, &ReadOptions::default()).unwrap();
        assert!(!file.notices.iter().any(|notice| notice.code == NoticeCode::SampleSkipped), "{:?}", file.notices);
        assert_eq!(file.activities.len(), 1);
        file.activities
    })
    .collect()
}

/// How many bytes the file by this name has, in words.
fn length(items: &[Item], name: &str) -> String {
    match &items.iter().find(|item| item.name == name).unwrap().content {
        Content::File { bytes, .. } => format!("{} bytes", bytes.len()),
        other => panic!("{other:?}"),
    }
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
        let csv = format!("a.zip/{csv}");
        let rows = ["2019-01-06T18:32:11Z", "2019-01-07T00:02:11Z", "2019-01-08T06:32:11Z"]
            .map(|start| format!("{csv}#{start}"));
        let [gym, run, gone] = [0, 1, 2].map(|at| length(&items, &rows[at]));
        assert_found(
            &items,
            &[
                (&format!("a.zip/{file}"), &format!("{} bytes, with details", packed.len())),
                (&format!("a.zip/{other}"), &format!("{} bytes", GPX.len())),
                (&rows[0], &gym),
                (&rows[1], &run),
                (&csv, "a table of Strava’s export: activities.csv; 2 activities without a file were taken from it"),
                (&csv, "failed: activities without a file whose date cannot be read: 1 (line 6)"),
                (&format!("a.zip/{posts}"), "a table of Strava’s export: posts.csv"),
                (&rows[2], &gone),
                (
                    &csv,
                    "a file that the table names is not there: activities/5.fit.gz; what the table says of it is read \
                     instead, as past training",
                ),
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
fn of_two_rows_that_name_one_file_the_last_counts_and_the_first_is_named() {
    let row = |id: u8, title: &str| {
        format!("{id},\"Jan 5, 2019, 6:32:11 AM\",{title},Run,,3700,10.1,,,,,,activities/1.gpx,,,3700,3600,10100,\n")
    };
    let table = format!("{HEADER}\n{}{}", row(1, "First"), row(2, "Second"));
    let items = walked(&zip(&[("activities/1.gpx", GPX), ("activities.csv", table.as_bytes())]));
    let title = details(&items, "a.zip/activities/1.gpx").unwrap().title;
    assert_eq!(title.as_deref(), Some("Second"));
    let left_out = "failed: activities that were left out, because a later line names the same file: 1 (line 2)";
    assert_found(&items[items.len() - 1..], &[("a.zip/activities.csv", left_out)]);
}

#[test]
fn activities_without_a_file_are_training_too() {
    let items = walked(&zip(&[("activities.csv", format!("{HEADER}\n{ROWS}").as_bytes())]));
    let found = by_hand(&items);
    let [gym, run, hills, gone] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(gym.sport, Sport::CrossTraining("strength_training".to_owned()));
    assert_eq!((gym.session.distance_m, gym.session.timer_time_s), (None, Some(1800.0)));
    assert_eq!(gym.start, Some("2019-01-06T18:32:11Z".parse().unwrap()));
    assert_eq!(run.start, Some("2019-01-07T00:02:11Z".parse().unwrap()));
    assert_eq!((run.session.distance_m, run.session.timer_time_s), (Some(10_000.0), Some(3000.0)));
    assert_eq!((run.details.title.as_deref(), run.details.rpe), (Some("By hand"), Some(7.0)));
    assert_eq!((run.details.gear.as_deref(), run.details.commute), (Some("Shoe A"), Some(false)));
    // The files of these two are missing.
    assert_eq!((hills.details.title.as_deref(), hills.details.rpe), (Some("Hills, \"again\""), Some(6.0)));
    assert_eq!((hills.session.distance_m, hills.session.timer_time_s), (Some(10_100.0), Some(3600.0)));
    assert_eq!((&gone.sport, gone.session.distance_m), (&Sport::Running(RunKind::Generic), Some(10_000.0)));
    let last = "2 files that the table names are not there, such as activities/1.gpx.gz; what the table says of them is \
                read instead, as past training";
    assert_found(&items[items.len() - 1..], &[("a.zip/activities.csv", last)]);
}

#[test]
fn a_row_gives_the_same_bytes_in_every_later_export_and_is_its_files_activity() {
    let row = |items: &[Item], start: &str| {
        let item = items.iter().find(|item| item.name.ends_with(start)).unwrap();
        item.content.clone()
    };
    let first = walked(&zip(&[("activities.csv", format!("{HEADER}\n{ROWS}").as_bytes())]));
    let more = "6,\"Jan 9, 2019, 6:32:11 AM\",New,Run,,3000,6.21,,,false,,,,,,3100,3000,10000,\n";
    let later = walked(&zip(&[("export_9/activities.csv", format!("{HEADER}\n{more}{ROWS}").as_bytes())]));
    for start in ["#2019-01-06T18:32:11Z", "#2019-01-07T00:02:11Z", "#2019-01-08T06:32:11Z"] {
        assert_eq!(row(&first, start), row(&later, start));
    }
    let outline = |activity: &Activity, elapsed_s: Option<f64>| {
        let Totals { distance_m, timer_time_s, .. } = activity.session;
        Outline::of(activity, elapsed_s, timer_time_s, distance_m).unwrap()
    };
    let gone = outline(by_hand(&first).last().unwrap(), None);
    let gpx = "<gpx version='1.1'><trk><type>running</type><trkseg>\
        <trkpt lat='52.5' lon='13.4'><time>2019-01-08T06:32:14Z</time></trkpt>\
        <trkpt lat='52.59' lon='13.4'><time>2019-01-08T07:22:14Z</time></trkpt></trkseg></trk></gpx>";
    let file = read(gpx.as_bytes(), &ReadOptions::default()).unwrap();
    let mut came = outline(&file.activities[0], Some(3000.0));
    came.distance_m = Some(10_018.0);
    assert!(are_same(&gone, &came), "{gone:?} {came:?}");
}

#[test]
fn rows_that_say_too_little_are_named() {
    let rows = "1,someday,A,Run,,3000,6.21,,,false,,,activities/1.fit,,,3100,3000,10000,\n\
        2,\"Jan 6, 2019, 6:32:11 PM\",B,Workout,,0,0,,,false,,,,,,0,0,0,\n";
    let items = walked(&zip(&[("activities.csv", format!("{HEADER}\n{rows}").as_bytes())]));
    assert_found(
        &items,
        &[
            ("a.zip/activities.csv", "a table of Strava’s export: activities.csv"),
            (
                "a.zip/activities.csv",
                "failed: activities without a file that have neither a distance nor a duration: 1 (line 3)",
            ),
            (
                "a.zip/activities.csv",
                "failed: a file that the table names is not there: activities/1.fit; what the table says is read instead for 0; \
                 it has no date, or no amount, for 1 (line 2)",
            ),
        ],
    );
}

#[test]
fn the_table_by_itself_is_a_table_of_past_training() {
    let table = format!("{HEADER}\n{ROWS}");
    assert!(holds_many(table.as_bytes()));
    assert_eq!(by_hand(&walked(table.as_bytes())).len(), 4);
    assert_eq!(by_hand(&walked(&gzip(table.as_bytes()))).len(), 4);
}

#[test]
fn files_that_were_unpacked_one_by_one_are_the_ones_that_the_table_names() {
    let table = format!("{HEADER}\n{ROWS}");
    let packed = gzip(GPX);
    let items = walked(&zip(&[
        ("activities.csv", table.as_bytes()),
        ("activities/1.gpx", GPX),
        ("activities/5.fit.gz", &packed),
    ]));
    assert_eq!(details(&items, "a.zip/activities/1.gpx").unwrap().title.as_deref(), Some("Hills, \"again\""));
    assert_eq!(details(&items, "a.zip/activities/5.fit.gz").unwrap().title.as_deref(), Some("Gone"));
}

#[test]
fn each_of_several_tables_goes_to_the_files_below_it() {
    let table = |title: &str| {
        format!("{HEADER}\n1,\"Jan 5, 2019, 6:32:11 AM\",{title},Run,,1,1,,,,,,activities/1.gpx,,,1,1,1,\n")
    };
    let (a, b) = (table("A"), table("B"));
    let items = walked(&zip(&[
        ("x/activities/1.gpx", GPX),
        ("activities/1.gpx", GPX),
        ("activities.csv", a.as_bytes()),
        ("x/activities.csv", b.as_bytes()),
    ]));
    assert_eq!(details(&items, "a.zip/x/activities/1.gpx").unwrap().title.as_deref(), Some("B"));
    assert_eq!(details(&items, "a.zip/activities/1.gpx").unwrap().title.as_deref(), Some("A"));
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

#[test]
fn an_activity_is_not_lost_with_its_file() {
    let rows: String = (1..=5)
        .map(|day| {
            format!("{day},\"Jan {day}, 2019, 6:32:11 AM\",T{day},Run,,3000,10,,,,,,activities/{day}.fit.gz,,,3000,3000,10000,\n")
        })
        .collect();
    let (empty, garbage) = (gzip(b""), gzip(&[7; 500]));
    let damaged = &gzip(GPX)[..5];
    let (large, inner) = (gzip(&[GPX, &[b' '; 9_000]].concat()), zip(&[("x.txt", b"x")]));
    let bytes = zip(&[
        ("activities.csv", format!("{HEADER}\n{rows}").as_bytes()),
        ("activities/1.fit.gz", &empty),
        ("activities/2.fit.gz", &garbage),
        ("activities/3.fit.gz", damaged),
        ("activities/4.fit.gz", &large),
        ("activities/5.fit.gz", &inner),
        // What another file of that name says comes first.
        ("activities/1.fit", GPX),
    ]);
    let items = walked(&bytes);
    let names = "failed: Strava’s table names it as the file of an activity, which it is not: ";
    let found = brief(&items);
    let of = |name: &str| -> Vec<&str> {
        found.iter().filter(|(found, _)| found.ends_with(name)).map(|(_, what)| what.as_str()).collect()
    };
    assert_eq!(of("/1.fit.gz"), [format!("{names}an empty file")]);
    assert_eq!(of("/2.fit.gz"), [format!("{names}not a watch file: binary data")]);
    assert_eq!(of("/3.fit.gz"), ["failed: a damaged gzip file"]);
    assert_eq!(of("/1.fit"), [format!("{} bytes, with details", GPX.len())]);
    let days: Vec<u32> = by_hand(&items).iter().map(|run| chrono::Datelike::day(&run.local_date.unwrap())).collect();
    assert_eq!(days, [2, 3, 5]);
    assert_eq!(
        found.last().unwrap().1,
        "3 files that the table names cannot be used, such as activities/2.fit.gz; what the table says of them is \
         read instead, as past training"
    );
}

#[test]
fn what_is_too_much_for_the_table_is_said() {
    let long = "x".repeat(201);
    let rows = format!(
        "1,\"Jan 1, 2019, 6:32:11 AM\",{long},Run,,3000,10,,,,,,1.fit,,,3000,3000,10000,\n\
         2,\"Jan 2, 2019, 6:32:11 AM\",B,Run,,3000,10,,,,,,2.fit,,,3000,3000,10000,\n\
         3,\"Jan 3, 2019, 6:32:11 AM\",C,Run,,3000,10,,,,,,,,,3000,3000,10000,\n\
         4,\"Jan 4, 2019, 6:32:11 AM\",D,Run,,3000,10,,,,,,,,,3000,3000,10000,\n"
    );
    let table = format!("{HEADER}\n{rows}");
    let limits = Limits { members: 4, table_rows: 1, ..Limits::default() };
    let (items, _) = walked_within(&limits, &zip(&[("activities.csv", table.as_bytes())]));
    let found = brief(&items);
    for (name, part) in [
        ("a.zip/activities.csv", "descriptions longer than 10000, were cut: 1 (line 2)"),
        (
            "a.zip/activities.csv",
            "failed: the table has too many activities without a file that were left out: 1 (1, table_rows)",
        ),
    ] {
        assert!(found.iter().any(|(found, what)| *found == name && what.contains(part)), "{part}: {found:?}");
    }
    let limits = Limits { members: 1, ..limits };
    let (items, _) = walked_within(&limits, table.as_bytes());
    let part = "activities with a file that were left out, so that nothing is known of their files: 1 (1, members)";
    assert!(brief(&items).iter().any(|(_, what)| what.contains(part)), "{items:?}");
    // Two tables that are too large together.
    let size = table.len() as u64;
    let limits = Limits { member_bytes: size + 10, ..Limits::default() };
    let (items, _) =
        walked_within(&limits, &zip(&[("a/activities.csv", table.as_bytes()), ("b/activities.csv", table.as_bytes())]));
    let found = brief(&items);
    assert_eq!(found[0].0, "a.zip/b/activities.csv");
    assert!(found[0].1.contains("too large together: this one is not joined to its files"), "{found:?}");
}
