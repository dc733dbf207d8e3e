//! Broken points, damaged and hostile markup.

use plimsoll_ingest::{NoticeCode, ReadError, read};

use super::{codes, column, lap, only, options, place, point, points, read_text, run, simple, tcx};

#[test]
fn one_broken_point_is_skipped_with_a_notice() {
    let broken = point(2, "").replace("2024-05-01T", "yesterday ");
    let file = read_text(&simple(points(0..2) + &broken + &points(3..5)));
    assert_eq!(only(&file).records.height(), 4);
    assert_eq!(file.messages["Trackpoint"], 5);
    assert_eq!(place(&file, NoticeCode::SampleSkipped), "line 7");
}

#[test]
fn a_value_that_cannot_be_is_null_and_the_rest_is_kept() {
    let odd = point(
        1,
        "<HeartRateBpm><Value>400</Value></HeartRateBpm><AltitudeMeters>high</AltitudeMeters>\
                        <DistanceMeters>3</DistanceMeters>",
    )
    .replace(">52", ">152");
    let file = read_text(&simple(point(0, "<HeartRateBpm><Value>150</Value></HeartRateBpm>") + &odd));
    assert_eq!(column(only(&file), "lat_deg")[1], None);
    assert_eq!(column(only(&file), "heart_rate_bpm"), [Some(150.0), None]);
    assert_eq!(column(only(&file), "distance_m"), [None, Some(3.0)]);
    let impossible = codes(&file).iter().filter(|code| **code == NoticeCode::ImpossibleValue).count();
    assert_eq!(impossible, 3);
}

#[test]
fn decimal_commas_are_taken_for_points() {
    let inner = "<AltitudeMeters>34,5</AltitudeMeters>";
    let file = read_text(&simple((0..3).map(|s| point(s, inner).replace("13.4", "13,4")).collect()));
    assert_eq!(column(only(&file), "altitude_m"), [Some(34.5); 3]);
    assert_eq!(column(only(&file), "lon_deg"), [Some(13.4); 3]);
    assert_eq!(codes(&file).iter().filter(|code| **code == NoticeCode::Converted).count(), 1);
}

#[test]
fn a_truncated_file_keeps_what_stands_before_the_cut() {
    let text = simple(points(0..50));
    let cut = text.find("00:40Z").unwrap();
    let file = read_text(&text[..cut]);
    assert_eq!(only(&file).records.height(), 40);
    assert!(codes(&file).contains(&NoticeCode::Truncated));
    // Before the first point there is nothing to keep.
    let cut = text.find("<Track>").unwrap();
    assert!(matches!(read(&text.as_bytes()[..cut], &options()), Err(ReadError::Text { line: 4, .. })));
}

#[test]
fn damage_in_the_middle_costs_the_points_it_stands_in() {
    let text = simple(points(0..50));
    for (from, to) in [
        ("07:00:20Z</Time><Position>", "07:00:20Z</Time><Position \""),
        ("07:00:20Z</Time>", "07:00:20Z"),
        ("<Trackpoint><Time>2024-05-01T07:00:20Z", "<Time>2024-05-01T07:00:20Z"),
        ("07:00:20Z</Time>", "07:00:20Z</Time></wrong>"),
        ("07:00:20Z</Time>", "07:00:20Z</Time>\0\0\0 & < "),
    ] {
        let broken = text.replacen(from, to, 1);
        assert_ne!(broken, text, "{from}");
        let file = read_text(&broken);
        let kept = only(&file).records.height();
        assert!((49..=50).contains(&kept), "{to}: {kept} rows, {:?}", file.notices);
        let said = file
            .notices
            .iter()
            .any(|notice| matches!(notice.code, NoticeCode::Damaged | NoticeCode::SampleSkipped | NoticeCode::NoTimes));
        assert!(said, "{to}: {:?}", file.notices);
    }
}

#[test]
fn an_end_tag_too_many_loses_no_points() {
    let lap_of = |s: u32| lap(s, "", &[points(s..s + 10)]);
    let text = run(&(lap_of(0) + "</Activity>\n" + &lap_of(100)));
    let text =
        text.replace("</Activities>", &format!("<Activity Sport=\"Running\">{}</Activity></Activities>", lap_of(200)));
    let file = read_text(&text);
    let rows: Vec<usize> = file.activities.iter().map(|activity| activity.records.height()).collect();
    assert_eq!(rows, [10, 10, 10]);
    assert!(codes(&file).contains(&NoticeCode::Damaged));
}

#[test]
fn entities_of_the_file_are_not_expanded() {
    let mut bomb = String::from("<!DOCTYPE x [<!ENTITY a0 \"ha\">");
    for i in 1..30 {
        bomb += &format!("<!ENTITY a{i} \"&a{0};&a{0};\">", i - 1);
    }
    let text = simple(points(0..3)).replacen("?>", &format!("?>{bomb}]>"), 1);
    let file = read_text(&text.replacen("<Lap", "<Notes>x&a29;y &lt;</Notes><Lap", 1));
    assert_eq!(only(&file).details.description.as_deref(), Some("xy <"));
    assert!(codes(&file).contains(&NoticeCode::NotUsed));
}

#[test]
fn deep_nesting_long_texts_and_many_laps_are_capped() {
    let deep = format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
    let file = read_text(&simple(points(0..2) + &deep + &points(2..4)));
    assert_eq!(only(&file).records.height(), 4);
    assert!(codes(&file).contains(&NoticeCode::Capped));
    let over = "<Lap><DistanceMeters>7</DistanceMeters></Lap>".repeat(50_000);
    let file = read_text(&run(&(lap(0, "<DistanceMeters>5</DistanceMeters>", &[points(0..2)]) + &over)));
    assert_eq!(only(&file).laps.len(), 10_000);
    assert_eq!(only(&file).session.distance_m, Some(5.0 + 9_999.0 * 7.0));
    assert!(codes(&file).contains(&NoticeCode::Capped));
    let one = format!("<Activity Sport=\"Running\">{}</Activity>", lap(0, "", &[points([0])]));
    let file = read_text(&tcx(&format!("<Activities>{}</Activities>", one.repeat(1500))));
    assert_eq!((file.activities.len(), file.messages["Activity"]), (1000, 1500));
}

#[test]
fn hostile_markup_takes_time_in_proportion_to_its_length() {
    let many_attributes = (0..100_000).map(|i| format!(" a{i}=\"1\"")).collect::<String>();
    for text in [
        simple(format!("{}<x{many_attributes}/>", points(0..2))),
        simple(points(0..2) + &"<a \"".repeat(300_000)),
        simple(points(0..2) + &"</b>".repeat(300_000)),
        simple(points(0..2) + &"&x;".repeat(300_000)),
        simple(points(0..2) + &"<!-- ".repeat(300_000)),
        simple("<Trackpoint><Time>x</Time>".repeat(100_000)),
        run(&lap(0, "", &(0..50_000).map(|i| point(i % 3600, "")).collect::<Vec<_>>())),
    ] {
        let _ = read(text.as_bytes(), &options());
    }
}

#[test]
fn what_stands_behind_the_end_is_not_read() {
    let text = simple(points(0..2));
    let file = read_text(&(text.clone() + &text));
    assert_eq!(only(&file).records.height(), 2);
    assert!(codes(&file).contains(&NoticeCode::TrailingBytes));
}
