//! A picture of a cluster: clients, services, directors with their roles, real servers.
//!
//! Four layers from left to right, laid out once ([`Picture`]) and drawn three ways.

use std::fmt::Write as _;
use std::net::IpAddr;

use super::node::ranked;
use super::{Site, Stack, for_node, show_target};
use crate::model::{Forwarding, Member, Role, Router, Service};

/// A drawing of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Boxes of the four layers.
    layers: [Vec<Shape>; 4],
    /// Lines between boxes, each `(layer, box) -> (layer, box)` with words beside it.
    lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Shape {
    title: String,
    words: Vec<String>,
    class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    from: (usize, usize),
    to: (usize, usize),
    words: String,
    is_faint: bool,
}

impl Picture {
    /// Lays a site out.
    pub fn new(site: &Site) -> Self {
        let client = Shape { title: "clients".into(), words: Vec::new(), class: "client" };
        let mut picture = Self { layers: [vec![client], vec![], vec![], vec![]], lines: vec![] };
        let held = picture.directors(site);
        picture.servers(site);
        for (number, service) in site.cluster.services.iter().enumerate() {
            let mut words = Vec::new();
            words.extend(service.name.as_ref().map(|name| name.value.clone()));
            let scheduler = service.scheduler.as_ref().map_or("wlc", |s| &s.value);
            words.push(format!("{scheduler}, {}", methods(service).join(" and ")));
            words.extend(service.persistence.map(|time| format!("persistent {} s", time.value)));
            let title = show_target(&service.target.value);
            picture.layer(1).push(Shape { title, words, class: "service" });
            picture.line((0, 0), (1, number), String::new(), false);
            // A director may be the first for one address and the second for another.
            let own = site.cluster.addresses(service);
            let holds = |held: &Vec<IpAddr>| held.iter().any(|address| own.contains(address));
            let is_known = held.iter().any(holds);
            let firsts: Vec<bool> = (0..)
                .zip(&held)
                .map(
                    |(number, held)| if is_known { holds(held) } else { picture.is_master(number) },
                )
                .collect();
            for (director, is_first) in firsts.iter().enumerate() {
                picture.line((1, number), (2, director), String::new(), !is_first);
            }
            for server in &service.servers {
                let position = site.real_servers.iter().position(|known| {
                    known.address.as_ref().is_some_and(|known| known.value == server.address)
                });
                let Some(position) = position else { continue };
                let weight = service.weight_of(server);
                let words = if weight == 1 { String::new() } else { format!("weight {weight}") };
                for (director, is_first) in firsts.iter().enumerate() {
                    let words = if *is_first { words.clone() } else { String::new() };
                    picture.line((2, director), (3, position), words, !is_first);
                }
            }
        }
        picture.lines.dedup();
        picture
    }

    /// Draws the directors, and tells which addresses each of them holds.
    fn directors(&mut self, site: &Site) -> Vec<Vec<IpAddr>> {
        let mut all = Vec::new();
        for director in &site.directors {
            let name = &director.name.value;
            let mut words: Vec<String> =
                director.address.iter().map(|address| address.value.to_string()).collect();
            let mut class = "standby";
            let mut held = Vec::new();
            for Part { router, is_master, rank } in parts(site, name) {
                if is_master {
                    class = "master";
                }
                let rank = rank.map(|rank| format!(" {rank}")).unwrap_or_default();
                let role = if is_master { "master" } else { "backup" };
                words.push(format!("{} {role}{rank}", router.name.value));
                if is_master {
                    let addresses = router.addresses.iter().map(|a| a.value.address.to_string());
                    words.extend(addresses.map(|address| format!("holds {address}")));
                    let all = router.addresses.iter().chain(&router.excluded);
                    held.extend(all.map(|address| address.value.address));
                }
            }
            self.layer(2).push(Shape { title: name.clone(), words, class });
            all.push(held);
        }
        all
    }

    fn servers(&mut self, site: &Site) {
        for server in &site.real_servers {
            let words = server.address.iter().map(|address| address.value.to_string()).collect();
            self.layer(3).push(Shape { title: server.name.value.clone(), words, class: "server" });
        }
    }

