//! Reading GPX and TCX files to frames: this crate against `gpx` and `tcx`.

#![expect(clippy::print_stdout, reason = "a benchmark reports to the terminal")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot read its files ends")]

mod race;

use std::hint::black_box;
use std::io::BufReader;

use criterion::{Criterion, criterion_group, criterion_main};
use plimsoll_ingest::encode;

use race::{Rival, race};

const RIVALS: [Rival; 2] = [
    Rival {
        name: "gpx",
        format: "gpx",
        write: |run| encode::gpx(run).into_bytes(),
        read: |bytes| black_box(gpx::read(black_box(bytes))).is_ok(),
    },
    Rival {
        name: "tcx",
        format: "tcx",
        write: |run| encode::tcx(run).into_bytes(),
        read: |bytes| black_box(tcx::read(&mut BufReader::new(black_box(bytes)))).is_ok(),
    },
];

fn readers(criterion: &mut Criterion) {
    race(criterion, &RIVALS);
}

criterion_group!(benches, readers);
criterion_main!(benches);
