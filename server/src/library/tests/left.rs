//! What an import leaves while it runs, to other processes and to those that come after it.

use super::*;

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
    assert_eq!(after.finish_left_imports(0).await.unwrap(), 1);
    let import = after.store.import(&bench.athlete.id, &id).await.unwrap().unwrap();
    assert_eq!((import.counts.new, import.counts.failed), (1, 0));
}
