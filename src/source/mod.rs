//! Text with a name: files, spans, diagnostics, and how diagnostics are shown.

pub mod codes;
mod diagnostic;
mod file;
pub mod report;
mod span;
pub mod text;

pub use codes::{Code, Severity, Verdict};
pub use diagnostic::{Diagnostic, Edit, Findings, Fix, Label};
pub use file::{LoadError, LoadReason, MAX_FILE_BYTES, SourceFile, Sources};
pub use span::{FileId, LineIndex, Place, Position, Span};
