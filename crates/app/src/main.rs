//! Starts the program; what it does is in [`lantoa::commands`].
#![deny(clippy::print_stdout, clippy::print_stderr)] // They panic when nobody reads.

use std::process::ExitCode;

use clap::Parser as _;
use lantoa::commands::{self, Cli};
use lantoa::i18n::Lang;

fn main() -> ExitCode {
    lantoa::memory::keep_little();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| "warn,lantoa=info".into()),
        )
        .with_writer(std::io::stderr)
        // Where nobody reads the log any more, there is nothing to say about it either.
        .log_internal_errors(false)
        .init();
    lantoa::foreign::quiet_panics();
    commands::run(Cli::parse(), language())
}

/// The language of the machine when it is English, else Vietnamese.
fn language() -> Lang {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok());
    if set.is_some_and(|l| l.starts_with("en")) { Lang::En } else { Lang::Vi }
}
