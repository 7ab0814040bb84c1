//! cli

mod output_directory;
