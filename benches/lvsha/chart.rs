//! Growth as a picture: both axes in powers of ten, one line for us and one for the peer.

use std::fmt::Write as _;

/// A name, and the points: how much work, how many seconds.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// The chart as SVG; empty without points.
pub(crate) fn svg(title: &str, unit: &str, series: &[Series]) -> String {
    let points = || series.iter().flat_map(|series| &series.points);
    let (Some(x), Some(y)) = (Axis::over(points().map(|p| p.0)), Axis::over(points().map(|p| p.1)))
    else {
        return String::new();
    };
    let across = |value: f64| LEFT + x.share(value) * (WIDTH - LEFT - RIGHT);
    let down = |value: f64| HEIGHT - BOTTOM - y.share(value) * (HEIGHT - BOTTOM - TOP);
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\" font-size=\"13\">\n\
         <title>{title}</title>\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"26\" font-weight=\"bold\">{title}</text>\n"
    );
    for power in x.from..=x.to {
        let (at, bottom) = (across(10f64.powi(power)), HEIGHT - BOTTOM);
        let _ = writeln!(
            out,
            "<path d=\"M{at:.1} {TOP} V{bottom}\" stroke=\"#e4e8ec\"/>\
             <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\">{}</text>",
            bottom + 20.0,
            grouped(power)
        );
    }
    for power in y.from..=y.to {
        let (at, right) = (down(10f64.powi(power)), WIDTH - RIGHT);
        let _ = writeln!(
            out,
            "<path d=\"M{LEFT} {at:.1} H{right}\" stroke=\"#e4e8ec\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#555\">{}</text>",
            LEFT - 8.0,
            at + 4.5,
            seconds(power)
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\">{unit}</text>",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 10.0
    );
    for (series, colour) in series.iter().zip(COLOURS) {
        let mut path = String::new();
        for (work, time) in &series.points {
            let command = if path.is_empty() { 'M' } else { 'L' };
            let (x, y) = (across(*work), down(*time));
            let _ = write!(path, "{command}{x:.1} {y:.1} ");
            let _ =
                writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>");
        }
        let _ = writeln!(
            out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
        );
        if let Some((work, time)) = series.points.last() {
            let _ = writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\">{}</text>",
                across(*work) + 8.0,
                down(*time) + 4.5,
                series.name
            );
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Whole powers of ten around some values.
struct Axis {
    from: i32,
    to: i32,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64> + Clone) -> Option<Self> {
        let positive = values.filter(|value| *value > 0.0);
        let least = positive.clone().reduce(f64::min)?;
        let most = positive.reduce(f64::max)?;
        let from = least.log10().floor() as i32;
        Some(Self { from, to: (most.log10().ceil() as i32).max(from + 1) })
    }

    /// From 0 at the beginning of the axis to 1 at its end.
    fn share(&self, value: f64) -> f64 {
        (value.log10() - f64::from(self.from)) / f64::from(self.to - self.from)
    }
}

/// 10,000.
fn grouped(power: i32) -> String {
    let digits = 10f64.powi(power).to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn seconds(power: i32) -> String {
    match power {
        ..=-4 => format!("{} µs", 10f64.powi(power + 6)),
        -3..=-1 => format!("{} ms", 10f64.powi(power + 3)),
        _ => format!("{} s", 10f64.powi(power)),
    }
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 80.0;
/// Room for the names behind the last points.
const RIGHT: f64 = 120.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 56.0;
const COLOURS: [&str; 3] = ["#1f5fa8", "#b5541c", "#5b7a2a"];