    fn layer(&mut self, number: usize) -> &mut Vec<Shape> {
        // There are four layers, and the callers name them by constants below 4.
        #[expect(clippy::indexing_slicing)]
        &mut self.layers[number]
    }

    fn is_master(&self, director: usize) -> bool {
        let [.., directors, _] = &self.layers;
        directors.get(director).is_some_and(|shape| shape.class == "master")
    }

    fn line(&mut self, from: (usize, usize), to: (usize, usize), words: String, is_faint: bool) {
        self.lines.push(Line { from, to, words, is_faint });
    }

    /// Scalable Vector Graphics; readable on light and dark pages.
    pub fn svg(&self) -> String {
        let stacked =
            |shapes: &[Shape]| shapes.iter().map(|shape| tall(shape) + GAP).sum::<usize>();
        let highest = self.layers.iter().map(|layer| stacked(layer)).max().unwrap_or(0);
        // Below the last box there is no gap but the margin.
        let (width, height) = (3 * COLUMN + BOX + 2 * MARGIN, highest + 2 * MARGIN - GAP);
        let place = |(layer, number): (usize, usize)| {
            let shapes = self.layers.get(layer).map_or(&[][..], Vec::as_slice);
            let above = shapes.get(..number).map_or(0, stacked);
            // A low layer stands in the middle of the highest.
            (MARGIN + layer * COLUMN, MARGIN + (highest - stacked(shapes)) / 2 + above)
        };
        let shape_at = |(layer, number): (usize, usize)| {
            self.layers.get(layer).and_then(|layer| layer.get(number))
        };
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
             <style>{STYLE}</style>\n<path d=\"M0 0H{width}V{height}H0z\" style=\"fill:#ffffff\"/>\n"
        );
        // Faint lines first, so that the others lie on top of them.
        let mut lines: Vec<&Line> = self.lines.iter().collect();
        lines.sort_by_key(|line| !line.is_faint);
        for line in lines {
            let (Some(from), Some(to)) = (shape_at(line.from), shape_at(line.to)) else { continue };
            let ((x1, y1), (x2, y2)) = (place(line.from), place(line.to));
            let (x1, y1, y2) = (x1 + BOX, y1 + tall(from) / 2, y2 + tall(to) / 2);
            let middle = x1.midpoint(x2);
            let class = if line.is_faint { "faint" } else { "line" };
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "<path class=\"{class}\" d=\"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}\"/>"
            );
            if !line.words.is_empty() {
                let y = (y1 + y2) / 2 - 4;
                let words = escaped(&line.words);
                let _ = writeln!(
                    out,
                    "<text class=\"small\" x=\"{middle}\" y=\"{y}\" text-anchor=\"middle\">{words}</text>"
                );
            }
        }
        for (layer, shapes) in self.layers.iter().enumerate() {
            for (number, shape) in shapes.iter().enumerate() {
                let (x, y) = place((layer, number));
                let (class, tall, text) = (shape.class, tall(shape), x + 12);
                let _ = writeln!(
                    out,
                    "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{BOX}\" height=\"{tall}\" rx=\"6\"/>"
                );
                let title = escaped(&shape.title);
                let _ = writeln!(
                    out,
                    "<text class=\"title\" x=\"{text}\" y=\"{}\">{title}</text>",
                    y + 21
                );
                for (line, words) in (1..).zip(&shape.words) {
                    let words = escaped(words);
                    let _ = writeln!(
                        out,
                        "<text class=\"small\" x=\"{text}\" y=\"{}\">{words}</text>",
                        y + 21 + line * LINE
                    );
                }
            }
        }
        out.push_str("</svg>\n");
        out
    }

    /// A Mermaid flowchart, as code hosts draw it.
    pub fn mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        for (layer, shapes) in self.layers.iter().enumerate() {
            for (number, shape) in shapes.iter().enumerate() {
                let words = std::iter::once(&shape.title).chain(&shape.words);
                let words: Vec<String> = words.map(|w| w.replace('"', "&quot;")).collect();
                let _ = writeln!(out, "    n{layer}_{number}[\"{}\"]", words.join("<br>"));
            }
        }
        for Line { from, to, words, is_faint } in &self.lines {
            let arrow = if *is_faint { "-.->" } else { "-->" };
            let words = if words.is_empty() { String::new() } else { format!("|{words}|") };
            let _ = writeln!(out, "    n{}_{} {arrow}{words} n{}_{}", from.0, from.1, to.0, to.1);
        }
        out
    }

    /// A graph for Graphviz.
    pub fn dot(&self) -> String {
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut out = String::from(
            "digraph cluster {\n    rankdir=LR;\n    node [shape=box, style=rounded];\n",
        );
        for (layer, shapes) in self.layers.iter().enumerate() {
            for (number, shape) in shapes.iter().enumerate() {
                let words = std::iter::once(&shape.title).chain(&shape.words);
                let words: Vec<String> = words.map(|word| quoted(word)).collect();
                let _ = writeln!(out, "    n{layer}_{number} [label=\"{}\"];", words.join("\\n"));
            }
        }
        for Line { from, to, words, is_faint } in &self.lines {
            let style = if *is_faint { "dashed" } else { "solid" };
            let _ = writeln!(
                out,
                "    n{}_{} -> n{}_{} [style={style}, label=\"{}\"];",
                from.0,
                from.1,
                to.0,
                to.1,
                quoted(words)
            );
        }
        out.push_str("}\n");
        out
    }
}

