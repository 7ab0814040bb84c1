//! The one tree that every format is read into.
//!
//! Nodes stand in one vector in the order of the text; a node with a body knows the index behind
//! its last descendant, so walking needs neither recursion nor pointers. What few nodes have, a body
//! or a comment, stands apart, so that a line costs 16 bytes and its words 8 bytes each. Nodes hold
//! spans, not strings: together with the text they are the text, which [`Tree::print`] shows and a
//! test holds for every file.

use std::borrow::Cow;

use crate::source::{FileId, Place, Span};

/// The parsed form of one file.
#[derive(Debug)]
pub struct Tree {
    file: FileId,
    nodes: Vec<Node>,
    words: Vec<Span>,
    /// In no order: a brace on a later line makes a body of an earlier node.
    bodies: Vec<Body>,
    /// Sorted by the number of their node.
    comments: Vec<(u32, Span)>,
    /// See [`Tree::is_plain`].
    is_plain: bool,
    /// See [`NodeRef::may_hold_uses`].
    has_dollar: bool,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A line without words: empty, only a comment, or the opening brace of the node around it.
    Blank = 0,
    /// Words on a line, perhaps with children: a directive, a block's head, an item of a list.
    Directive = 1,
    /// Text that fits no rule of the format.
    Junk = 2,
    /// A closing brace that closes nothing.
    Stray = 3,
}

/// One node; offsets are bytes of the file's text.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// Everything that belongs to the node: indent, words, comment, line end, children.
    span: Span,
    /// Number of its first word, which is where the words of the node before end; above
    /// [`KIND_SHIFT`], its kind.
    first_word: u32,
    /// Number of its body, or [`NO_BODY`].
    body: u32,
}

/// The part of a node that not every node has.
#[derive(Clone, Copy, Debug)]
struct Body {
    /// Where the children begin.
    start: u32,
    /// Where the closing part begins; the end of the node when there is none.
    tail: u32,
    /// Index of the node behind the last descendant.
    next: u32,
    /// Whether it (`{`, or a `virtual=` line) was not closed before the end.
    unclosed: bool,
}

impl Node {
    fn new(kind: Kind, span: Span, first_word: u32) -> Self {
        // A text of less than 2^30 bytes has fewer words.
        let first_word = first_word & FIRST_WORD | (kind as u32) << KIND_SHIFT;
        Self { span, first_word, body: NO_BODY }
    }

    fn kind(self) -> Kind {
        match self.first_word >> KIND_SHIFT {
            0 => Kind::Blank,
            1 => Kind::Directive,
            2 => Kind::Junk,
            _ => Kind::Stray,
        }
    }

    fn first_word(self) -> u32 {
        self.first_word & FIRST_WORD
    }

    fn set_first_word(&mut self, number: u32) {
        self.first_word = self.first_word & !FIRST_WORD | number & FIRST_WORD;
    }
}

/// Four kinds need two bits.
const KIND_SHIFT: u32 = 30;
const FIRST_WORD: u32 = (1 << KIND_SHIFT) - 1;
const NO_BODY: u32 = u32::MAX;

// A text of 128 MiB has tens of millions of each.
const _: () = assert!(size_of::<Node>() == 16 && size_of::<Span>() == 8);

impl Tree {
    /// The file that was parsed.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Nodes at the top, in order. `text` is the text that the tree was built from.
    pub fn top<'a>(&'a self, text: &'a str) -> Children<'a> {
        Children { tree: self, text, at: 0, end: index(self.nodes.len()) }
    }

    /// Every node, parents before children.
    pub fn walk<'a>(&'a self, text: &'a str) -> impl Iterator<Item = NodeRef<'a>> {
        self.walk_from(text, 0)
    }

