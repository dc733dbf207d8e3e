//! What an import leaves while it runs, to other processes and to those that come after it.

use super::*;

const A_MINUTE_MS: i64 = 60_000;

impl Bench {
    async fn state(&self, import: &str) -> ImportState {
        self.library.store.import(&self.athlete.id, import).await.unwrap().unwrap().state
    }

    /// Acknowledges bytes that nobody reads, as a process does that ends or is slow.
    pub(super) async fn acknowledge(&self, batch: &Batch, bytes: Vec<u8>, at_ms: i64) {
        let sha256 = crate::blobs::sha256_hex(&bytes);
        self.library.blobs.put(&raw_key(&sha256), bytes).await.unwrap();
        let arrived = Arrived::Stored { sha256, size_bytes: 1, details: None };
        let arrival = Arrival { name: "run.fit".to_owned(), position: None, content: arrived };
        self.library.store.receive(&self.athlete.id, batch.id(), &[arrival], at_ms).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_has_nothing_to_say_for_long_is_not_taken_over() {
    let bench = Bench::new().await;
    let batch = bench.begin("a long export").await;
    // Its last file came long ago.
    bench.acknowledge(&batch, rich(1), 0).await;
    let beats = async {
        while !bench.library.store.left_imports(now_ms() - A_MINUTE_MS).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), beats).await.expect("no sign of life");
    let other = open(&bench.folder).await;
    assert!(other.alone_at_ms.is_none());
    assert_eq!(other.finish_unread(other.left_before_ms()).await.unwrap(), 0, "who received the file is at it");
    assert_eq!(other.finish_left_imports(other.left_before_ms()).await.unwrap(), 0);
    assert_eq!(bench.state(batch.id()).await, ImportState::Running);
    // Undoing from elsewhere is refused, too.
    assert_eq!(other.undo_import(&bench.athlete.id, batch.id()).await.unwrap(), Undone::Running);

    // What its process did not come to is read all the same.
    std::mem::forget(batch);
    assert_eq!(open(&bench.folder).await.finish_unread(now_ms()).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_begins_after_the_first_process_opened_the_folder_is_not_left_behind() {
    let mut bench = Bench::new().await;
    let before = bench.begin("left behind").await;
    bench.acknowledge(&before, rich(1), now_ms()).await;
    let before_id = before.id().to_owned();
    std::mem::forget(before);
    bench.library.running.lock().unwrap().clear();

    // Another process comes in before the first one has looked for what was left.
    let mut second = open(&bench.folder).await;
    second.clock = Clock::Fixed(noon() + TimeDelta::seconds(1));
    let batch = second.begin_import(&bench.athlete, Source::CommandLine, "beside").await.unwrap();
    bench.acknowledge(&batch, rich(2), now_ms() + 1_000).await;
    bench.library.clock = Clock::Fixed(noon() + TimeDelta::seconds(2));
    let first = &bench.library;
    assert_eq!(first.finish_unread(first.left_before_ms()).await.unwrap(), 1);
    assert_eq!(first.finish_left_imports(first.left_before_ms()).await.unwrap(), 1);
    assert_eq!(bench.state(&before_id).await, ImportState::Finished);
    assert_eq!(bench.state(batch.id()).await, ImportState::Running);
    assert_eq!(batch.finish().await.unwrap().counts.waiting, 1, "who received the file is at it");
}

#[tokio::test(flavor = "multi_thread")]
async fn listing_the_imports_finishes_nothing() {
    let bench = Bench::new().await;
    let batch = bench.begin("left behind").await;
    bench.acknowledge(&batch, rich(1), 0).await;
    let id = batch.id().to_owned();
    std::mem::forget(batch);
    crate::commands::imports::list("Ada", bench.folder.path()).await.unwrap();
    assert_eq!(bench.state(&id).await, ImportState::Running);
    assert_eq!(bench.library.store.unread_uploads(now_ms()).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_waits_is_opened_with_the_limits_it_was_accepted_under() {
    let bench = Bench::new().await;
    let large = encode::gpx(&run(1, 6.0, true)).into_bytes();
    std::fs::write(bench.library.incoming().join("spooled"), archives::zip(&[("run.gpx", &large)])).unwrap();
    let batch = bench.begin("export.zip").await;
    batch.keep_archive("export.zip", "spooled").await.unwrap();
    let id = batch.id().to_owned();
    std::mem::forget(batch);

    let mut after = open(&bench.folder).await;
    after.limits.archive.member_bytes = 1_000;
    after.limits.file_bytes = 1_000;
    assert_eq!(after.finish_left_imports(now_ms()).await.unwrap(), 1);
    let import = after.store.import(&bench.athlete.id, &id).await.unwrap().unwrap();
    assert_eq!((import.counts.new, import.counts.failed), (1, 0));
}
