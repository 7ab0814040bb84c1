//! Which words of a format stand before a secret, also where they are misspelt.

use std::sync::LazyLock;

use super::schema::{self, Keyword};
use super::{Format, Kind, NodeRef, Word, suggest};
use crate::source::Span;

/// Whether a word is what files call a password, or is spelt nearly so.
pub fn is_password(word: &str) -> bool {
    suggest(word, PASSWORDS.iter().copied()).is_some()
}

/// A name that nobody knows, of a line in the block `within`, without the secret that may be glued to it.
pub fn without_secret<'a>(format: Format, within: &str, name: &'a str) -> &'a str {
    let keywords = SecretKeywords::of(format);
    let word = keywords.glued_word(name, keywords.is_block(last(within)));
    word.map_or(name, |word| name.get(..word.len()).unwrap_or(name))
}

/// The keywords of a format whose arguments must never be shown.
pub(super) struct SecretKeywords {
    format: Format,
    words: Vec<&'static str>,
}

impl SecretKeywords {
    pub(super) fn of(format: Format) -> &'static Self {
        // There is one for each format, in their order.
        ALL.iter().find(|keywords| keywords.format == format).unwrap_or(&NONE)
    }

    /// What must not be shown of the next line of a walk.
    pub(super) fn secret(&self, node: NodeRef<'_>, inside: &mut Inside) -> Option<Span> {
        if self.words.is_empty() {
            return None;
        }
        let at = self.keyword_at(node);
        let name = node.word(at).map(Word::value).unwrap_or_default();
        let rows = schema::find_anywhere(self.format, &name);
        let is_inside = self.format == Format::Keepalived && inside.enter(self, node, &name, rows);
        // Here nearly every line of a large file has no more to be asked.
        let own = match rows.is_empty() || rows.iter().any(|row| row.secret) {
            true => self.own(node, at, !rows.is_empty(), is_inside),
            false => None,
        };
        // An unknown first word may be several that are glued together.
        let from = if rows.is_empty() { at } else { at + 1 };
        let secret = own.or_else(|| self.later(node, from, is_inside))?;
        Some(super::with_rest(node, secret))
    }

    /// The part of a comment behind a word that was a line's keyword before it was commented out.
    pub(super) fn in_comment(&self, comment: Span, text: &str) -> Option<Span> {
        let text = comment.of(text);
        let mut is_first = true;
        let end = ends_of_words(text).find_map(|(word, end)| {
            let was_first = std::mem::replace(&mut is_first, false);
            let is_keyword = self.has(word) || PASSWORDS.contains(&word);
            // In prose people speak of passwords and keys, hardly of `auth_pass`.
            (is_keyword && (was_first || word.contains('_'))).then_some(end)
        })?;
        Some(behind(comment, text, end))
    }

    /// What the word number `at` says that is secret: all behind it.
    fn own(&self, node: NodeRef<'_>, at: usize, is_known: bool, is_inside: bool) -> Option<Span> {
        let first = node.word(at)?;
        let name = first.value();
        if name.starts_with('$') && self.format == Format::Keepalived {
            return self.definition(node, at);
        }
        let is_keyword = is_known || self.has(&name) || self.meant(&name, is_inside);
        if let Some(rest) = is_keyword.then(|| node.from_word(at + 1)).flatten() {
            return Some(rest.place().span);
        }
        let word = self.glued_word(first.raw(), is_inside)?;
        // The sign behind the word is one byte, and files are below 2^30 bytes.
        let length = u32::try_from(word.len() + 1).unwrap_or(u32::MAX);
        let start = first.place().span.start.saturating_add(length);
        Some(Span::new(start, node.place().span.end.max(start)))
    }

    /// The value of a definition that may be a password. With a blank before its sign it is none to
    /// keepalived, so nobody knows what its uses would have said.
    fn definition(&self, node: NodeRef<'_>, at: usize) -> Option<Span> {
        let (name, value) = (node.word(at)?.raw(), node.from_word(at + 1)?);
        if let Some(sign) = value.raw().chars().next().filter(|sign| matches!(sign, '=' | '＝')) {
            return Some(behind(value.place().span, value.raw(), sign.len_utf8()));
        }
        let name = name.to_ascii_lowercase();
        let speaks = ["key", "pass", "secret"].iter().any(|word| name.contains(word));
        let holds = || ends_of_words(value.raw()).any(|(word, _)| self.has(word));
        (speaks || holds()).then(|| value.place().span)
    }

    /// What stands behind a keyword that is not the first on its line, as in `auth_type PASS auth_pass ...`.
    fn later(&self, node: NodeRef<'_>, from: usize, is_inside: bool) -> Option<Span> {
        // In heartbeat's files these words are parts of paths.
        if self.format == Format::HaCf {
            return None;
        }
        let rest = node.from_word(from)?;
        let text = rest.raw();
        let least = if is_inside { 1 } else { LONG };
        let is_followed = |end: usize| {
            let next = text.get(end..).and_then(|rest| rest.chars().next());
            next.is_some_and(|c| c.is_whitespace() || is_sign(c))
        };
        // Most lines of a large file say numbers and addresses.
        let has_words = text.len() > least && text.bytes().any(|byte| byte.is_ascii_alphabetic());
        let mut words = ends_of_words(if has_words { text } else { "" });
        let is_found = |word: &str| word.len() >= least && self.has(word);
        if let Some((_, end)) = words.find(|(word, end)| is_found(word) && is_followed(*end)) {
            return Some(behind(rest.place().span, text, end));
        }
        // In those blocks a line has one value, and what else it says may be one of another keyword.
        let further = node.from_word(self.keyword_at(node) + 2).filter(|_| is_inside);
        further.map(|further| further.place().span)
    }

    /// The number of the word that says what a line is: a condition (`@id`) may stand in front of it.
    fn keyword_at(&self, node: NodeRef<'_>) -> usize {
        let is_condition = || node.word(0).is_some_and(|word| word.raw().starts_with('@'));
        usize::from(self.format == Format::Keepalived && is_condition())
    }

    /// Whether `word` is one of them. In the wrong case it is read as meant, and so is its secret.
    pub(super) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|secret| word.eq_ignore_ascii_case(secret))
    }

    /// Whether `word` is no keyword at all and its author probably meant one of them: it is spelt nearly so, or
    /// stands inside a block of theirs. Rather too much than too little.
    fn meant(&self, word: &str, is_inside: bool) -> bool {
        // Most lines of a large file begin with a keyword or with an address.
        word.starts_with(|first: char| first.is_ascii_alphabetic())
            && schema::find_anywhere(self.format, word).is_empty()
            && (is_inside || suggest(word, self.long()).is_some() || is_password(word))
    }

    /// Whether `word` opens a block that is about secrets: what is unknown in it may be one.
    fn is_block(&self, word: &str) -> bool {
        self.format == Format::Keepalived && BLOCKS.contains(&word)
    }

    /// The part of `name` that says what follows is secret, glued to it by another sign than the format's:
    /// `auth_pass=...`, `passwd:...`.
    fn glued_word<'a>(&self, name: &'a str, is_inside: bool) -> Option<&'a str> {
        let (word, _) = name.split_once(['=', ':'])?;
        (self.has(word) || self.meant(word, is_inside)).then_some(word)
    }

    /// Those that no other word is near to by chance, as `kea` is to `key`.
    fn long(&self) -> impl Iterator<Item = &'static str> {
        self.words.iter().copied().filter(|word| word.len() >= LONG)
    }
}

