//! Settings as data: one row is a field of the model, the keyword that says it and its form.
//!
//! A row of [`settings!`] makes the field, lets the reader of keepalived.conf fill it and the
//! writer say it again, so neither can forget one. Only what needs more than one value per line,
//! or has another unit in heartbeat, is written by hand.

use std::fmt;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::Sourced;

/// Where the reader puts a value: the form of the words that it is read from.
#[derive(Debug)]
pub enum Slot<'a> {
    /// An IP address.
    Address(&'a mut Option<Sourced<IpAddr>>),
    /// A truth value; the bare keyword means true.
    Boolean(&'a mut Option<Sourced<bool>>),
    /// A command line with a user.
    Command(&'a mut Option<Sourced<Command>>),
    /// A keyword that means true by being there.
    Flag(&'a mut Option<Sourced<bool>>),
    /// Milliseconds with decimals.
    Milliseconds(&'a mut Option<Sourced<Duration>>),
    /// A whole number.
    Number(&'a mut Option<Sourced<u32>>),
    /// A whole number that may be left out: `None` is the bare keyword.
    OptionalNumber(&'a mut Option<Sourced<Option<i64>>>),
    /// A word that may be left out: `None` is the bare keyword.
    OptionalWord(&'a mut Option<Sourced<Option<String>>>),
    /// Seconds with decimals.
    Seconds(&'a mut Option<Sourced<Duration>>),
    /// A word that must never be shown.
    Secret(&'a mut Option<Sourced<Secret>>),
    /// A whole number with a sign.
    Signed(&'a mut Option<Sourced<i64>>),
    /// A number with an optional `reverse` or `noreverse`.
    Weight(&'a mut Option<Sourced<Weight>>),
    /// One word.
    Word(&'a mut Option<Sourced<String>>),
    /// All words of the line, perhaps none.
    Words(&'a mut Option<Sourced<Vec<String>>>),
}

/// What the writer says: a value in the form of its [`Slot`].
#[derive(Clone, Copy, Debug)]
pub enum Said<'a> {
    /// As [`Slot::Address`].
    Address(&'a IpAddr),
    /// As [`Slot::Boolean`].
    Boolean(&'a bool),
    /// As [`Slot::Command`].
    Command(&'a Command),
    /// As [`Slot::Flag`].
    Flag(&'a bool),
    /// As [`Slot::Milliseconds`].
    Milliseconds(&'a Duration),
    /// As [`Slot::Number`].
    Number(&'a u32),
    /// As [`Slot::OptionalNumber`].
    OptionalNumber(&'a Option<i64>),
    /// As [`Slot::OptionalWord`].
    OptionalWord(&'a Option<String>),
    /// As [`Slot::Seconds`].
    Seconds(&'a Duration),
    /// As [`Slot::Secret`].
    Secret(&'a Secret),
    /// As [`Slot::Signed`].
    Signed(&'a i64),
    /// As [`Slot::Weight`].
    Weight(&'a Weight),
    /// As [`Slot::Word`].
    Word(&'a String),
    /// As [`Slot::Words`].
    Words(&'a Vec<String>),
}

/// A group of settings that [`settings!`] declared.
pub trait Settings {
    /// The field of `keyword`, which may be an older name; `None` when there is none.
    fn slot(&mut self, keyword: &str) -> Option<Slot<'_>>;

    /// Shows every stated value with its keyword and place, in the order of the declaration.
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'static str, Sourced<Said<'a>>));
}

/// A value that stands for all its absent fields.
pub trait Blank: Default + 'static {
    /// Every field absent.
    fn blank() -> &'static Self;
}

/// Settings that few objects state, or many state alike: no room is taken before the first one is
/// stated, and copies share theirs until one of them changes.
///
/// Reading goes through [`Deref`] and finds every field absent where nothing was stated.
pub struct Rare<T>(Option<Arc<T>>);

impl<T: Clone + Default> Rare<T> {
    /// The settings to be changed, made on first use.
    pub fn make(&mut self) -> &mut T {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

/// One change of many settings: those that were shared before it are shared after it.
#[derive(Default)]
pub struct Alike<T>(Option<(Arc<T>, Arc<T>)>);

impl<T: Clone + Default> Alike<T> {
    /// Changes `settings`, or takes what the same ones became.
    pub fn change(&mut self, settings: &mut Rare<T>, change: impl FnOnce(&mut T)) {
        let is_same =
            |before: &Arc<T>| settings.0.as_ref().is_some_and(|own| Arc::ptr_eq(own, before));
        let after = match &self.0 {
            Some((before, after)) if is_same(before) => Arc::clone(after),
            _ => {
                let before = Arc::clone(settings.0.get_or_insert_default());
                let mut after = Arc::clone(&before);
                change(Arc::make_mut(&mut after));
                self.0 = Some((before, Arc::clone(&after)));
                after
            }
        };
        settings.0 = Some(after);
    }
}

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Default> From<T> for Rare<T> {
    fn from(value: T) -> Self {
        Self(Some(Arc::new(value)))
    }
}

impl<T: Blank> Deref for Rare<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or_else(|| T::blank())
    }
}

impl<T> Clone for Rare<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Blank + fmt::Debug> fmt::Debug for Rare<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Blank + PartialEq> PartialEq for Rare<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Blank + Clone + Settings> Settings for Rare<T> {
    fn slot(&mut self, keyword: &str) -> Option<Slot<'_>> {
        // Asked on a throw-away first, so that an unknown keyword takes no room.
        if self.0.is_none() {
            T::default().slot(keyword)?;
        }
        self.make().slot(keyword)
    }

    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'static str, Sourced<Said<'a>>)) {
        if let Some(settings) = &self.0 {
            settings.each(visit);
        }
    }
}

/// A command line and who runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The command line, without the quotes around it.
    pub line: String,
    /// User and group, as written.
    pub user: Option<String>,
}

/// A password. It never appears in any output, so it is debugged as dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("...")
    }
}

/// What something that is followed adds to a priority or a weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Added while it is up (positive) or taken while it is down (negative); zero means fault.
    pub value: i32,
    /// Whether up counts as down; `None` leaves it to the object that is followed.
    pub reverse: Option<bool>,
}

/// Declares groups of settings: `/// doc` `field: Form = "keyword" | "older name";`.
///
/// Each becomes a struct whose fields are `Option<Sourced<_>>`, with [`Settings`] and [`Blank`].
macro_rules! settings {
    ($($(#[$attribute:meta])* pub struct $name:ident {
        $($(#[$about:meta])* $field:ident: $form:ident = $keyword:literal $(| $older:literal)*;)*
    })*) => {$(
        $(#[$attribute])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $(
                $(#[$about])*
                #[doc = concat!("\n\nkeepalived: `", $keyword, "`.")]
                pub $field: Option<$crate::model::Sourced<settings!(@type $form)>>,
            )*
        }

        impl $crate::model::setting::Settings for $name {
            fn slot(&mut self, keyword: &str) -> Option<$crate::model::setting::Slot<'_>> {
                match keyword {
                    $($keyword $(| $older)* => {
                        Some($crate::model::setting::Slot::$form(&mut self.$field))
                    })*
                    _ => None,
                }
            }

            fn each<'a>(
                &'a self,
                visit: &mut dyn FnMut(
                    &'static str,
                    $crate::model::Sourced<$crate::model::setting::Said<'a>>,
                ),
            ) {
                $(if let Some(stated) = &self.$field {
                    let said = $crate::model::setting::Said::$form(&stated.value);
                    visit($keyword, $crate::model::Sourced { value: said, at: stated.at });
                })*
            }
        }

        impl $crate::model::setting::Blank for $name {
            fn blank() -> &'static Self {
                static BLANK: $name = $name { $($field: None),* };
                &BLANK
            }
        }
    )*};
    (@type Address) => { std::net::IpAddr };
    (@type Boolean) => { bool };
    (@type Command) => { $crate::model::setting::Command };
    (@type Flag) => { bool };
    (@type Milliseconds) => { std::time::Duration };
    (@type Number) => { u32 };
    (@type OptionalNumber) => { Option<i64> };
    (@type OptionalWord) => { Option<String> };
    (@type Seconds) => { std::time::Duration };
    (@type Secret) => { $crate::model::setting::Secret };
    (@type Signed) => { i64 };
    (@type Weight) => { $crate::model::setting::Weight };
    (@type Word) => { String };
    (@type Words) => { Vec<String> };
}
pub(crate) use settings;
