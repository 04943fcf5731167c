//! Reports from `verdict.json` alone: text for a terminal, one page of HTML, and figures as files.

mod answer;
mod claims;
mod figures;
mod files;
mod html;
mod html_analyses;
mod html_cells;
mod html_rules;
mod html_scores;
mod lines;
mod replays;
mod text;
mod text_analyses;
mod text_scores;
mod words;

pub use claims::claims_list;
pub use files::{ReportFile, files};
pub use lines::Style;
pub use replays::replay_svg;
pub use text::{controls_text, report};

#[cfg(test)]
mod tests;