/// Which lines of a file stand in a block that holds little else than secrets.
#[derive(Default)]
pub(super) struct Inside {
    /// The number of the node behind such a block.
    until: u32,
    /// Whether the head of one stood without a brace: what belongs to it follows.
    is_open: bool,
}

impl Inside {
    /// Whether the next node of a walk stands in one; `name` says what it is, and `rows` are its rows.
    fn enter(
        &mut self,
        keywords: &SecretKeywords,
        node: NodeRef<'_>,
        name: &str,
        rows: &[&Keyword],
    ) -> bool {
        if self.is_open {
            let is_other = |row: &&Keyword| !keywords.is_block(last(row.within));
            let is_over = !rows.is_empty() && rows.iter().all(is_other);
            self.is_open = node.kind() != Kind::Stray && !is_over;
        }
        let is_inside = self.is_open || node.index() < self.until;
        // A misspelt head opens one, too; without a brace it is a line like any other.
        let is_meant =
            || rows.is_empty() && node.has_body() && suggest(name, BLOCKS.into_iter()).is_some();
        if keywords.is_block(name) || is_meant() {
            self.until = self.until.max(node.behind());
            self.is_open |= !node.has_body();
        }
        is_inside
    }
}

/// The words of a text, each with the byte behind it.
fn ends_of_words(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let is_letter = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let mut end = 0;
    text.split_inclusive(move |c: char| !is_letter(c)).filter_map(move |piece| {
        let word = piece.trim_end_matches(|c: char| !is_letter(c));
        let behind = end + word.len();
        end += piece.len();
        (!word.is_empty()).then_some((word, behind))
    })
}

