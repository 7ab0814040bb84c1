//! Arguments in, exit code out, nothing else.

fn main() -> std::process::ExitCode {
    lvsha::cli::run(std::env::args_os()).into()
}
