#![no_main]

mod checked;

use std::io::{self, Cursor};
use std::ops::ControlFlow;

use plimsoll_ingest::apple::Caps;
use plimsoll_ingest::archive::{Content, Folder, InMemory, Item, Limits, ReadSeek, plain, walk, walk_folder};
use plimsoll_ingest::read;

/// Small enough that a bomb which passes a cap is seen as memory or time.
const LIMITS: Limits = Limits {
    members: 200,
    member_bytes: 4_000_000,
    total_bytes: 16_000_000,
    ratio: 200,
    depth: 3,
    name_bytes: 256,
    table_rows: 200,
    apple: Caps {
        workouts: 200,
        events: 2_000,
        text_bytes: 20_000,
        readings: 2_000,
        samples: 2_000,
        samples_of_workout: 1_000,
        route_bytes: 1_000_000,
        passes: 4,
    },
};

/// The bytes as files of a folder that mean something to each other.
struct Unpacked {
    names: Vec<String>,
    files: Vec<Vec<u8>>,
}

impl Unpacked {
    fn new(bytes: &[u8]) -> Self {
        let names = ["activities.csv", "activities/1.gpx", "export.xml", "workout-routes/route.gpx", "a.zip"];
        let files = bytes.chunks(bytes.len().div_ceil(names.len()).max(1)).map(<[u8]>::to_vec);
        let (names, files) = names.into_iter().map(str::to_owned).zip(files).unzip();
        Self { names, files }
    }
}

impl Folder for Unpacked {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn open(&mut self, number: usize) -> io::Result<Box<dyn ReadSeek>> {
        Ok(Box::new(Cursor::new(self.files[number].clone())))
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut total = 0_u64;
    let mut visit = |item: Item| {
        if let Content::File { bytes, stand_in, .. } = item.content {
            assert!(bytes.len() as u64 <= LIMITS.member_bytes, "a member past its cap");
            total += bytes.len() as u64;
            if let Some(stand_in) = stand_in {
                checked::check(read(&stand_in.bytes, &checked::options()));
            }
            if let Ok(plain) = plain(&bytes, &LIMITS) {
                assert!(plain.bytes.len() as u64 <= LIMITS.member_bytes, "gzip past its cap");
                checked::check(read(&plain.bytes, &checked::options()));
            }
        }
        ControlFlow::Continue(())
    };
    let _ = walk("fuzz", Cursor::new(bytes), &LIMITS, &mut InMemory, &mut visit);
    walk_folder("fuzz", &mut Unpacked::new(bytes), &LIMITS, &mut InMemory, &mut visit);
    // Each file of the folder, and the archive, count by themselves.
    assert!(total <= 6 * (LIMITS.total_bytes + LIMITS.member_bytes), "all members past their cap");
});
