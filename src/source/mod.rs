//! Text with a name: files, spans, diagnostics, and how diagnostics are shown.

pub mod codes;
mod composition;
mod diagnostic;
mod file;
mod include;
pub mod report;
mod resolve;
mod span;
pub mod text;

pub use codes::{Code, Severity, Verdict};
pub use composition::{Composition, Expansion, ExpansionId, Expansions};
pub use diagnostic::{Diagnostic, Edit, Findings, Fix, Label};
pub use file::{LoadError, LoadReason, MAX_FILE_BYTES, SourceFile, Sources};
pub use include::{Included, Refused};
pub use span::{FileId, LineIndex, Place, Position, Span};
