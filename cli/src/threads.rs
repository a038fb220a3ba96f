//! `--threads N`: how many threads a proof may use.

use anyhow::Context;
use clap::value_parser;

/// The most that can be asked for: more than any machine has, and soon started.
const MAX_THREADS: i64 = 1024;

/// How many threads to prove with.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct ThreadsArgs {
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=MAX_THREADS))]
    threads: Option<u32>,
}

impl ThreadsArgs {
    /// Runs `work` on that many threads.
    pub(crate) fn run<T: Send>(
        self,
        work: impl FnOnce() -> anyhow::Result<T> + Send,
    ) -> anyhow::Result<T> {
        let Some(threads) = self.threads else {
            return work();
        };
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads as usize)
            .build()
            .with_context(|| format!("cannot start {threads} threads"))?
            .install(work)
    }
}
