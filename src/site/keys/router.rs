//! `[routers.NAME]`, `[sync_groups.NAME]`, `[scripts.NAME]`, and what they share with services.

use super::words::Words as _;
use super::{
    Key, Keys, Named, Names, Plain as _, Reader, Slot, custom, further, list, named, table, value,
};
use crate::emit::heartbeat::in_words;
use crate::model::{
    Authentication, Digest, Hook, HookEvent, Located, Member, OwnInterface, Router, Sourced,
    SyncGroup, Tracker,
};
use crate::site::document::{Entry, Item, Literal};
use crate::source::Place;

impl Keys for Router {
    const TABLE: &'static str = "a router";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Router>] = &[
            value!("virtual_router_id", virtual_router_id, Some((1, 255))),
            value!("version", version),
            value!("interface", interface),
            value!("addresses", addresses),
            value!("excluded_addresses", excluded),
            value!("routes", routes),
            value!("rules", rules),
            value!("interval", interval),
            value!("down_count", down_count, Some((1, 100))),
            value!("preempt", preempt),
            value!("preempt_delay", preempt_delay),
            custom!("unicast", read_unicast, |router, _| {
                router.unicast.then(|| Literal::Boolean(true).into())
            }),
            value!("source", transport.source),
            value!("multicast_group", transport.group),
            value!("peers", transport.peers),
            value!("follows", tracks),
            custom!("own_interface", read_own_interface, |router, _| {
                let own = router.own_interface.as_ref()?;
                // What keepalived has in quotes is no word of a line.
                let is_word = |word: &&str| !word.is_empty() && !word.contains(char::is_whitespace);
                let is_line = own.value.words(true).iter().all(is_word);
                is_line.then(|| Item::from_place(own.value.write(), own.at))
            }),
            value!("accept", accept),
            value!("mail", alert),
            further!(announcements, conduct, delivery),
            custom!("resources", read_resources, write_resources),
            named!("members", members),
            custom!(
                "authentication",
                |router, item, reader| read_authentication(
                    &mut router.authentication,
                    item,
                    reader
                ),
                |router, names| write_authentication(router.authentication.as_ref(), names)
            ),
            custom!(
                "hooks",
                |router, item, reader| read_hooks(&mut router.hooks, item, reader),
                |router, _| write_hooks(&router.hooks)
            ),
        ];
        KEYS
    }
}

impl Named for Router {
    fn new(name: Sourced<String>) -> Self {
        Self::new(name)
    }

    fn name(&self) -> &str {
        &self.name.value
    }

    fn at(&self) -> Option<Place> {
        self.name.at
    }
}

fn read_unicast(router: &mut Router, item: &Item, reader: &mut Reader<'_>) {
    if let Some(unicast) = reader.plain(item) {
        router.unicast = unicast;
    }
}

fn read_own_interface(router: &mut Router, item: &Item, reader: &mut Reader<'_>) {
    let own: Option<OwnInterface> = reader.plain(item);
    let at = reader.place(item.span);
    router.own_interface = own.map(|own| Box::new(Sourced::new(own, at)));
}

impl Keys for Member {
    const TABLE: &'static str = "a member";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Member>] =
            &[value!("priority", priority, Some((1, 255))), value!("state", role)];
        KEYS
    }
}

impl Named for Member {
    fn new(name: Sourced<String>) -> Self {
        Self { node: Some(name.map(|name| name.to_lowercase())), priority: None, role: None }
    }

    fn name(&self) -> &str {
        self.node.as_ref().map_or("", |node| &node.value)
    }

    fn at(&self) -> Option<Place> {
        self.node.place()
    }
}

/// The words of a haresources line; their reader is the one of haresources.
fn read_resources(router: &mut Router, item: &Item, reader: &mut Reader<'_>) {
    let items = reader.list(item);
    router.resources = reader.resources(&items);
}

fn write_resources(router: &Router, _: &Names) -> Option<Item> {
    let word = |resource: &crate::model::Resource| {
        let first = resource.arguments.first().filter(|first| first.at == Some(resource.at));
        // The shorthand for an address is its own argument; IPv6 has none.
        let shorthand = first.filter(|_| resource.name == "IPaddr");
        let text = shorthand.map_or_else(|| in_words(resource), |only| only.value.clone());
        Item::from_place(Literal::Text(text), Some(resource.at))
    };
    list(router.resources.iter().map(word))
}

impl Keys for SyncGroup {
    const TABLE: &'static str = "a sync group";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<SyncGroup>] = &[
            value!("members", members),
            value!("follows", tracks),
            further!(settings),
            custom!(
                "hooks",
                |group, item, reader| read_hooks(&mut group.hooks, item, reader),
                |group, _| write_hooks(&group.hooks)
            ),
        ];
        KEYS
    }
}

impl Named for SyncGroup {
    fn new(name: Sourced<String>) -> Self {
        Self::new(name)
    }

    fn name(&self) -> &str {
        &self.name.value
    }

    fn at(&self) -> Option<Place> {
        self.name.at
    }
}

impl Keys for Tracker {
    const TABLE: &'static str = "a script";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Tracker>] = &[
            value!("command", command),
            value!("interval", interval),
            value!("timeout", timeout),
            value!("weight", weight, Some((-253, 253))),
            value!("rise", rise),
            value!("fall", fall),
            value!("user", user),
            value!("starts_down", starts_down),
            value!("reverse", reverse),
        ];
        KEYS
    }
}

impl Named for Tracker {
    fn new(name: Sourced<String>) -> Self {
        Self::new(name)
    }

    fn name(&self) -> &str {
        &self.name.value
    }

