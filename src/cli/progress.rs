//! The progress of a rollout: a line for each step, or a line for each machine on a terminal.

use std::io::IsTerminal as _;

use super::deploy::Form;
use super::printer::Printer;
use crate::deploy::Event;

/// Shows events.
pub(super) struct Progress<'a> {
    printer: &'a Printer,
    form: Form,
    is_live: bool,
    /// What each machine is at, for the live form.
    nodes: Vec<(String, String)>,
    /// A gate that stays closed says the same again and again.
    last: Option<Event>,
    drawn: usize,
}

impl<'a> Progress<'a> {
    pub(super) fn new(form: Form, printer: &'a Printer) -> Self {
        let is_live = form == Form::Auto && std::io::stdin().is_terminal() && printer.is_terminal();
        Self { printer, form, is_live, nodes: Vec::new(), last: None, drawn: 0 }
    }

    pub(super) fn show(&mut self, event: &Event) {
        let is_attempt = matches!(event, Event::Begins { .. });
        if self.last.as_ref() == Some(event) {
            return;
        }
        if !is_attempt {
            self.last = Some(event.clone());
        }
        match self.form {
            // Also with `--quiet`: who asks for it in a form for programs wants it.
            Form::Json => self.printer.problems(&format!("{}\n", json(event))),
            Form::Auto if self.is_live => self.live(event),
            Form::Auto | Form::Plain => {
                if let Some(line) = plain(event) {
                    self.printer.status(&line);
                }
            }
        }
    }

    /// Leaves the last picture on the screen.
    pub(super) fn end(&mut self) {
        self.drawn = 0;
    }

    fn live(&mut self, event: &Event) {
        if let Some(line) = lasting(event) {
            // The picture begins anew below it.
            self.drawn = 0;
            self.printer.status(&line);
        }
        let (node, words) = match event {
            Event::Interrupted { .. } => return,
            Event::Begins { node, task } => (node, format!("{task} ...")),
            Event::Done { node, task, .. } => (node, format!("{task} done")),
            Event::Failed { node, task, fault } => (node, format!("{task}: {fault}")),
        };
        match self.nodes.iter_mut().find(|(name, _)| name == node) {
            Some((_, known)) => *known = words,
            None => self.nodes.push((node.clone(), words)),
        }
        // Up over what was drawn, then each line anew (ECMA-48: CUU and EL).
        let mut picture = String::new();
        if self.drawn > 0 {
            picture.push_str(&format!("\u{1b}[{}A", self.drawn));
        }
        for (name, words) in &self.nodes {
            let words = words.lines().next().unwrap_or_default();
            picture.push_str(&format!("\u{1b}[2K{name}: {words}\n"));
        }
        self.drawn = self.nodes.len();
        self.printer.draw(&picture);
    }
}

/// What must stay on the screen when a machine goes on with its next step.
fn lasting(event: &Event) -> Option<String> {
    match event {
        Event::Done { remarks, .. } if !remarks.is_empty() => plain(event),
        Event::Interrupted { .. } => plain(event),
        // A fault that counts stands in the conclusion.
        Event::Begins { .. } | Event::Done { .. } | Event::Failed { .. } => None,
    }
}

fn plain(event: &Event) -> Option<String> {
    match event {
        Event::Begins { .. } => None,
        Event::Done { node, task, remarks } if remarks.is_empty() => {
            Some(format!("{node}: {task}"))
        }
        Event::Done { node, task, remarks } => {
            Some(format!("{node}: {task} ({})", remarks.join("; ")))
        }
        Event::Failed { node, task, fault } => Some(format!("{node}: {task}: {fault}")),
        Event::Interrupted { words } => Some(words.clone()),
    }
}

fn json(event: &Event) -> String {
    let value = match event {
        Event::Begins { node, task } => {
            serde_json::json!({"version": 1, "node": node, "step": task, "state": "begins"})
        }
        Event::Done { node, task, remarks } => serde_json::json!({
            "version": 1, "node": node, "step": task, "state": "done", "remarks": remarks,
        }),
        Event::Failed { node, task, fault } => serde_json::json!({
            "version": 1, "node": node, "step": task, "state": "failed", "why": fault.message,
        }),
        Event::Interrupted { words } => {
            serde_json::json!({"version": 1, "state": "interrupted", "why": words})
        }
    };
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_outlast_the_picture() {
        let done = |remarks: &[&str]| Event::Done {
            node: "lw1".to_owned(),
            task: "check",
            remarks: remarks.iter().map(|remark| (*remark).to_owned()).collect(),
        };
        let said = "keepalived.conf: there is no keepalived here";
        assert_eq!(lasting(&done(&[said])), Some(format!("lw1: check ({said})")));
        assert_eq!(lasting(&done(&[])), None);
    }
}