/// What is left of `span`, whose text is `text`, behind byte `end` and the signs and blanks there.
fn behind(span: Span, text: &str, end: usize) -> Span {
    let rest = text.get(end..).unwrap_or_default();
    let value =
        rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | ':' | '＝'));
    let start = u32::try_from(text.len() - value.len()).unwrap_or(u32::MAX);
    Span::new(span.start.saturating_add(start).min(span.end), span.end)
}

/// What may part a keyword from its value, or close quotes around it.
fn is_sign(c: char) -> bool {
    matches!(c, '=' | ':' | '＝' | '"' | '\'')
}

/// The last part of a block's path.
fn last(within: &str) -> &str {
    within.rsplit('/').next().unwrap_or(within)
}

static ALL: LazyLock<Vec<SecretKeywords>> = LazyLock::new(|| {
    let of_format = |format| SecretKeywords { format, words: schema::secret_words(format) };
    Format::ALL.into_iter().map(of_format).collect()
});

static NONE: SecretKeywords = SecretKeywords { format: Format::Haresources, words: Vec::new() };

/// The blocks of a keepalived.conf that hold little else than secrets.
const BLOCKS: [&str; 3] = ["SSL", "auth_hmac", "authentication"];

/// What people call a password, in whichever file.
const PASSWORDS: [&str; 4] = ["auth_pass", "pass", "passwd", "password"];