    fn at(&self) -> Option<Place> {
        self.name.at
    }
}

/// `{ master = "/usr/local/bin/up", backup = { command = "...", user = "nobody" } }`.
pub(super) fn read_hooks(hooks: &mut Vec<Sourced<Hook>>, item: &Item, reader: &mut Reader<'_>) {
    let Literal::Table(entries) = &item.value else {
        return reader.wrong(item, "a table with a command for each event");
    };
    hooks.clear();
    let words: Vec<&str> = HookEvent::WORDS.iter().map(|(word, _)| *word).collect();
    reader.strangers("hooks", &words, entries);
    for entry in entries {
        let Some(event) = HookEvent::of(&entry.key) else { continue };
        let mut command = Command::default();
        match &entry.item.value {
            Literal::Table(_) => reader.table(&mut command, &entry.item),
            _ => command.command.fill(&entry.item, reader),
        }
        if let Some(text) = command.command {
            let hook = Hook { event, command: text, user: command.user };
            hooks.push(Sourced::new(hook, reader.place(entry.item.span)));
        }
    }
}

pub(super) fn write_hooks(hooks: &[Sourced<Hook>]) -> Option<Item> {
    let entry = |hook: &Sourced<Hook>| {
        let Hook { event, command, user } = &hook.value;
        let command = command.write();
        let value = match user {
            Some(user) => Literal::Table(vec![
                Entry::new("command", command),
                Entry::new("user", user.write()),
            ]),
            None => command,
        };
        Entry::new(event.word(), Item::from_place(value, hook.at))
    };
    table(hooks.iter().map(entry).collect())
}

/// A command with the user that runs it.
#[derive(Default)]
pub(super) struct Command {
    command: Option<String>,
    user: Option<String>,
}

impl Keys for Command {
    const TABLE: &'static str = "a command";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Command>] = &[value!("command", command), value!("user", user)];
        KEYS
    }
}

/// `{ type = "pass", secret = "NAME" }`, or several keys and which of them signs.
pub(super) fn read_authentication(
    slot: &mut Option<Authentication>,
    item: &Item,
    reader: &mut Reader<'_>,
) {
    let mut form = Form::default();
    reader.table(&mut form, item);
    if form.keys.is_empty() && (form.digest.is_some() || form.secret.is_some()) {
        form.active = form.active.or(Some(Sourced::implied(1)));
        let single = OneKey { number: Some(1), digest: form.digest, secret: form.secret };
        form.keys.push(single);
    }
    let at = reader.place(item.span);
    let keys = form.keys.into_iter().map(|key| crate::model::Key {
        number: key.number.unwrap_or(1),
        digest: key.digest.unwrap_or(Digest::Password),
        secret: key.secret.unwrap_or_default(),
        at,
    });
    *slot = Some(Authentication {
        active: form.active,
        keys: keys.collect(),
        ..Authentication::default()
    });
}

pub(super) fn write_authentication(
    authentication: Option<&Authentication>,
    names: &Names,
) -> Option<Item> {
    let authentication = authentication?;
    let active = authentication.active.map(|active| active.value);
    let active_at = authentication.active.place();
    let secret = |key: &crate::model::Key| {
        let name = names.of_secret(&key.secret)?;
        Some(Entry::new("secret", Item::from_place(Literal::Text(name.to_owned()), Some(key.at))))
    };
    let one = |key: &crate::model::Key| {
        let secret = secret(key);
        // The line that says a key becomes the secret; of one without any, the type is all there is.
        let at = if secret.is_some() { None } else { Some(key.at) };
        let digest = Entry::new("type", Item::from_place(key.digest.write(), at));
        std::iter::once(digest).chain(secret).collect::<Vec<_>>()
    };
    if let ([key], Some(1)) = (authentication.keys.as_slice(), active)
        && key.number == 1
    {
        // The number follows from there being one key only.
        return table(one(key)).map(|item| Item { origin: active_at, ..item });
    }
    let numbered = |key: &crate::model::Key| {
        let number = Entry::new("number", key.number.write());
        Literal::Table(std::iter::once(number).chain(one(key)).collect()).into()
    };
    let mut entries = Vec::new();
    entries.extend(
        active.map(|active| Entry::new("active", Item::from_place(active.write(), active_at))),
    );
    entries.extend(
        list(authentication.keys.iter().map(numbered)).map(|keys| Entry::new("keys", keys)),
    );
    table(entries)
}

/// The keys of `authentication`.
#[derive(Default)]
pub(super) struct Form {
    active: Option<Sourced<u8>>,
    digest: Option<Digest>,
    secret: Option<String>,
    keys: Vec<OneKey>,
}

impl Keys for Form {
    const TABLE: &'static str = "authentication";

    fn keys() -> &'static [Key<Self>] {
        // Only reading: writing chooses between the two forms itself.
        const KEYS: &[Key<Form>] = &[
            value!("active", active),
            value!("type", digest),
            custom!("secret", |form, item, reader| form.secret = reader.secret(item), |_, _| None),
            custom!("keys", |form, item, reader| form.keys = reader.tables(item), |_, _| None),
        ];
        KEYS
    }
}

/// One of several keys.
#[derive(Default)]
pub(super) struct OneKey {
    number: Option<u8>,
    digest: Option<Digest>,
    secret: Option<String>,
}

impl Keys for OneKey {
    const TABLE: &'static str = "a key";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<OneKey>] = &[
            value!("number", number),
            value!("type", digest),
            custom!("secret", |key, item, reader| key.secret = reader.secret(item), |_, _| None),
        ];
        KEYS
    }
}
