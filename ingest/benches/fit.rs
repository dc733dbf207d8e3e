//! Reading FIT files to frames: this crate against `fitparser`.

#![expect(clippy::print_stdout, reason = "a benchmark reports to the terminal")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot read its files ends")]

mod race;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use plimsoll_ingest::encode;

use race::{Rival, race};

const RIVALS: [Rival; 1] = [Rival {
    name: "fitparser",
    format: "fit",
    write: encode::fit,
    read: |bytes| black_box(fitparser::from_bytes(black_box(bytes))).is_ok(),
}];

fn readers(criterion: &mut Criterion) {
    race(criterion, &RIVALS);
}

criterion_group!(benches, readers);
criterion_main!(benches);
