//! What routers follow.

use super::text::{Text, command, reversing, word};
use crate::model::setting::Settings;
use crate::model::{Cluster, Named, Sourced, Track, TrackKind, Tracker, show_exact_seconds};

/// Every block that names something to follow.
pub(super) fn write(cluster: &Cluster, text: &mut Text<'_>) {
    for tracker in &cluster.trackers {
        text.gap();
        script(tracker, text);
    }
    named("track_file", &cluster.tracked_files, text);
    named("vrrp_track_process", &cluster.tracked_processes, text);
    named("bfd_instance", &cluster.bfd_sessions, text);
}

/// The lists of what is followed, one for each kind.
pub(super) fn tracks(tracks: &[Sourced<Track>], text: &mut Text<'_>) {
    for (kind, keyword) in TrackKind::LISTS {
        text.block_of_any(keyword, |text| {
            for track in tracks.iter().map(|track| &track.value).filter(|t| t.kind == kind) {
                let weight = track.weight.map(|weight| format!(" weight {weight}"));
                let (weight, reverse) = (weight.unwrap_or_default(), reversing(track.reverse));
                text.line(format_args!("{}{weight}{reverse}", word(&track.name)));
            }
        });
    }
}

fn script(tracker: &Tracker, text: &mut Text<'_>) {
    text.block(format_args!("vrrp_script {}", word(&tracker.name.value)), |text| {
        text.maybe("script", tracker.command.as_ref().map(|script| command(&script.value)));
        text.maybe("interval", tracker.interval.map(|time| show_exact_seconds(time.value)));
        text.maybe("timeout", tracker.timeout.map(|time| show_exact_seconds(time.value)));
        let reverse = reversing(tracker.reverse);
        text.maybe("weight", tracker.weight.map(|weight| format!("{}{reverse}", weight.value)));
        text.maybe("fall", tracker.fall.map(|count| count.value));
        text.maybe("rise", tracker.rise.map(|count| count.value));
        text.maybe("user", tracker.user.as_ref().map(|user| &user.value));
        if tracker.starts_down.is_some_and(|down| down.value) {
            text.line("init_fail");
        }
        text.carried(&tracker.carried);
    });
}

fn named<T: Settings>(keyword: &str, blocks: &[Named<T>], text: &mut Text<'_>) {
    for block in blocks {
        text.gap();
        text.block(format_args!("{keyword} {}", word(&block.name.value)), |text| {
            text.settings("", &block.settings);
            text.carried(&block.carried);
        });
    }
}
