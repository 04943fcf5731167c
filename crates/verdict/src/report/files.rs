//! The files of a report.

use super::figures::{Layout, Place, Sheet, svg};
use super::{Style, html, report};
use crate::verdict::Verdict;
use mesascope_record::Replays;

/// One file of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportFile {
    /// Its path below the run's folder.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// Everything that a report writes: the text, the page with its replays, and each figure with its
/// numbers. Where a control failed there are no figures and no replays.
pub fn files(verdict: &Verdict, replays: Option<&Replays>) -> Vec<ReportFile> {
    let file = |path: &str, text: String| ReportFile { path: path.to_string(), text };
    let mut files = vec![
        file("report.txt", report(verdict, Style::Plain)),
        file("report.html", html::page(verdict, replays)),
    ];
    for figure in verdict.findings.iter().flat_map(|findings| &findings.figures) {
        if let Some(svg) = svg(figure, Layout::Wide, Place::File) {
            files.push(file(&format!("figures/{}.svg", figure.name), svg));
            files.push(file(&format!("figures/{}.csv", figure.name), Sheet::of(figure).csv()));
        }
    }
    files
}
