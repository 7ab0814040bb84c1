//! Text with a name: files, spans, diagnostics, and how diagnostics are shown.

mod allowance;
pub mod codes;
mod composition;
mod diagnostic;
mod file;
mod findings;
mod include;
mod policy;
pub mod report;
mod resolve;
mod span;
pub mod text;
pub mod words;

pub use allowance::Allowance;
pub use codes::{Code, Severity, Verdict};
pub use composition::{Composition, Expansion, ExpansionId, Expansions};
pub use diagnostic::{Diagnostic, Edit, Fix, Label};
pub use file::{IncludeLine, LoadError, LoadReason, MAX_FILE_BYTES, SourceFile, Sources};
pub use findings::{Findings, Silenced, Silencer};
pub use include::{Included, Refused};
pub use policy::{Level, Policy, Selector};
pub use span::{FileId, LineIndex, Place, Position, Span};
