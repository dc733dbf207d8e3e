//! Exports that lie unpacked in a folder.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use plimsoll_ingest::archive::{Content, Folder, InMemory, Item, Limits, Origin, ReadSeek, walk, walk_folder};
use plimsoll_ingest::{ReadOptions, read};
use zip::CompressionMethod;

use super::{GPX, assert_found, gzip, zip, zip_as};
use crate::apple::export::{REFERENCE, record, route, run};

/// A folder in memory; a file without bytes cannot be opened.
struct InFolder {
    names: Vec<String>,
    files: Vec<Option<Vec<u8>>>,
    is_failing: bool,
}

impl InFolder {
    fn new(files: &[(&str, &[u8])]) -> Self {
        Self {
            names: files.iter().map(|(name, _)| (*name).to_owned()).collect(),
            files: files.iter().map(|(_, bytes)| Some(bytes.to_vec())).collect(),
            is_failing: false,
        }
    }
}

/// A file on a disk that fails.
struct Failing(Cursor<Vec<u8>>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is gone"))
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

impl Folder for InFolder {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn open(&mut self, number: usize) -> io::Result<Box<dyn ReadSeek>> {
        let bytes = self.files[number].clone().ok_or_else(|| io::Error::from(io::ErrorKind::PermissionDenied))?;
        Ok(if self.is_failing { Box::new(Failing(Cursor::new(bytes))) } else { Box::new(Cursor::new(bytes)) })
    }
}

fn walked(folder: &mut InFolder, limits: &Limits) -> Vec<Item> {
    let mut items = Vec::new();
    walk_folder("a.zip", folder, limits, &mut InMemory, &mut |item| {
        items.push(item);
        ControlFlow::Continue(())
    });
    items
}

const TABLE: &str = "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,\
    Commute,Activity Gear,Filename\n\
    1,\"May 1, 2024, 7:00:00 AM\",Round the lake,Run,,1800,11.1,false,Shoe A,activities/1.gpx\n\
    2,\"May 2, 2024, 7:00:00 AM\",By hand,Run,,1800,5,false,,\n\
    3,\"May 3, 2024, 7:00:00 AM\",Gone,Run,,1800,5,false,,activities/3.fit.gz\n";

fn health() -> (String, String) {
    let time = "2024-01-02 07:10:00 +0100";
    let body = [record("HeartRate", "Watch", "count/min", time, time, "140"), run(1, "2024-01-02", REFERENCE)];
    (format!("<HealthData>\n{}</HealthData>\n", body.concat()), route("2024-01-02T06:00:00Z", 600))
}

#[test]
fn a_folder_gives_what_the_archive_of_it_gives() {
    let (xml, route) = health();
    let inner = zip(&[("c.gpx", GPX), ("activities.csv", TABLE.as_bytes()), ("activities/1.gpx", GPX)]);
    let files: &[(&str, &[u8])] = &[
        (".hidden/x.gpx", GPX),
        ("apple/Exportar.xml", xml.as_bytes()),
        ("apple/electrocardiograms/ecg_1.csv", "Name,A\nUnit,µV\n\n1.5\n".as_bytes()),
        ("apple/export_cda.xml", b"<?xml version='1.0'?>\n<ClinicalDocument/>"),
        ("apple/workout-routes/route_2024-01-02_7.30am.gpx", route.as_bytes()),
        ("apple/workout-routes/route_2024-01-05_9.00am.gpx", route.as_bytes()),
        ("empty.fit", b""),
        ("garmin.zip", &inner),
        ("photo.jpg", b"\xff\xd8\xff\xe0"),
        ("plain.gpx.gz", &gzip(GPX)),
        ("strava/activities.csv", TABLE.as_bytes()),
        ("strava/activities/1.gpx", GPX),
        ("strava/posts.csv", b"Post Date,Post\n"),
    ];
    let found = walked(&mut InFolder::new(files), &Limits::default());
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let mut packed = Vec::new();
        walk("a.zip", Cursor::new(zip_as(method, files)), &Limits::default(), &mut InMemory, &mut |item| {
            packed.push(item);
            ControlFlow::Continue(())
        })
        .unwrap();
        // Places in an import are places in this list.
        let what =
            |items: &[Item]| items.iter().map(|item| (item.name.clone(), item.content.clone())).collect::<Vec<_>>();
        assert_eq!(what(&found), what(&packed));
    }
    let joined = |name: &str| found.iter().find(|item| item.name.ends_with(name)).unwrap();
    let Content::File { details: Some(details), .. } = &joined("strava/activities/1.gpx").content else { panic!() };
    assert_eq!((details.title.as_deref(), details.gear.as_deref()), (Some("Round the lake"), Some("Shoe A")));
    let Content::File { bytes, .. } = &joined("Exportar.xml#running-2024-01-02T06:00:00Z").content else { panic!() };
    assert_eq!(read(bytes, &ReadOptions::default()).unwrap().activities[0].records.height(), 600);
    let origins = [
        ("plain.gpx.gz", Origin::File),
        ("garmin.zip/c.gpx", Origin::Member),
        ("strava/activities.csv#2024-05-02T07:00:00Z", Origin::Part),
        ("photo.jpg", Origin::File),
    ];
    for (name, origin) in origins {
        assert_eq!(joined(name).origin, origin, "{name}");
    }
}

