#![no_main]

mod checked;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checked::check(plimsoll_ingest::polar::read(bytes, &checked::options())));
