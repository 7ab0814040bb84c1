//! Which words of a format stand before a secret, also where they are misspelt.

use std::sync::LazyLock;

use super::{Format, NodeRef, schema, suggest};
use crate::source::Span;

/// Whether a word is what files call a password, or is spelt nearly so.
pub fn is_password(word: &str) -> bool {
    suggest(word, PASSWORDS.iter().copied()).is_some()
}

/// A name that nobody knows, of a line in the block `within`, without the secret that may be glued to it.
pub fn without_secret<'a>(format: Format, within: &str, name: &'a str) -> &'a str {
    let keywords = SecretKeywords::of(format);
    let block = within.rsplit('/').next().unwrap_or_default();
    let word = keywords.glued_word(name, keywords.is_block(block));
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

    /// What must not be shown of a line; `is_inside` tells whether it stands in a block of secrets.
    pub(super) fn secret(&self, node: NodeRef<'_>, is_inside: bool) -> Option<Span> {
        if self.words.is_empty() {
            return None;
        }
        let name = node.name();
        let rows = schema::find_anywhere(self.format, &name);
        // Here nearly every line of a large file ends.
        if !rows.is_empty() && !rows.iter().any(|row| row.secret) {
            return None;
        }
        let is_keyword = !rows.is_empty() || self.has(&name) || self.meant(&name, is_inside);
        let secret = match is_keyword.then(|| node.rest()).flatten() {
            Some(rest) => rest.place().span,
            None => {
                let first = node.word(0)?;
                let word = self.glued_word(first.raw(), is_inside)?;
                // The sign behind the word is one byte, and files are below 2^30 bytes.
                let length = u32::try_from(word.len() + 1).unwrap_or(u32::MAX);
                let start = first.place().span.start.saturating_add(length);
                Span::new(start, node.place().span.end.max(start))
            }
        };
        Some(super::with_rest(node, secret))
    }

    /// Whether `word` is one of them. In the wrong case it is read as meant, and so is its secret.
    pub(super) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|secret| word.eq_ignore_ascii_case(secret))
    }

    /// Whether `word` is no keyword at all and its author probably meant one of them: it is spelt nearly so, or
    /// stands inside a block of theirs. Rather too much than too little.
    pub(super) fn meant(&self, word: &str, is_inside: bool) -> bool {
        // Most lines of a large file begin with a keyword or with an address.
        word.starts_with(|first: char| first.is_ascii_alphabetic())
            && schema::find_anywhere(self.format, word).is_empty()
            && (is_inside || suggest(word, self.long()).is_some() || is_password(word))
    }

    /// Whether `word` opens a block that is about secrets: what is unknown in it may be one.
    pub(super) fn is_block(&self, word: &str) -> bool {
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
    fn other_words_hide_nothing() {
        for text in [
            "vrrp_instance A {\nauthentication {\nauth_type PASS\n}\ntrack_script {\nkea weight 5\n}\n\
             virtual_ipaddress {\n10.0.0.1/24 dev eth0\n}\nprority 100\n}\n",
            "global_defs {\npassive yes\nauthor nobody\n}\n",
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
