use super::*;
use crate::model::{Authentication, Digest, Failback, Key, Router, Service, Target};
use crate::source::{Sources, Span};

fn router(secret: &str) -> Cluster {
    let at = Sources::new().add("a", b"").at(Span::new(0, 0));
    let key = Key { number: 1, digest: Digest::Password, secret: secret.to_owned(), at };
    let mut router = Router::new(Sourced::implied("VI_1".to_owned()));
    router.virtual_router_id = Some(Sourced::implied(7));
    router.authentication = Some(Authentication { keys: vec![key], ..Authentication::default() });
    Cluster { routers: vec![router], ..Cluster::default() }
}

#[test]
fn a_secret_is_compared_and_never_shown() {
    let normal = |secret| Normal::of(&router(secret), &Sources::new(), World::Keepalived, false);
    assert_eq!(differences(&normal("swordfish"), &normal("swordfish")), []);
    let found = differences(&normal("swordfish"), &normal("blowfish"));
    assert_eq!(found.len(), 1);
    assert!(!format!("{found:?}").contains("fish"), "{found:?}");
    assert_ne!(found.first().map(|d| d.left.clone()), found.first().map(|d| d.right.clone()));
}

#[test]
fn what_only_one_world_knows_is_no_difference_to_the_other() {
    let mut cluster = Cluster::default();
    cluster.globals.router_id = Some(Sourced::implied("lb1".to_owned()));
    let empty = Cluster::default();
    let own = Normal::of(&cluster, &Sources::new(), World::Keepalived, false);
    let same_world = Normal::of(&empty, &Sources::new(), World::Keepalived, false);
    assert_eq!(differences(&own, &same_world).len(), 1);
    let other_world = Normal::of(&empty, &Sources::new(), World::Heartbeat, true);
    assert_eq!(differences(&own, &other_world), []);
}

#[test]
fn defaults_are_those_of_the_program() {
    let target = Target::Endpoint { address: [10, 0, 0, 1].into(), port: 80 };
    let cluster =
        Cluster { services: vec![Service::new(Sourced::implied(target))], ..Cluster::default() };
    let titles = |world| {
        let normal = Normal::of(&cluster, &Sources::new(), world, false);
        let service = normal.objects.into_iter().find(|o| o.title.starts_with("service"));
        service.map(|object| (object.title, object.fields["scheduler"].value.clone()))
    };
    let named = |name: &str, scheduler: &str| Some((name.to_owned(), scheduler.to_owned()));
    // keepalived 2.2.7 takes UDP where no protocol is written.
    assert_eq!(titles(World::Keepalived), named("service udp 10.0.0.1:80", "wlc"));
    assert_eq!(titles(World::Heartbeat), named("service tcp 10.0.0.1:80", "wrr"));
}

#[test]
fn going_home_has_two_words_and_one_meaning() {
    let mut keepalived = router("");
    let mut heartbeat = router("");
    for cluster in [&mut keepalived, &mut heartbeat] {
        cluster.routers.iter_mut().for_each(|router| router.authentication = None);
    }
    keepalived.routers.iter_mut().for_each(|r| r.preempt = Some(Sourced::implied(false)));
    heartbeat.membership.failback = Some(Sourced::implied(Failback::Off));
    let left = Normal::of(&keepalived, &Sources::new(), World::Keepalived, true);
    let right = Normal::of(&heartbeat, &Sources::new(), World::Heartbeat, true);
    let fields: Vec<_> = differences(&left, &right).into_iter().filter_map(|d| d.field).collect();
    assert!(!fields.iter().any(|field| field == "goes home"), "{fields:?}");
}

#[test]
fn services_of_one_name_have_a_partner_each() {
    let service = |scheduler: &str| {
        let target = Target::Endpoint { address: [10, 0, 0, 1].into(), port: 80 };
        let mut service = Service::new(Sourced::implied(target));
        service.scheduler = Some(Sourced::implied(scheduler.to_owned()));
        service
    };
    let normal = |schedulers: &[&str]| {
        let services = schedulers.iter().map(|scheduler| service(scheduler)).collect();
        let cluster = Cluster { services, ..Cluster::default() };
        Normal::of(&cluster, &Sources::new(), World::Heartbeat, false)
    };
    assert_eq!(differences(&normal(&["rr", "wlc"]), &normal(&["rr", "wlc"])), []);
    assert_eq!(differences(&normal(&["rr", "wlc"]), &normal(&["wlc", "rr"])), []);
    assert_eq!(differences(&normal(&["rr", "wlc"]), &normal(&["rr", "rr"])).len(), 1);
    assert_eq!(differences(&normal(&["rr", "wlc"]), &normal(&["wlc"])).len(), 1);
}

#[test]
fn mail_of_a_resource_is_the_mail_of_keepalived() {
    use crate::model::read::{Input, read};
    use crate::syntax::Format;
    let mut sources = Sources::new();
    let line = b"a 10.0.0.1/24/eth0 MailTo::ops@x.com,root::Failover MailTo::root\n";
    let file = sources.add("haresources", line);
    let mut heartbeat = read(&mut sources, &[Input { file, format: Format::Haresources }]).cluster;
    let mut keepalived = Cluster::default();
    for name in ["root", "ops@x.com"] {
        keepalived.alerts.recipients.push(Sourced::implied(name.to_owned()));
    }
    let normal = |cluster: &Cluster, world| Normal::of(cluster, &sources, world, true);
    let mail = |normal: Normal| normal.objects[0].fields.get("mail to").cloned();
    let wanted = mail(normal(&keepalived, World::Keepalived));
    assert_eq!(mail(normal(&heartbeat, World::Heartbeat)), wanted);
    heartbeat.routers.clear();
    assert_eq!(mail(normal(&heartbeat, World::Heartbeat)), None);
}

#[test]
fn an_old_word_for_next_hops_means_what_the_new_one_means() {
    let canonical = |line: &str| {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        routing::Line::Route.canonical(&words)
    };
    let new = canonical("10.9.0.0/16 dev eth0 metric 5 nexthop via 10.0.0.1 nexthop via 10.0.0.2");
    assert_eq!(canonical("10.9.0.0/16 gw 10.0.0.1 or 10.0.0.2 dev eth0 priority 5"), new);
    let inet = canonical("10.9.0.0/16 via inet 10.0.0.1 mtu lock 1400 dev eth0");
    assert_eq!(inet.0, "10.9.0.0/16");
    assert_ne!(inet, canonical("10.9.0.0/16 via inet 10.0.0.1 mtu lock 1500 dev eth0"));
}

#[test]
fn names_of_repeated_fields_have_no_gap() {
    let mut object = Object::default();
    let names: Vec<String> = (0..40).map(|_| object.say_next("route", "default", None)).collect();
    let wanted = (2..=40).map(|number| format!("route ({number})"));
    assert_eq!(names, std::iter::once("route".to_owned()).chain(wanted).collect::<Vec<_>>());
}
