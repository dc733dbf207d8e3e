//! Where Polars runs: blocking threads behind one semaphore, never a thread that serves requests.

use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::Semaphore;

/// Runs CPU work, at most as much at once as there are cores.
#[derive(Debug, Clone)]
pub(crate) struct Compute {
    permits: Arc<Semaphore>,
}

impl Compute {
    /// One permit per core.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { permits: Arc::new(Semaphore::new(cores)) }
    }

    /// Runs `work` on a blocking thread.
    ///
    /// # Errors
    /// When the work panicked: the panic ends the work, not the service.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
        let _permit = self.permits.acquire().await.context("the service is stopping")?;
        tokio::task::spawn_blocking(work).await.context("the computation ended with a fault of the program")
    }
}
