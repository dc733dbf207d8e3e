//! Several openings of one data folder at once.

use std::sync::{Arc, Barrier};

use super::*;

/// How many open it at once.
const AT_ONCE: usize = 8;

#[test]
fn a_new_folder_may_be_opened_by_several_at_once() {
    for _ in 0..3 {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let barrier = Arc::new(Barrier::new(AT_ONCE));
        let opening = (0..AT_ONCE).map(|_| {
            let (folder, barrier) = (folder.clone(), barrier.clone());
            // A runtime and connections of its own each, as processes have them.
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                barrier.wait();
                let opened = runtime.block_on(async {
                    let limits = Limits::from_megabytes(1, 1);
                    let library = Library::open(folder.path(), Clock::Fixed(noon()), limits).await?;
                    library.store.ping().await?;
                    anyhow::Ok(library)
                });
                let alone =
                    opened.as_ref().map(|library| library.alone_at_ms.is_some()).map_err(|error| format!("{error:#}"));
                // All of them are in it before the first goes.
                barrier.wait();
                alone
            })
        });
        let opening: Vec<_> = opening.collect();
        let opened: Result<Vec<bool>, String> = opening.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(opened.unwrap().into_iter().filter(|alone| *alone).count(), 1, "one of them was the first");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_is_named() {
    let folder = tempfile::tempdir().unwrap();
    // In the way of the file, which nobody may write to then, whoever runs the test.
    std::fs::create_dir(folder.path().join(OPENING)).unwrap();
    let limits = Limits::from_megabytes(1, 1);
    let error = Library::open(folder.path(), Clock::Fixed(noon()), limits).await.unwrap_err();
    let expected = format!("cannot write to the data folder {}", folder.path().display());
    assert!(format!("{error:#}").starts_with(&expected), "{error:#}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_folder_is_for_nobody_else_and_one_that_is_there_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt as _;

    let outer = tempfile::tempdir().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let there = outer.path().join("there");
    std::fs::create_dir(&there).unwrap();
    std::fs::set_permissions(&there, std::fs::Permissions::from_mode(0o750)).unwrap();
    for (folder, expected) in [(outer.path().join("above/new"), 0o700), (there, 0o750)] {
        Library::open(&folder, Clock::Fixed(noon()), Limits::from_megabytes(1, 1)).await.unwrap();
        assert_eq!(mode(&folder), expected, "{}", folder.display());
    }
}