    /// The nodes from number `at` on, parents before children.
    pub fn walk_from<'a>(&'a self, text: &'a str, at: u32) -> impl Iterator<Item = NodeRef<'a>> {
        let nodes = self.nodes.get(at as usize..).unwrap_or_default();
        nodes.iter().zip(at..).map(move |(node, at)| NodeRef { tree: self, text, node: *node, at })
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether each character of the text is read as itself: [`super::characters::is_plain`].
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Whether the file had no line at all.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Makes one word of all the words of each node. Words are most of a tree, and who has read them
    /// may still want to know where they stood.
    pub fn join_words(&mut self) {
        let mut joined = 0;
        for at in 0..index(self.nodes.len()) {
            let Some(node) = self.nodes.get(at as usize) else { break };
            let words = self.words(*node, at);
            let whole = words.first().zip(words.last()).map(|(first, last)| first.to(*last));
            if let Some(node) = self.nodes.get_mut(at as usize) {
                node.set_first_word(joined);
            }
            // No node had fewer words before, so only words are overwritten that were joined already.
            if let (Some(whole), Some(slot)) = (whole, self.words.get_mut(joined as usize)) {
                *slot = whole;
                joined += 1;
            }
        }
        self.words.truncate(joined as usize);
        self.words.shrink_to_fit();
    }

    /// The text again, put together from the nodes' own parts: head, children, tail.
    /// Equal to the parsed text if and only if no byte is outside a node or in two.
    pub fn print(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        // Tails of the open nodes, with the index at which each is due.
        let mut due: Vec<(u32, Span)> = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            while let Some((_, tail)) = due.pop_if(|(next, _)| *next <= index(at)) {
                out.push_str(tail.of(text));
            }
            out.push_str(self.head(*node).of(text));
            if let Some(body) = self.body(*node) {
                due.push((body.next, Span::new(body.tail, node.span.end)));
            }
        }
        while let Some((_, tail)) = due.pop() {
            out.push_str(tail.of(text));
        }
        out
    }

    /// The comments, in the order of the text.
    pub fn comments(&self) -> impl Iterator<Item = Span> {
        self.comments.iter().map(|(_, comment)| *comment)
    }

    /// Whether byte `at` lies in a comment.
    pub fn in_comment(&self, at: u32) -> bool {
        // Nodes are in the order of the text, and so are their comments: a comment behind a closing
        // brace is a `Blank` node of its own.
        let behind = self.comments.partition_point(|(_, comment)| comment.start <= at);
        let last = behind.checked_sub(1).and_then(|i| self.comments.get(i));
        last.is_some_and(|(_, comment)| comment.contains(at))
    }

    fn node<'a>(&'a self, text: &'a str, at: u32) -> Option<NodeRef<'a>> {
        self.nodes.get(at as usize).map(|node| NodeRef { tree: self, text, node: *node, at })
    }

    fn word<'a>(&self, text: &'a str, span: Span) -> Word<'a> {
        Word { text, at: self.file.at(span), is_plain: self.is_plain }
    }

    fn body(&self, node: Node) -> Option<&Body> {
        // Most nodes have none, which needs no look at the bodies.
        if node.body == NO_BODY { None } else { self.bodies.get(node.body as usize) }
    }

    fn head(&self, node: Node) -> Span {
        let end = self.body(node).map_or(node.span.end, |body| body.start);
        Span::new(node.span.start, end)
    }

    /// The node behind the last descendant of number `at`.
    fn behind(&self, node: Node, at: u32) -> u32 {
        self.body(node).map_or(at + 1, |body| body.next)
    }

    /// Spans of the words of number `at`.
    fn words(&self, node: Node, at: u32) -> &[Span] {
        let first = node.first_word() as usize;
        let next = self.nodes.get(at as usize + 1);
        let end = next.map_or(self.words.len(), |next| next.first_word() as usize);
        self.words.get(first..end).unwrap_or_default()
    }
}

/// A node together with its tree and text.
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'a> {
    tree: &'a Tree,
    text: &'a str,
    node: Node,
    at: u32,
}

impl<'a> NodeRef<'a> {
    /// What it is.
    pub fn kind(self) -> Kind {
        self.node.kind()
    }

    /// Its number in the tree, unique and in text order.
    pub fn index(self) -> u32 {
        self.at
    }

    /// The number of the node behind its last descendant.
    pub fn behind(self) -> u32 {
        self.tree.behind(self.node, self.at)
    }