/// A director's part in a router.
struct Part {
    router: Router,
    /// Whether it holds the addresses when all directors live.
    is_master: bool,
    rank: Option<u8>,
}

/// The parts of the director `name`.
fn parts(site: &Site, name: &str) -> Vec<Part> {
    let is_it = |member: &Member| member.node.as_ref().is_some_and(|node| node.value == name);
    if site.stack() == Stack::Heartbeat {
        let part = |router: &Router| {
            let members = ranked(router, &site.directors);
            let is_master = members.first().is_some_and(is_it);
            Part { router: router.clone(), is_master, rank: None }
        };
        return site.cluster.routers.iter().map(part).collect();
    }
    let part = |router: Router| {
        let member = router.members.first()?;
        let rank = member.priority.map(|priority| priority.value);
        let of_all = site.cluster.routers.iter().find(|all| all.name.value == router.name.value);
        let all = of_all.map_or(&[][..], |all| &all.members);
        let begins = |member: &Member| member.role.is_some_and(|role| role.value == Role::Master);
        // Where nobody begins as master, as with nopreempt, the best rank wins the first election.
        let best = all.iter().rev().max_by_key(|member| member.priority.map(|p| p.value));
        let is_master = match all.iter().any(begins) {
            true => begins(member),
            false => best.is_some_and(is_it),
        };
        Some(Part { is_master, rank, router })
    };
    let view = for_node(site, name).unwrap_or_default();
    view.routers.into_iter().filter_map(part).collect()
}

/// How packets reach the servers of a service, each way once.
fn methods(service: &Service) -> Vec<String> {
    let standard = service.method.map_or(Forwarding::Masquerading, |method| method.value);
    let of_servers =
        service.servers.iter().map(|server| server.method.map_or(standard, |m| m.value));
    let mut methods: Vec<Forwarding> = Vec::new();
    for method in of_servers {
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    if methods.is_empty() {
        methods.push(standard);
    }
    methods.iter().map(ToString::to_string).collect()
}

fn tall(shape: &Shape) -> usize {
    HEAD + LINE * shape.words.len()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Pixels: width of a box, from one layer to the next, around everything.
const BOX: usize = 190;
const COLUMN: usize = 260;
const MARGIN: usize = 30;
/// Height of a box without words, of each line of words, between boxes.
const HEAD: usize = 34;
const LINE: usize = 17;
const GAP: usize = 26;

const STYLE: &str = "rect{stroke:#41505f;stroke-width:1.2}.client{fill:#eef1f4}\
    .service{fill:#fdf3d7}.master{fill:#d9efdc}.standby{fill:#f4f4f4;stroke-dasharray:5 3}\
    .server{fill:#dfeaf7}text{fill:#1c2733}.title{font-weight:bold}.small{font-size:12px}\
    path{fill:none}.line{stroke:#41505f;stroke-width:1.6}\
    .faint{stroke:#a9b4bf;stroke-width:1.2;stroke-dasharray:5 4}";

#[cfg(test)]
mod tests;
