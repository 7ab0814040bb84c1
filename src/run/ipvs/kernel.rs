//! The real kernel behind [`Backend`], and the thread that drives a [`Reconciler`].
//!
//! A request of this family is carried out while `send` runs, under a mutex, and there are no events to
//! wait for: an asynchronous socket would only hide that it blocks. So the table has a thread of its
//! own, and the rest of the daemon talks to it over two channels.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tracing::warn;

use super::batch::{Batch, Refusal};
use super::reconcile::{Event, Input, Output, Owned, Reconciler};
use super::wire::{self, Question};
use super::{Service, Step, Table};
use crate::run::net::genetlink::messages::Malformed;
use crate::run::net::genetlink::{Connection, Error};
use crate::run::newest::{Received, Receiver};
use crate::source::words::counted;

/// Where a table is kept.
pub trait Backend {
    /// Reads all of it.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, in words.
    fn read(&mut self) -> Result<Table, String>;

    /// Carries out steps in order, refused ones apart.
    ///
    /// # Errors
    ///
    /// Why nothing is known of their outcome, in words.
    fn apply(&mut self, steps: &[Step]) -> Result<Vec<Refusal>, String>;
}

/// The kernel of this network namespace.
#[derive(Debug, Default)]
pub struct Kernel {
    /// Opened when it is needed, and anew after any error.
    connection: Option<Connection>,
    /// Objects of the last read that a newer kernel or another program made, and lvsha cannot name.
    unreadable: usize,
}

impl Kernel {
    /// The table.
    ///
    /// # Errors
    ///
    /// As [`Backend::read`].
    pub fn table(&mut self) -> Result<Table, Error> {
        let mut attempt = 0;
        loop {
            match self.with_connection(Self::dump) {
                // Somebody writes meanwhile. A writer that never pauses must not keep us here.
                Err(Error::Interrupted) if attempt < ATTEMPTS => attempt += 1,
                result => return result,
            }
        }
    }

    /// Carries out steps.
    ///
    /// # Errors
    ///
    /// Nothing is known of the outcome then.
    pub fn write(&mut self, steps: &[Step]) -> Result<Vec<Refusal>, Error> {
        self.with_connection(|_, connection| {
            let first = connection.reserve(steps.len());
            let mut batch = Batch::new(steps, connection.family(), first);
            while !batch.is_finished() {
                if let Some(datagram) = batch.poll_transmit()? {
                    connection.send(&datagram)?;
                }
                batch.handle(connection.receive()?)?;
            }
            Ok(batch.into_refusals())
        })
    }

    fn with_connection<T>(
        &mut self,
        act: impl FnOnce(&mut Self, &mut Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(wire::FAMILY, LIMIT)?,
        };
        let result = act(self, &mut connection);
        // After an error answers of the old conversation may still be on their way.
        if result.is_ok() {
            self.connection = Some(connection);
        }
        result
    }

    fn dump(&mut self, connection: &mut Connection) -> Result<Table, Error> {
        let mut table = Table::default();
        let mut unreadable = 0;
        ask(connection, Question::Services, |attributes| {
            let read = known(wire::service(attributes), &mut unreadable)?;
            if let Some((key, settings)) = read {
                let service = Service { settings, destinations: BTreeMap::new() };
                table.services.insert(key, service);
            }
            Ok(())
        })?;
        for (key, service) in &mut table.services {
            let asked = ask(connection, Question::Destinations(*key), |attributes| {
                let read = known(wire::destination(attributes, key.family()), &mut unreadable)?;
                if let Some((at, destination)) = read {
                    service.destinations.insert(at, destination);
                }
                Ok(())
            });
            // A service that went away between the two dumps.
            if matches!(asked, Err(Error::Refused(libc::ESRCH))) {
                return Err(Error::Interrupted);
            }
            asked?;
        }
        ask(connection, Question::Daemons, |attributes| {
            if let Some((role, daemon)) = known(wire::daemon(attributes), &mut unreadable)? {
                table.daemons.insert(role, daemon);
            }
            Ok(())
        })?;
        ask(connection, Question::Timeouts, |attributes| {
            table.timeouts = Some(wire::timeouts(attributes)?);
            Ok(())
        })?;
        if unreadable > 0 && unreadable != self.unreadable {
            let objects = counted(unreadable, "object");
            warn!("IPVS: {objects} of others with settings that are not known here: not touched");
        }
        self.unreadable = unreadable;
        Ok(table)
    }
}

impl Backend for Kernel {
    fn read(&mut self) -> Result<Table, String> {
        self.table().map_err(|error| describe(&error))
    }

    fn apply(&mut self, steps: &[Step]) -> Result<Vec<Refusal>, String> {
        self.write(steps).map_err(|error| describe(&error))
    }
}

/// Drives `machine` over `backend` until the sender of wishes is dropped; returns both.
///
/// Events are told as they come; what is ours is noted before it is made and when it is gone.
pub(in crate::run) fn drive<B: Backend>(
    mut machine: Reconciler,
    mut backend: B,
    wishes: &Receiver<Table>,
    mut tell: impl FnMut(Event),
    mut note: impl FnMut(&Owned),
) -> (Reconciler, B) {
    let mut noted = machine.owned().clone();
    loop {
        loop {
            if *machine.owned() != noted {
                noted.clone_from(machine.owned());
                note(&noted);
            }
            let Some(output) = machine.poll_output() else { break };
            let input = match output {
                Output::Apply(steps) => Input::Applied(backend.apply(&steps)),
                Output::Event(event) => {
                    tell(event);
                    continue;
                }
                Output::Read => Input::Read(backend.read()),
            };
            machine.handle(input, Instant::now());
        }
        match wishes.receive(machine.next_deadline()) {
            // A burst of verdicts becomes one change.
            Received::Value(table) => machine.handle(Input::Desired(table), Instant::now()),
            Received::Timeout => machine.handle_timeout(Instant::now()),
            Received::Closed => return (machine, backend),
        }
    }
}

/// Asks one question and hands every object to `take`.
fn ask(
    connection: &mut Connection,
    question: Question,
    mut take: impl FnMut(crate::run::net::genetlink::messages::Attributes<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let sequence = connection.next_sequence();
    let mut datagram = Vec::new();
    wire::encode_question(&mut datagram, connection.family(), sequence, question)?;
    connection.ask(sequence, &datagram, |_, attributes| take(attributes))
}

/// An object with a value that lvsha does not know is somebody else's: counted, not fatal.
fn known<T>(read: Result<T, Malformed>, unreadable: &mut usize) -> Result<Option<T>, Error> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(Malformed::Value(_)) => {
            *unreadable += 1;
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn describe(error: &Error) -> String {
    match error {
        Error::NoFamily(_) => "the kernel has no IPVS: `modprobe ip_vs`".to_owned(),
        Error::Refused(libc::EPERM) => "the daemon lacks the capability CAP_NET_ADMIN".to_owned(),
        error => error.to_string(),
    }
}

/// Dumps in a row that may be interrupted by somebody who writes.
const ATTEMPTS: u32 = 5;
/// For one answer of the kernel; it answers at once unless it loads a module.
const LIMIT: Duration = Duration::from_secs(10);
