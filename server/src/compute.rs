//! Where Polars runs: a few threads of its own, never one that serves requests.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::{Semaphore, oneshot};

/// Runs CPU work, at most as much at once as there are cores.
#[derive(Debug, Clone)]
pub(crate) struct Compute {
    permits: Arc<Semaphore>,
    /// Always the same threads: what is allocated and freed on ever new ones stays with each of them.
    threads: Arc<rayon::ThreadPool>,
}

impl Compute {
    /// One thread per core.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(cores)
            .thread_name(|index| format!("compute-{index}"))
            .build()
            .context("cannot start the threads that compute")?;
        Ok(Self { permits: Arc::new(Semaphore::new(cores)), threads: Arc::new(threads) })
    }

    /// Runs `work` on one of the threads. It goes on when nobody waits for it any more.
    ///
    /// # Errors
    /// When the work panicked: the panic ends the work, not the service.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
        let permit = self.permits.clone().acquire_owned().await.context("the service is stopping")?;
        let (sender, done) = oneshot::channel();
        self.threads.spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(work));
            drop(permit);
            // Nobody may be waiting any more.
            let _ = sender.send(result);
        });
        let result = done.await.context("the service is stopping")?;
        result.map_err(|_| anyhow::anyhow!("the computation ended with a fault of the program"))
    }
}
