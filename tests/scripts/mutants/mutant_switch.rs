//! Which mutant is on.
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
const UNREAD: u32 = u32::MAX;
const NOTING: u32 = u32::MAX - 1;
static ON: AtomicU32 = AtomicU32::new(UNREAD);
static REACHED: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];
#[inline]
pub(crate) fn which(first: u32, count: u32) -> u32 {
    let on = ON.load(Relaxed);
    if on >= NOTING {
        return note(first, count);
    }
    if on.wrapping_sub(first) < count { on } else { 0 }
}
#[inline]
pub(crate) fn on(mutant: u32) -> bool {
    which(mutant, 1) != 0
}
#[cold]
fn note(first: u32, count: u32) -> u32 {
    let path = std::env::var_os("MUTANTS_REACHED");
    if ON.load(Relaxed) == UNREAD {
        let on = std::env::var("MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        ON.store(if path.is_some() { NOTING } else { on }, Relaxed);
        return which(first, count);
    }
    if let (false, Some(path)) = (REACHED[first as usize].swap(true, Relaxed), path) {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(format!("{first} {count}\n").as_bytes()).unwrap();
    }
    0
}
/// Two iterators of different types where a function promises one.
#[derive(Clone)]
pub(crate) enum Either<L, R> {
    L(L),
    R(R),
}
impl<T, L: Iterator<Item = T>, R: Iterator<Item = T>> Iterator for Either<L, R> {
    type Item = T;
    fn next(&mut self) -> Option<T> {
        match self {
            Self::L(iterator) => iterator.next(),
            Self::R(iterator) => iterator.next(),
        }
    }
}
impl<T, L: DoubleEndedIterator<Item = T>, R: DoubleEndedIterator<Item = T>> DoubleEndedIterator for Either<L, R> {
    fn next_back(&mut self) -> Option<T> {
        match self {
            Self::L(iterator) => iterator.next_back(),
            Self::R(iterator) => iterator.next_back(),
        }
    }
}