    /// The first word as it means, or "" when there is none.
    pub fn name(self) -> Cow<'a, str> {
        self.word(0).map(Word::value).unwrap_or_default()
    }

    /// Word number `n`, counted from 0.
    pub fn word(self, n: usize) -> Option<Word<'a>> {
        let span = self.tree.words(self.node, self.at).get(n)?;
        Some(self.tree.word(self.text, *span))
    }

    /// All words including the first.
    pub fn words(self) -> impl DoubleEndedIterator<Item = Word<'a>> + ExactSizeIterator {
        let spans = self.tree.words(self.node, self.at).iter();
        spans.map(move |span| self.tree.word(self.text, *span))
    }

    /// The words behind the first.
    pub fn arguments(self) -> impl DoubleEndedIterator<Item = Word<'a>> + ExactSizeIterator {
        self.words().skip(1)
    }

    /// The raw text from the first argument to the last, as written.
    pub fn rest(self) -> Option<Word<'a>> {
        self.from_word(1)
    }

    /// The raw text from word number `n` to the last, as written.
    pub fn from_word(self, n: usize) -> Option<Word<'a>> {
        let mut words = self.words().skip(n);
        let first = words.next()?.at.span;
        let last = words.next_back().map_or(first, |word| word.at.span);
        Some(self.tree.word(self.text, first.to(last)))
    }

    /// From the first word to the last: what a diagnostic about the whole directive points at.
    /// For a node without words, its whole span.
    pub fn place(self) -> Place {
        let mut words = self.words();
        let first = words.next().map(|word| word.at.span);
        let last = words.next_back().map(|word| word.at.span);
        let span = match (first, last) {
            (Some(first), Some(last)) => first.to(last),
            (Some(first), None) => first,
            _ => self.node.span,
        };
        self.tree.file.at(span)
    }

    /// Everything that belongs to the node, line end and children included.
    pub fn span(self) -> Span {
        self.node.span
    }

    /// Indent, words, comment, line end and an opening sign: what stands before the children.
    pub fn head(self) -> Span {
        self.tree.head(self.node)
    }

    /// The comment behind the words, from its first sign to the end of the line; empty if none.
    pub fn comment(self) -> Span {
        let comments = &self.tree.comments;
        let found = comments.binary_search_by_key(&self.at, |(node, _)| *node);
        let comment = found.ok().and_then(|at| comments.get(at));
        comment.map_or_else(Span::default, |(_, comment)| *comment)
    }

    /// Whether it opened a body.
    pub fn has_body(self) -> bool {
        let end = self.node.span.end;
        let body = self.tree.body(self.node);
        body.is_some_and(|body| body.unclosed || body.start != end || body.tail != end)
    }

    /// Whether its body was still open at the end of the file, or where another block began.
    pub fn is_unclosed(self) -> bool {
        self.tree.body(self.node).is_some_and(|body| body.unclosed)
    }

    /// Whether any text of its file may use a name (`$NAME`): without a dollar sign none does, and
    /// no word has to be looked at.
    pub fn may_hold_uses(self) -> bool {
        self.tree.has_dollar
    }

    /// Nodes directly inside.
    pub fn children(self) -> Children<'a> {
        Children { tree: self.tree, text: self.text, at: self.at + 1, end: self.behind() }
    }

    /// Directives directly inside.
    pub fn directives(self) -> impl Iterator<Item = NodeRef<'a>> {
        self.children().filter(|node| node.kind() == Kind::Directive)
    }
}

/// Iterator over nodes that stand side by side.
#[derive(Clone, Debug)]
pub struct Children<'a> {
    tree: &'a Tree,
    text: &'a str,
    at: u32,
    end: u32,
}

impl<'a> Iterator for Children<'a> {
    type Item = NodeRef<'a>;

    fn next(&mut self) -> Option<NodeRef<'a>> {
        if self.at >= self.end {
            return None;
        }
        let node = self.tree.node(self.text, self.at)?;
        self.at = node.behind();
        Some(node)
    }
}

/// One word of a node.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    text: &'a str,
    at: Place,
    /// What the whole text is.
    is_plain: bool,
}

impl<'a> Word<'a> {
    /// Where it stands.
    pub fn place(self) -> Place {
        self.at
    }

    /// A part of it, by byte offsets from its start.
    pub fn part(self, from: usize, to: usize) -> Place {
        let clip = |offset: usize| index(offset).min(self.at.span.len());
        let start = self.at.span.start;
        self.at.file.at(Span::new(start + clip(from), start + clip(to)))
    }

    /// Exactly as written.
    pub fn raw(self) -> &'a str {
        self.at.span.of(self.text)
    }

    /// What the author meant: quotes around it removed, full-width signs as ASCII, invisible
    /// characters left out. Inside quotes the text stays as it is.
    pub fn value(self) -> Cow<'a, str> {
        let raw = self.raw();
        // Nearly every word is plain, and every word is asked several times.
        let is_plain = || self.is_plain || raw.bytes().all(|byte| byte.is_ascii_graphic());
        if !raw.starts_with('"') && is_plain() {
            return Cow::Borrowed(raw);
        }
        match super::characters::unquote(raw) {
            Some(inside) => Cow::Borrowed(inside),
            None => super::characters::plain(raw),
        }
    }
}

