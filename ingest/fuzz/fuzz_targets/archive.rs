#![no_main]

mod checked;

use std::io::Cursor;
use std::ops::ControlFlow;

use plimsoll_ingest::archive::{Content, InMemory, Limits, plain, walk};
use plimsoll_ingest::read;

/// Small enough that a bomb which passes a cap is seen as memory or time.
const LIMITS: Limits =
    Limits { members: 200, member_bytes: 4_000_000, total_bytes: 16_000_000, ratio: 200, depth: 3, name_bytes: 256 };

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (mut items, mut total) = (0_u64, 0_u64);
    let _ = walk("fuzz", Cursor::new(bytes), &LIMITS, &mut InMemory, &mut |item| {
        items += 1;
        if let Content::File { bytes, .. } = item.content {
            assert!(bytes.len() as u64 <= LIMITS.member_bytes, "a member past its cap");
            total += bytes.len() as u64;
            if let Ok(plain) = plain(&bytes, &LIMITS) {
                assert!(plain.bytes.len() as u64 <= LIMITS.member_bytes, "gzip past its cap");
                checked::check(read(&plain.bytes, &checked::options()));
            }
        }
        ControlFlow::Continue(())
    });
    assert!(total <= LIMITS.total_bytes + LIMITS.member_bytes, "all members past their cap");
});
