//! A small writer of SVG: shapes with classes and no colours, so that one file follows light and
//! dark, and text that is escaped wherever it comes from.

use std::fmt::Write;

/// The colours of the page and of every figure.
pub(crate) const PALETTE: &str = include_str!("../palette.css");
/// What the classes of a figure look like.
pub(crate) const STYLE: &str = include_str!("figure.css");

/// Shapes that tell series apart without colour.
pub(crate) const SHAPES: usize = 7;

/// The margin of a drawing in a file of its own; in a page the page has one.
const MARGIN: f64 = 16.0;

/// A drawing that grows downwards.
#[derive(Debug)]
pub(crate) struct Canvas {
    /// Its width in units, about a pixel each.
    pub(crate) width: f64,
    /// Its height.
    pub(crate) height: f64,
    /// What begins every id in it.
    pub(crate) id: String,
    body: String,
}

/// Where a drawing will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Inside the page, whose style it shares.
    Page,
    /// In a file of its own.
    File,
}

/// Text for XML: five characters written out, and what XML cannot hold left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// A coordinate to a hundredth; a number that is none would make the file unreadable.
fn place(value: f64) -> f64 {
    let rounded = (value * 100.0).round() / 100.0;
    if rounded.is_finite() { rounded + 0.0 } else { 0.0 }
}

/// How wide a text is, about, at 13 units a line: digits and lower-case letters of common fonts
/// take 0.55 of the size.
pub(crate) fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * 7.1
}

/// A text that fits, cut with an ellipsis where it does not.
pub(crate) fn fitted(text: &str, width: f64) -> String {
    if text_width(text) <= width {
        return text.to_string();
    }
    let room = ((width / 7.1) as usize).saturating_sub(1).max(1);
    text.chars().take(room).chain(['\u{2026}']).collect()
}

impl Canvas {
    /// An empty drawing.
    pub(crate) fn new(id: String, width: f64) -> Canvas {
        Canvas { width, height: 0.0, id, body: String::new() }
    }

    pub(crate) fn rect(&mut self, class: &str, [x, y, width, height]: [f64; 4]) {
        let (x, y, width, height) = (place(x), place(y), place(width), place(height));
        let _ = write!(
            self.body,
            r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"/>"#
        );
    }

    pub(crate) fn line(&mut self, class: &str, [x1, y1, x2, y2]: [f64; 4]) {
        let (x1, y1, x2, y2) = (place(x1), place(y1), place(x2), place(y2));
        let _ =
            write!(self.body, r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#);
    }

    pub(crate) fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        let points: Vec<String> =
            points.iter().map(|&(x, y)| format!("{},{}", place(x), place(y))).collect();
        let _ = write!(self.body, r#"<polyline class="{class}" points="{}"/>"#, points.join(" "));
    }

    /// A path of ours: letters and numbers only.
    pub(crate) fn path(&mut self, class: &str, d: &str) {
        let _ = write!(self.body, r#"<path class="{class}" d="{d}"/>"#);
    }

    /// Text, escaped.
    pub(crate) fn text(&mut self, class: &str, [x, y]: [f64; 2], text: &str) {
        let (x, y, text) = (place(x), place(y), escaped(text));
        let _ = write!(self.body, r#"<text class="m-text {class}" x="{x}" y="{y}">{text}</text>"#);
    }

    /// Opens a group whose title shows where a pointer rests on it.
    pub(crate) fn open(&mut self, title: &str) {
        let _ = write!(self.body, "<g><title>{}</title>", escaped(title));
    }

    /// Closes the group.
    pub(crate) fn close(&mut self) {
        self.body.push_str("</g>");
    }

    /// One of [`SHAPES`] marks.
    pub(crate) fn mark(&mut self, class: &str, shape: usize, [x, y]: [f64; 2], r: f64) {
        let (x, y) = (place(x), place(y));
        let d = match shape % SHAPES {
            0 => {
                let _ = write!(self.body, r#"<circle class="{class}" cx="{x}" cy="{y}" r="{r}"/>"#);
                return;
            }
            1 => format!("M{x} {y}m0 -{r}l{r} {}l-{} 0z", 1.8 * r, 2.0 * r),
            2 => format!("M{x} {y}m-{r} -{r}l{0} 0l0 {0}l-{0} 0z", 1.8 * r),
            3 => format!("M{x} {y}m0 -{0}l{0} {0}l-{0} {0}l-{0} -{0}z", 1.2 * r),
            4 => format!("M{x} {y}m0 {r}l{r} -{}l-{} 0z", 1.8 * r, 2.0 * r),
            5 => format!("M{x} {y}m-{r} -{0}l{1} 0l0 {2}l-{1} 0z", 0.4 * r, 2.0 * r, 0.8 * r),
            _ => format!("M{x} {y}m-{0} -{r}l{1} 0l0 {2}l-{1} 0z", 0.4 * r, 0.8 * r, 2.0 * r),
        };
        self.path(class, &d);
    }

    /// The whole drawing with what it shows in words.
    pub(crate) fn svg(&self, where_to: Place, title: &str, description: &str) -> String {
        let (id, width, height) = (escaped(&self.id), place(self.width), place(self.height));
        let (title, description) = (escaped(title), escaped(description));
        let margin = if where_to == Place::File { MARGIN } else { 0.0 };
        let (left, width, height) = (0.0 - margin, width + 2.0 * margin, height + 2.0 * margin);
        // Inside a page the name space is known, and a file is drawn at its own size.
        let (space, style) = match where_to {
            Place::Page => (String::new(), String::new()),
            Place::File => (
                format!(r#" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}""#),
                format!("<style>{PALETTE}{STYLE}svg {{ background: var(--paper); }}</style>"),
            ),
        };
        format!(
            r#"<svg{space} viewBox="{left} {left} {width} {height}" role="img" aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{title}</title><desc id="{id}-desc">{description}</desc>{style}{}</svg>"#,
            self.body
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        let hostile = "</svg><script>\"x\"&'y'\u{0}\u{1b}";
        assert_eq!(escaped(hostile), "&lt;/svg&gt;&lt;script&gt;&quot;x&quot;&amp;&#39;y&#39;");
        let mut canvas = Canvas::new("a\"b".to_string(), 100.0);
        canvas.open(hostile);
        canvas.text("m-soft", [1.0, 2.0], hostile);
        canvas.close();
        let svg = canvas.svg(Place::File, hostile, hostile);
        assert!(!svg.contains("<script") && svg.matches("</svg>").count() == 1, "{svg}");
        assert!(svg.contains(r#"id="a&quot;b-title""#), "{svg}");
    }

    #[test]
    fn coordinates_are_short_and_never_a_word() {
        let mut canvas = Canvas::new("c".to_string(), 10.0);
        canvas.line("m-grid", [1.0 / 3.0, f64::NAN, f64::INFINITY, -0.001]);
        assert_eq!(canvas.body, r#"<line class="m-grid" x1="0.33" y1="0" x2="0" y2="0"/>"#);
    }
}
