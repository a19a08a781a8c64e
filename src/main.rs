//! The `hd4dp` command.

use std::process::ExitCode;

/// The allocator of musl, which the static binary would use, takes one lock
/// for all threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hd4dp::cli::main()
}