#[test]
fn what_cannot_be_opened_or_read_fails_alone() {
    let cut = &zip(&[("b.gpx", GPX)])[..40];
    let mut folder = InFolder::new(&[
        ("activities.csv", TABLE.as_bytes()),
        ("export.xml", b""),
        ("cut.zip", cut),
        ("mark.zip", b"PK\x03\x04"),
        ("b.gpx", GPX),
    ]);
    folder.files[0] = None;
    folder.files[1] = None;
    let items = walked(&mut folder, &Limits::default());
    assert_found(
        &items,
        &[
            ("a.zip/activities.csv", "failed: it cannot be read: permission denied"),
            ("a.zip/export.xml", "failed: it cannot be read: permission denied"),
            ("a.zip/cut.zip/b.gpx", "failed: the archive is cut off inside it"),
            ("a.zip/cut.zip", "failed: damaged zip archive: it is cut off inside a.zip/cut.zip/b.gpx"),
            ("a.zip/mark.zip", "failed: damaged zip archive: it is cut off"),
            ("a.zip/b.gpx", &format!("{} bytes", GPX.len())),
        ],
    );
    let mut folder = InFolder::new(&[("activities.csv", TABLE.as_bytes()), ("b.gpx", GPX)]);
    folder.is_failing = true;
    assert_found(
        &walked(&mut folder, &Limits::default()),
        &[
            ("a.zip/activities.csv", "failed: it cannot be read: the disk is gone"),
            ("a.zip/b.gpx", "failed: it cannot be read: the disk is gone"),
        ],
    );
}

#[test]
fn each_file_of_a_folder_counts_by_itself() {
    let inner = zip(&[("1.gpx", GPX), ("2.gpx", GPX)]);
    let len = format!("{} bytes", GPX.len());
    let mut folder =
        InFolder::new(&[("1.gpx", GPX), ("2.gpx", GPX), ("3.zip", &inner), ("4.gpx", GPX), ("a-long-name.gpx", GPX)]);
    let limits = Limits { members: 1, total_bytes: 4 * GPX.len() as u64, name_bytes: 10, ..Limits::default() };
    assert_found(
        &walked(&mut folder, &limits),
        &[
            ("a.zip/1.gpx", &len),
            ("a.zip/2.gpx", &len),
            ("a.zip/3.zip/1.gpx", &len),
            ("a.zip/3.zip", "failed: there are too many files in it (1, members)"),
            ("a.zip/4.gpx", &len),
            ("a.zip/a-long-nam…", "failed: its name is too long (10 bytes, name_bytes)"),
        ],
    );
}

#[test]
fn the_visitor_may_stop() {
    let mut seen = 0;
    walk_folder(
        "f",
        &mut InFolder::new(&[("1.gpx", GPX), ("2.gpx", GPX)]),
        &Limits::default(),
        &mut InMemory,
        &mut |_| {
            seen += 1;
            ControlFlow::Break(())
        },
    );
    assert_eq!(seen, 1);
}
