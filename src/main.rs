//! The `hd4dp` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    hd4dp::cli::main()
}