/// Builds a [`Tree`] from nodes that arrive in text order.
#[derive(Debug)]
pub struct Builder {
    tree: Tree,
    open: Vec<u32>,
    /// Bytes of the text.
    length: u32,
}

/// The parts of a node's head.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// Indent, words, comment and line end.
    pub span: Span,
    /// The words.
    pub words: Vec<Span>,
    /// The comment, empty if none.
    pub comment: Span,
}

impl Builder {
    /// Starts the tree of `file`, whose text is `text`.
    pub fn new(file: FileId, text: &str) -> Self {
        let (nodes, words, bodies, comments) = Default::default();
        let is_plain = super::characters::is_plain(text);
        let has_dollar = text.contains('$');
        let tree = Tree { file, nodes, words, bodies, comments, is_plain, has_dollar };
        Self { tree, open: Vec::new(), length: index(text.len()) }
    }

    /// Adds a node without children; its number is for [`Builder::reopen`].
    pub fn leaf(&mut self, kind: Kind, head: &Head) -> u32 {
        self.push(kind, head)
    }

    /// Opens a leaf after all, where the opening sign stands on a later line: the nodes that were
    /// added since become its first children. It must not be inside a node that was closed.
    pub fn reopen(&mut self, leaf: u32) {
        self.give_body(leaf);
        self.open.push(leaf);
    }

    /// Adds a node whose children follow until [`Builder::close`].
    pub fn open(&mut self, head: &Head) {
        let at = self.push(Kind::Directive, head);
        self.give_body(at);
        self.open.push(at);
    }

    /// Ends the innermost open node; `tail` is its closing part, empty where a section ends
    /// without a sign. Returns false, and does nothing, when no node is open.
    pub fn close(&mut self, tail: Span) -> bool {
        let Some(at) = self.open.pop() else { return false };
        self.end(at, tail, false);
        true
    }

    /// Ends the innermost open node at `at` without a closing part, and marks it as unclosed.
    /// Returns false, and does nothing, when no node is open.
    pub fn abandon(&mut self, at: u32) -> bool {
        let Some(node) = self.open.pop() else { return false };
        self.end(node, Span::new(at, at), true);
        true
    }

    /// Whether each character of the text is read as itself.
    pub fn is_plain(&self) -> bool {
        self.tree.is_plain
    }

    /// How many nodes are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Ends the tree; nodes still open are marked as unclosed and end where the text does.
    pub fn finish(mut self) -> Tree {
        while let Some(at) = self.open.pop() {
            self.end(at, Span::new(self.length, self.length), true);
        }
        // The tree lives as long as the run; what growing by doubling left over is given back.
        self.tree.nodes.shrink_to_fit();
        self.tree.words.shrink_to_fit();
        self.tree.bodies.shrink_to_fit();
        self.tree.comments.shrink_to_fit();
        self.tree
    }

    fn push(&mut self, kind: Kind, head: &Head) -> u32 {
        let at = index(self.tree.nodes.len());
        let first_word = index(self.tree.words.len());
        self.tree.words.extend_from_slice(&head.words);
        self.tree.nodes.push(Node::new(kind, head.span, first_word));
        if !head.comment.is_empty() {
            self.tree.comments.push((at, head.comment));
        }
        at
    }

    /// The body of a node begins where the node ends, up to now.
    fn give_body(&mut self, at: u32) {
        let Some(node) = self.tree.nodes.get_mut(at as usize) else { return };
        node.body = index(self.tree.bodies.len());
        let start = node.span.end;
        self.tree.bodies.push(Body { start, tail: start, next: at + 1, unclosed: false });
    }

    fn end(&mut self, at: u32, tail: Span, unclosed: bool) {
        let next = index(self.tree.nodes.len());
        let Some(node) = self.tree.nodes.get_mut(at as usize) else { return };
        node.span.end = tail.end;
        if let Some(body) = self.tree.bodies.get_mut(node.body as usize) {
            *body = Body { start: body.start, tail: tail.start, next, unclosed };
        }
    }
}

/// Lengths and counts of nodes and words fit 32 bits because texts are shorter than 2^30 bytes.
fn index(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
