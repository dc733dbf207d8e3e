//! Broken points, damaged and hostile markup.

use plimsoll_ingest::{NoticeCode, ReadError, read};

use super::{codes, column, gpx, only, options, place, point, points, read_text, track};

#[test]
fn one_broken_point_is_skipped_with_a_notice() {
    let lines: Vec<String> = (0..5).map(|s| point(s, "")).collect();
    for (broken, what) in [
        (lines[2].replace("lat=\"", "lat=\"abc"), "latitude"),
        (lines[2].replace("lon=\"13.4\"", ""), "no longitude"),
        (lines[2].replace("lon=\"13.4\"", "lon=\"NaN\""), "longitude"),
        (lines[2].replace("2024-05-01T", "yesterday "), "time"),
    ] {
        let text = track(&[&lines[0], &lines[1], &broken, &lines[3], &lines[4]].map(String::as_str).concat());
        let file = read_text(&text);
        assert_eq!(only(&file).records.height(), 4, "{broken}");
        assert_eq!(file.messages["trkpt"], 5);
        assert_eq!(place(&file, NoticeCode::SampleSkipped), "line 6", "{broken}");
        let notice = file.notices.iter().find(|notice| notice.code == NoticeCode::SampleSkipped).unwrap();
        assert!(notice.text.contains(what), "{}", notice.text);
    }
}

#[test]
fn a_value_that_cannot_be_is_null_and_the_rest_is_kept() {
    let odd = point(1, "<extensions><hr>400</hr><cad>fast</cad><atemp>7</atemp></extensions>")
        .replace("lat=\"52", "lat=\"152");
    let good = point(0, "<extensions><hr>150</hr><cad>86</cad></extensions>");
    let file = read_text(&track(&(good + &odd)));
    assert_eq!(column(only(&file), "lat_deg")[1], None);
    assert_eq!(column(only(&file), "heart_rate_bpm"), [Some(150.0), None]);
    assert_eq!(column(only(&file), "cadence_spm"), [Some(172.0), None]);
    assert_eq!(column(only(&file), "temperature_c"), [None, Some(7.0)]);
    let impossible = codes(&file).iter().filter(|code| **code == NoticeCode::ImpossibleValue).count();
    assert_eq!(impossible, 3);
}

#[test]
fn many_broken_points_make_few_notices() {
    let text = track(&points(0..600).replace("lat=\"52.50", "lat=\"x52.50"));
    let file = read_text(&text);
    let broken = 600 - only(&file).records.height();
    assert!(broken > 300);
    assert!(file.notices.len() < 30, "{}", file.notices.len());
    let summary = format!("{} more samples were left out.", broken - 20);
    assert!(file.notices.iter().any(|notice| notice.text == summary));
}

#[test]
fn a_truncated_file_keeps_what_stands_before_the_cut() {
    let text = track(&points(0..50));
    let whole = read_text(&text);
    assert!(!codes(&whole).contains(&NoticeCode::Truncated));
    let cut = text.find("00:40Z").unwrap();
    let file = read_text(&text[..cut]);
    assert_eq!(only(&file).records.height(), 40);
    assert!(codes(&file).contains(&NoticeCode::Truncated));
    // Before the first point there is nothing to keep.
    let cut = text.find("<trkseg>").unwrap();
    assert!(matches!(read(&text.as_bytes()[..cut], &options()), Err(ReadError::Text { line: 3, .. })));
}

