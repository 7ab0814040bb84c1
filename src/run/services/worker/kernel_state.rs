//! What is known of the kernel's table, for the status.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::run::ipvs::Step;
use crate::run::ipvs::reconcile::{Event, explain};

/// The kernel's table, as an operator sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KernelStatus {
    /// Why it cannot be read or written; `None` when it can.
    pub unreachable: Option<String>,
    /// What it refuses, with the reason.
    pub refused: Vec<String>,
    /// Changes of others that were undone since the start.
    pub repairs: usize,
}

/// The same while it grows.
#[derive(Debug, Default)]
pub(super) struct KernelState {
    unreachable: Option<String>,
    /// By the step, without its reason: the newest reason counts.
    refused: BTreeMap<String, String>,
    repairs: usize,
}

impl KernelState {
    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::Unreachable { cause, .. } => self.unreachable = Some(cause.clone()),
            Event::Refused { step, errno, .. } => {
                self.unreachable = None;
                self.refused.insert(object(step), format!("{step}: {}", explain(step, *errno)));
            }
            Event::Recovered(step) => {
                self.refused.remove(&object(step));
            }
            Event::Repaired(steps) => {
                self.unreachable = None;
                self.repairs += steps.len();
            }
            Event::Adopted { .. } | Event::Changed(_) => self.unreachable = None,
        }
    }

    /// After another configuration: what is refused still is reported anew.
    pub(super) fn forget_refusals(&mut self) {
        self.refused.clear();
    }

    pub(super) fn status(&self) -> KernelStatus {
        KernelStatus {
            unreachable: self.unreachable.clone(),
            refused: self.refused.values().cloned().collect(),
            repairs: self.repairs,
        }
    }
}

/// What a step is about, whether it adds or changes it.
fn object(step: &Step) -> String {
    match (step.service(), step.destination()) {
        (Some(service), Some(destination)) => format!("{service} {destination}"),
        (Some(service), None) => service.to_string(),
        _ => step.to_string(),
    }
}
