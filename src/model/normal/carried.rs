//! Directives without a field of the model, compared as text.

use super::standard::{is_written_default, written};
use super::{HIDDEN, Object, View, World};
use crate::model::{Carried, Password, Secret};
use crate::source::{Place, SourceFile, Span};
use crate::syntax::Format;
use crate::syntax::schema::{self, Keyword};

/// Says every directive that only its own program knows; between two programs it is what the account
/// of a conversion speaks about.
pub(super) fn say(carried: &[Carried], within: &str, view: &View<'_>, object: &mut Object) {
    if view.foreign {
        return;
    }
    for directive in carried {
        let text = match directive.text.as_str() {
            "" => text(directive.at, view),
            text => text.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        let value = text.get(directive.keyword.len()..).unwrap_or(&text).trim_start();
        let value = value.strip_prefix('=').unwrap_or(value).trim();
        let row = row(view.world, within, &directive.keyword);
        if row.is_some_and(|row| is_written_default(row, value)) {
            continue;
        }
        let value = &row.map_or_else(|| value.to_owned(), |row| written(row, value));
        let file = view.sources.get(directive.at.file);
        if row.is_some_and(|row| row.secret) || file.is_secret(directive.whole) {
            let field = object.say_next(name(directive, file), HIDDEN, Some(directive.at));
            object.hide(&field, value);
        } else {
            object.say_next(&directive.keyword, value, Some(directive.at));
        }
    }
}

/// The keyword without a value that is glued to it.
fn name<'a>(directive: &'a Carried, file: &SourceFile) -> &'a str {
    let at = directive.at.span;
    let length = at.of(file.text()).split(char::is_whitespace).next().map_or(0, str::len);
    let first = Span::new(at.start, at.start.saturating_add(u32::try_from(length).unwrap_or(0)));
    let keyword = directive.keyword.as_str();
    let is_glued = file.is_secret(first);
    keyword.split(['=', ':']).next().filter(|_| is_glued).unwrap_or(keyword)
}

/// Says that something is there whose words must not be shown.
pub(super) fn say_hidden(field: &str, password: &Password, view: &View<'_>, object: &mut Object) {
    let field = object.say_next(field, HIDDEN, Some(password.at));
    match &password.text {
        Some(Secret(known)) => object.hide(&field, known),
        None => object.hide(&field, &text(password.at, view)),
    }
}

/// The words of a place, one blank apart.
fn text(at: Place, view: &View<'_>) -> String {
    let text = at.span.of(view.sources.get(at.file).text());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn row(world: World, within: &str, keyword: &str) -> Option<&'static Keyword> {
    let formats: &[Format] = match world {
        World::Heartbeat => &[Format::HaCf, Format::Ldirectord],
        World::Keepalived => &[Format::Keepalived],
    };
    formats.iter().find_map(|format| schema::find(*format, within, keyword))
}
