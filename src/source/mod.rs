//! Text with a name: files, spans, diagnostics, and how diagnostics are shown.

mod allowance;
pub mod codes;
mod diagnostic;
mod file;
mod findings;
mod policy;
pub mod report;
mod span;
pub mod text;

pub use allowance::Allowance;
pub use codes::{Code, Severity, Verdict};
pub use diagnostic::{Diagnostic, Edit, Fix, Label};
pub use file::{LoadError, LoadReason, MAX_FILE_BYTES, SourceFile, Sources};
pub use findings::{Findings, Silenced, Silencer};
pub use policy::{Level, Policy, Selector};
pub use span::{FileId, LineIndex, Place, Position, Span};
