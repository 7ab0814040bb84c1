//! Values that remember where they came from.

use crate::source::Place;

/// A value and the place in the user's file that said it.
///
/// Two values are equal when they mean the same, wherever they stand.
#[derive(Clone, Copy, Debug)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it was said; `None` for a value that no file states.
    pub at: Option<Place>,
}

impl<T> Sourced<T> {
    /// A value from a file.
    pub fn new(value: T, at: Place) -> Self {
        Self { value, at: Some(at) }
    }

    /// A value that follows from something else than a file: a default, a derivation.
    pub fn implied(value: T) -> Self {
        Self { value, at: None }
    }

    /// Another value from the same place.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: f(self.value), at: self.at }
    }

    /// The same place, the value borrowed.
    pub fn as_ref(&self) -> Sourced<&T> {
        Sourced { value: &self.value, at: self.at }
    }
}

/// What may stand in a file.
pub trait Located {
    /// Where; `None` for what no file says, or what is not there at all.
    fn place(&self) -> Option<Place>;
}

impl<T> Located for Sourced<T> {
    fn place(&self) -> Option<Place> {
        self.at
    }
}

impl<L: Located> Located for Box<L> {
    fn place(&self) -> Option<Place> {
        L::place(self)
    }
}

impl<L: Located> Located for Option<L> {
    fn place(&self) -> Option<Place> {
        self.as_ref().and_then(L::place)
    }
}

impl<L: Located + ?Sized> Located for &L {
    fn place(&self) -> Option<Place> {
        L::place(self)
    }
}

impl<T: PartialEq> PartialEq for Sourced<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Sourced<T> {}