/// Letters of a word that is not met by chance.
const LONG: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use crate::syntax::parse;
    use crate::syntax::schema::Body;

    fn shown(text: &str, format: Format) -> String {
        let mut sources = Sources::new();
        let file = sources.add("file", text.as_bytes());
        parse(&mut sources, file, format);
        sources.get(file).shown_whole()
    }

    #[test]
    fn what_stands_behind_a_misspelt_keyword_is_as_secret() {
        for line in [
            "auth_pas s3cret",
            "Auth_Paas s3cret # x",
            "auth_pass=s3cret",
            "passw s3cret",
            "pass=s3cret",
        ] {
            let block = format!("vrrp_instance A {{\nauthentication {{\n{line}\n}}\n}}\n");
            assert!(!shown(&block, Format::Keepalived).contains("s3cret"), "{line}");
        }
        for line in ["pasword=\"s3cret\"", "paswd = s3cret", "passwd: s3cret", "secrte=s3cret"] {
            let section = format!("virtual=10.0.0.1:80\n\t{line}\n");
            assert!(!shown(&section, Format::Ldirectord).contains("s3cret"), "{line}");
        }
        for text in
            ["auth_pas s3cret\n", "auth_hmac {\nkye 1 s3cret\n}\n", "@lw1 auth_pas s3cret\n"]
        {
            assert!(!shown(text, Format::Keepalived).contains("s3cret"), "{text}");
        }
        assert!(!shown("stonit_host * rsa s3cret\n", Format::HaCf).contains("s3cret"));
    }

    #[test]
    fn what_stands_behind_a_later_word_is_as_secret() {
        for block in [
            "authentication { auth_type PASS auth_pass s3cret }",
            "authentication { auth_type PASS auth_pas s3cret }",
            "authentication {\nauth_type PASS s3cret\n}",
            "authentification { auth_type PASS foo s3cret }",
            "authentification {\nfoo s3cret\n}",
            "authentication\nauth_type PASS auth_pas s3cret\nfoo s3cret\n}",
            "auth_hmac\nkye 1 s3cret\n}",
            "@lw1 authentication {\nfoo s3cret\n}",
            "auth_hmac {\n@lw1 kye 1 s3cret\n}",
            "interface eth0 auth_pass s3cret",
            "\"auth_pass\" s3cret",
            "\"auth_pass=s3cret\"",
            "'auth_pass' s3cret",
            "auth_type=PASS auth_pass=s3cret",
            "@lw1 auth_pass=s3cret",
            "#auth_pass s3cret",
            "# auth_pass: s3cret",
            "auth_pass * # the auth_pass was s3cret",
            "# key 1 s3cret",
            "$ROUTER = s3cret",
            "$ROUTER =s3cret",
            "@lw1 $ROUTER = s3cret",
            "$VRRP_PASS=s3cret",
            "$LINES=auth_pass s3cret",
        ] {
            let text = format!("vrrp_instance A {{\n{block}\n}}\n");
            let shown = shown(&text, Format::Keepalived);
            assert!(!shown.contains("s3cret"), "{shown}");
        }
        for line in
            ["login=\"me\" passwd=\"s3cret\"", "#\tpasswd=\"s3cret\"", "login=me secret s3cret"]
        {
            let section = format!("virtual=10.0.0.1:80\n\t{line}\n");
            assert!(!shown(&section, Format::Ldirectord).contains("s3cret"), "{line}");
        }
    }

    #[test]
    fn other_words_hide_nothing() {
        for text in [
            "vrrp_instance A {\nauthentication {\nauth_type PASS\n}\ntrack_script {\nkea weight 5\n}\n\
             virtual_ipaddress {\n10.0.0.1/24 dev eth0\n}\nprority 100\n}\n",
            "global_defs {\npassive yes\nauthor nobody\n}\n",
            "vrrp_instance A {\nauthentication {\nauth_type PASS # a password, no key\n}\n\
             track_interface {\neth0 weight 5\n}\n}\n$INTERFACE=eth0\n",
            "vrrp_instance A {\nnotify_master \"/etc/password.sh all of it\"\n}\n# the password is old\n",
        ] {
            assert_eq!(shown(text, Format::Keepalived), text);
        }
        let section = "virtual=10.0.0.1:80\n\tservic=http\n\trequst=\"/x\"\n\tlogn=\"me\"\n";
        assert_eq!(shown(section, Format::Ldirectord), section);
    }

    #[test]
    fn the_blocks_of_secrets_are_those_of_the_schema() {
        for row in schema::keywords(Format::Keepalived).iter().copied().flatten() {
            let last = row.within.rsplit('/').next().unwrap_or_default();
            assert!(!row.secret || BLOCKS.contains(&last), "{} in {}", row.word, row.within);
        }
        let is_block = |word| {
            let rows = schema::find_anywhere(Format::Keepalived, word);
            rows.iter().any(|row| matches!(row.body, Body::Block(_)))
        };
        assert!(BLOCKS.iter().all(|word| is_block(word)));
    }
}