#[test]
fn damage_in_the_middle_costs_the_points_it_stands_in() {
    let text = track(&points(0..50));
    for (from, to, rows) in [
        // A quote is missing: the tag swallows the next ones up to the next odd quote.
        ("lat=\"52.5005392\" ", "lat=\"52.5005392 ", 49),
        ("<time>2024-05-01T07:00:20Z</time></trkpt>", "<time>2024-05-01T07:00:20Z</time>", 50),
        ("<time>2024-05-01T07:00:20Z</time>", "<time>2024-05-01T07:00:20Z", 50),
        ("07:00:20Z</time></trkpt>", "07:00:20Z</time></wrong></trkpt>", 50),
        ("07:00:20Z</time></trkpt>", "07:00:20Z</time>\0\0\0 & < </trkpt>", 50),
    ] {
        let broken = text.replacen(from, to, 1);
        assert_ne!(broken, text, "{from}");
        let file = read_text(&broken);
        let kept = only(&file).records.height();
        assert!(kept >= rows - 1 && kept <= rows, "{to}: {kept} rows, {:?}", file.notices);
        let said = file
            .notices
            .iter()
            .any(|notice| matches!(notice.code, NoticeCode::Damaged | NoticeCode::SampleSkipped | NoticeCode::NoTimes));
        assert!(said, "{to}: {:?}", file.notices);
    }
}

#[test]
fn entities_of_the_file_are_not_expanded() {
    let mut bomb = String::from("<!DOCTYPE gpx [<!ENTITY a0 \"ha\">");
    for i in 1..30 {
        bomb += &format!("<!ENTITY a{i} \"&a{0};&a{0};\">", i - 1);
    }
    let text = track(&points(0..3)).replacen("?>", &format!("?>{bomb}]>"), 1);
    let text = text.replacen("<type>", "<name>x&a29;y &lt;</name><type>", 1);
    let file = read_text(&text);
    assert_eq!(only(&file).details.title.as_deref(), Some("xy <"));
    assert!(codes(&file).contains(&NoticeCode::NotUsed));
}

#[test]
fn deep_nesting_and_long_texts_are_capped() {
    let deep = format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
    let file = read_text(&track(&(points(0..2) + &deep + &points(2..4))));
    assert_eq!(only(&file).records.height(), 4);
    assert!(codes(&file).contains(&NoticeCode::Capped));
    let long = gpx(&format!("<trk><name>{}</name><trkseg>{}</trkseg></trk>", "é".repeat(100_000), points(0..2)));
    let file = read_text(&long);
    assert_eq!(only(&file).details.title.as_deref().map(|title| title.chars().count()), Some(200));
    assert!(codes(&file).contains(&NoticeCode::Capped));
}

#[test]
fn hostile_markup_takes_time_in_proportion_to_its_length() {
    let many_attributes = (0..100_000).map(|i| format!(" a{i}=\"1\"")).collect::<String>();
    for text in [
        track(&format!("{}<x{many_attributes}/>", points(0..2))),
        track(&(points(0..2) + &"<a \"".repeat(300_000))),
        track(&(points(0..2) + &"</b>".repeat(300_000))),
        track(&(points(0..2) + &"&x;".repeat(300_000))),
        track(&(points(0..2) + &"<!-- ".repeat(300_000))),
        track(&"<trkpt lat=\"x\">".repeat(100_000)) + &points(0..1),
    ] {
        let _ = read(text.as_bytes(), &options());
    }
}

#[test]
fn what_stands_behind_the_end_is_not_read() {
    let text = track(&points(0..2));
    let file = read_text(&(text.clone() + &text));
    assert_eq!(only(&file).records.height(), 2);
    assert!(codes(&file).contains(&NoticeCode::TrailingBytes));
}

#[test]
fn a_tag_that_runs_into_the_next_one_costs_itself_alone() {
    for broken in ["<ele<time>", "<ele <time>", "<ele>34</ele<time>", "<ele a=<time>"] {
        let lines: Vec<String> = (0..3).map(|s| point(s, "")).collect();
        let text = track(&[&lines[0], &lines[1].replacen("<time>", broken, 1), &lines[2]].map(String::as_str).concat());
        let file = read_text(&text);
        assert_eq!(only(&file).records.height(), 3, "{broken}: {:?}", file.notices);
        assert!(codes(&file).contains(&NoticeCode::Damaged), "{broken}");
    }
}
