//! What every report must hold to, whatever stands in the verdict.

use std::collections::{BTreeMap, BTreeSet};

use mesascope_record::{Axis, ControlKind, Curve, Namespace, Reference, Scope};
use mesascope_stats::Estimate;

use super::answer::answer;
use super::figures::{Layout, PALETTE, Place, Sheet, svg};
use super::{ReportFile, files};
use crate::drawn::*;
use crate::verdict::*;

/// A text that tries to leave wherever it is put.
const HOSTILE: &str = "</svg></style><script>alert(\"1\")</script>&'x<b>\u{1}";

fn row(cell: &str, outcome: Option<&str>, shown: Shown) -> Row {
    let seeds = match shown {
        Shown::Mean { .. } => {
            let bin = |low, seeds| Bin { low, high: low, seeds };
            vec![bin(0.5, 3), bin(0.75, 9), bin(1.0, 1)]
        }
        _ => Vec::new(),
    };
    let readings = BTreeMap::from([("generous".to_string(), 0.3), ("literal".to_string(), 0.9)]);
    let forecasts = vec![Tick { position: HOSTILE.to_string(), readings }];
    let outcome = outcome.map(str::to_string);
    Row { cell: cell.to_string(), outcome, shown, seeds, forecasts }
}

fn figure(name: &str, drawn: Drawn) -> FigureData {
    FigureData {
        name: name.to_string(),
        title: HOSTILE.to_string(),
        caption: Some(HOSTILE.to_string()),
        quantity: "accuracy".to_string(),
        unit: HOSTILE.to_string(),
        class: Some(HOSTILE.to_string()),
        drawn,
    }
}

const MEAN: Shown = Shown::Mean { mean: 0.7125, low: 0.65, high: 0.775, units: 13 };
const SHARE: Shown = Shown::Share { hits: 30, of: 1000, low: 0.0203, high: 0.0425 };
const NEVER: Shown = Shown::Never { of: 1000, at_most: 0.00299 };
const EXACT: Shown = Shown::Exact { hits: 1, of: 4 };

/// One figure of each kind.
fn figures() -> Vec<FigureData> {
    let rows: Vec<Row> = [MEAN, SHARE, NEVER, EXACT, Shown::Undetermined]
        .into_iter()
        .map(|shown| row(HOSTILE, Some(HOSTILE), shown))
        .collect();
    let reference = Some(Reference { at: 0.5, label: HOSTILE.to_string() });
    let group = |rows: &[Row]| Group { label: HOSTILE.to_string(), rows: rows.to_vec() };
    let panels = vec![Panel {
        label: Some(HOSTILE.to_string()),
        groups: vec![group(&rows[1..]), group(&rows[1..])],
    }];
    let pair = |x, y| Pair { hits: [x, y], outcomes: 1, first: HOSTILE.to_string() };
    let paired = Paired {
        cells: [HOSTILE.to_string(), "other".to_string()],
        draws: [10_000, 20_000],
        hits: 10,
        places: vec![pair(900, 1700), pair(3, 11), pair(0, 4), pair(2, 0)],
        left_out: 7,
        outcomes: 11,
        agreement: Ok(Agreement { outcomes: 4, rank: 0.9, slope: 1.1 }),
    };
    let line = |from: usize| Line {
        label: Some(HOSTILE.to_string()),
        points: rows[from..].iter().enumerate().map(|(x, row)| (x as f64, row.clone())).collect(),
    };
    let curves = vec![Curve { label: HOSTILE.to_string(), points: vec![(0.0, 0.1), (4.0, 0.9)] }];
    let names = vec![HOSTILE.to_string(), "b".to_string()];
    let cells =
        rows.iter().take(4).enumerate().map(|(at, row)| (at / 2, at % 2, row.clone())).collect();
    let bars = |axis| Drawn::Shares { panels: panels.clone(), axis };
    vec![
        figure("dots", Drawn::Dots { rows: rows.clone(), range: Some((0.0, 1.0)), reference }),
        figure("bars", bars(Axis::Linear)),
        figure("log-bars", bars(Axis::Log)),
        figure("scatter", Drawn::Scatter(paired)),
        figure(
            "lines",
            Drawn::Lines {
                over: HOSTILE.to_string(),
                lines: vec![line(0), line(1)],
                range: None,
                x: Axis::Linear,
                y: Axis::Linear,
                curves,
            },
        ),
        figure(
            "heat",
            Drawn::Heat {
                across: HOSTILE.to_string(),
                down: HOSTILE.to_string(),
                columns: names.clone(),
                rows: names,
                cells,
                range: None,
            },
        ),
        figure("nothing", Drawn::Nothing { because: HOSTILE.to_string() }),
    ]
}

fn rule(conclusion: Conclusion, calibration: Option<&str>) -> RuleVerdict {
    RuleVerdict {
        claim: 31,
        quote: HOSTILE.to_string(),
        rule: "a-rule".to_string(),
        proposition: format!("Networks guess {HOSTILE}."),
        by: "95% interval outside 0.45-0.55".to_string(),
        conclusion,
        found: "3 of 4 cells outside the band".to_string(),
        detectable: Some(0.0123),
        calibration: calibration.map(str::to_string),
        scope: Scope::default(),
        standing: Standing::Exploratory { because: HOSTILE.to_string() },
    }
}

fn verdict() -> Verdict {
    let cell = |quantity: &str, summary| CellRow {
        cell: HOSTILE.to_string(),
        factors: BTreeMap::new(),
        control: false,
        quantity: quantity.to_string(),
        summary,
    };
    let classes = BTreeMap::from([(HOSTILE.to_string(), 4), ("b".to_string(), 0)]);
    let position = PositionScore {
        position: HOSTILE.to_string(),
        bits: 3.25,
        readings: BTreeMap::from([("generous".to_string(), 4.0), ("literal".to_string(), -2.0)]),
        floored_cells: BTreeMap::from([("literal".to_string(), 1)]),
        permuted: Some(-8.5),
        forecast_cells: 1,
        behind_best: 0.0,
        standing: Standing::Exploratory { because: HOSTILE.to_string() },
    };
    let because = || HOSTILE.to_string();
    Verdict {
        schema: 1,
        study: HOSTILE.to_string(),
        question: HOSTILE.to_string(),
        preset: Namespace::Quick,
        plan: "0123abcd".to_string(),
        study_hash: "4567cdef".to_string(),
        edits: vec![format!("world.boolean.target={HOSTILE}")],
        scope: Scope { architecture: BTreeSet::from([because()]), ..Scope::default() },
        moves_no_claim: false,
        standing: Standing::Exploratory { because: because() },
        ledger: None,
        trials: 10,
        failed: 1,
        first_failure: Some(because()),
        unfitted: 2,
        agents: 10,
        withdrawn: vec![because()],
        controls: vec![ControlResult {
            name: because(),
            kind: ControlKind::Positive,
            holds: true,
            found: because(),
            must: because(),
        }],
        findings: Some(Findings {
            cells: vec![
                cell(
                    "accuracy",
                    Summary::Mean {
                        estimate: Estimate { mean: 0.7125, standard_error: 0.03, units: 13 },
                        range: (0.0, 1.0),
                    },
                ),
                cell("class", Summary::Classes { counts: classes.clone(), undetermined: 1 }),
                cell("counts", Summary::Counts { of: 9, counts: classes }),
                cell("rate", Summary::Rate { hits: 0, of: 7 }),
                cell("none", Summary::Undetermined { because: because() }),
            ],
            questions: vec![QuestionScore {
                name: because(),
                quantity: "accuracy".to_string(),
                cells: vec![because(), "b".to_string()],
                unscored: BTreeMap::from([(because(), because())]),
                calibration: Some(because()),
                oracle: 24.0,
                positions: vec![position],
            }],
            totals: None,
            verdicts: vec![
                rule(Conclusion::Refuted, None),
                rule(Conclusion::Supported, Some(HOSTILE)),
            ],
            preliminary: vec![because()],
            comparisons: Vec::new(),
            explained: Vec::new(),
            dispersed: Vec::new(),
            figures: figures(),
        }),
    }
}

fn page(files: &[ReportFile]) -> &str {
    &files.iter().find(|file| file.path == "report.html").unwrap().text
}

/// The values of an attribute, in the order of the text.
fn values<'t>(text: &'t str, attribute: &str) -> Vec<&'t str> {
    let opening = format!(" {attribute}=\"");
    text.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn text_that_tries_to_leave_its_place_stays_in_it() {
    let all = files(&verdict(), None);
    let page = page(&all);
    assert!(!page.contains("<script"), "a script got in");
    assert!(!page.contains("<b>"), "markup got in");
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    assert_eq!(page.matches("<style").count(), page.matches("</style>").count());
    assert!(page.contains("&lt;script&gt;"), "the text itself is still shown");
    assert!(page.matches("&lt;/svg&gt;").count() > 60, "it was put in too few places to tell");
    for file in all.iter().filter(|file| file.path.ends_with(".svg")) {
        let read = roxmltree::Document::parse(&file.text);
        let read = read.unwrap_or_else(|error| panic!("{}: {error}", file.path));
        assert!(!read.descendants().any(|node| ["script", "b"].contains(&node.tag_name().name())));
    }
}

#[test]
fn nothing_is_fetched_from_anywhere() {
    for ReportFile { path, text } in files(&verdict(), None) {
        let text = text.replace("http://www.w3.org/2000/svg", "");
        let ways =
            ["http://", "https://", "src=", "url(", "@import", "<link", "<script", "javascript:"];
        for way in ways {
            let shown = path == "report.txt" || path.ends_with(".csv");
            assert!(shown || !text.contains(way), "{path} contains {way}");
        }
    }
}

#[test]
fn every_id_is_there_once_and_every_label_names_one() {
    let all = files(&verdict(), None);
    let page = page(&all);
    let ids = values(page, "id");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert!(ids.len() > 20 && ids.len() == unique.len(), "{ids:?}");
    for label in values(page, "aria-labelledby") {
        for id in label.split(' ') {
            assert!(unique.contains(id), "nothing has the id {id}");
        }
    }
    for address in values(page, "href") {
        if let Some(id) = address.strip_prefix('#') {
            assert!(unique.contains(id), "a link leads to {id}, which is nowhere");
        }
    }
}

#[test]
fn tables_and_drawings_can_be_read_without_sight() {
    let all = files(&verdict(), None);
    let page = page(&all);
    assert_eq!(page.matches("<h1").count(), 1);
    let heads = page.matches("<th").count() - page.matches("<thead").count();
    assert_eq!(heads, values(page, "scope").len(), "a heading of a table has no scope");
    assert_eq!(page.matches("<svg").count(), page.matches("role=\"img\"").count());
    assert_eq!(page.matches("<svg").count(), page.matches("<desc ").count());
    assert_eq!(page.matches("class=\"scroll\"").count(), page.matches("<table").count());
}

#[test]
fn everything_lies_within_its_drawing_at_both_widths() {
    for figure in figures() {
        for layout in [Layout::Wide, Layout::Narrow] {
            let Some(svg) = svg(&figure, layout, Place::Page) else { continue };
            let read = roxmltree::Document::parse(&svg).unwrap();
            let root = read.root_element();
            let size: Vec<f64> = root
                .attribute("viewBox")
                .unwrap()
                .split(' ')
                .map(|number| number.parse().unwrap())
                .collect();
            let number = |node: &roxmltree::Node, name: &str| -> f64 {
                node.attribute(name).map_or(0.0, |text| text.parse().unwrap())
            };
            let mut seen = 0;
            for node in root.descendants().filter(|node| node.is_element()) {
                let name = node.tag_name().name();
                let (x, y) = match name {
                    "rect" => (
                        [number(&node, "x"), number(&node, "x") + number(&node, "width")],
                        [number(&node, "y"), number(&node, "y") + number(&node, "height")],
                    ),
                    "line" => (
                        [number(&node, "x1"), number(&node, "x2")],
                        [number(&node, "y1"), number(&node, "y2")],
                    ),
                    "circle" => ([number(&node, "cx"); 2], [number(&node, "cy"); 2]),
                    "text" => ([number(&node, "x"); 2], [number(&node, "y"); 2]),
                    _ => continue,
                };
                seen += 1;
                let within = |ends: [f64; 2], most: f64| {
                    ends.iter().all(|end| (-0.01..=most + 0.01).contains(end))
                };
                let inside = within(x, size[2]) && within(y, size[3]);
                assert!(inside, "{} {layout:?}: {name} at {x:?}, {y:?}", figure.name);
            }
            assert!(seen > 10, "{}: only {seen} shapes", figure.name);
        }
    }
}

#[test]
fn every_bar_of_a_sample_has_its_interval_and_nothing_is_never_nothing() {
    for name in ["bars", "log-bars"] {
        let figure = figures().into_iter().find(|figure| figure.name == name).unwrap();
        let svg = svg(&figure, Layout::Wide, Place::File).unwrap();
        let read = roxmltree::Document::parse(&svg).unwrap();
        let mut found = BTreeMap::new();
        for group in
            read.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "g")))
        {
            let has = |class: &str| {
                let named = |node: roxmltree::Node| node.attribute("class") == Some(class);
                group.children().any(named)
            };
            let sort = (has("m-bar"), has("m-interval"), has("m-bound"));
            *found.entry(sort).or_insert(0) += 1;
        }
        // Two groups, each of a share, one that came never, an exact one and one undetermined.
        let expected = BTreeMap::from([
            ((true, true, false), 2),
            ((false, true, true), 2),
            ((true, false, false), 2),
            ((false, false, false), 2),
        ]);
        assert_eq!(found, expected, "{name}: (bar, interval, bound)");
    }
}

#[test]
fn a_figure_s_table_holds_the_verdict_s_numbers_to_the_last_digit() {
    let third = Shown::Mean { mean: 1.0 / 3.0, low: 0.1, high: 0.7, units: 13 };
    let rows = vec![row("a,\"b\"", None, third), row("c", None, NEVER)];
    let csv = Sheet::of(&figure("f", Drawn::Dots { rows, range: None, reference: None })).csv();
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].starts_with("cell,outcome,value,low,high,hits,of,seeds,"), "{}", lines[0]);
    let expected = "\"a,\"\"b\"\"\",,0.3333333333333333,0.1,0.7,,13,0.5*3 0.75*9 1*1,0.3,0.9";
    assert_eq!(lines[1], expected);
    assert_eq!(lines[2], "c,,,0,0.00299,0,1000,,0.3,0.9");
    let scatter = figures().into_iter().find(|figure| figure.name == "scatter").unwrap();
    assert!(Sheet::of(&scatter).csv().contains(",1,900,10000,1700,20000\n"));
}

#[test]
fn a_failed_control_shows_the_controls_and_no_result() {
    let mut failed = verdict();
    failed.controls[0].holds = false;
    failed.controls[0].found = "found this".to_string();
    failed.findings = None;
    let all = files(&failed, None);
    assert_eq!(all.len(), 2, "no figure is written: {all:?}");
    let page = page(&all);
    assert!(page.contains("Inconclusive: a control failed") && page.contains("found this"));
    for result in ["<svg", "data:text", "Every cell", "Rival forecasts", "Verdicts", "0.71"] {
        assert!(!page.contains(result), "the page shows {result}");
    }
}

#[test]
fn the_first_screen_has_no_hash_and_the_last_has_the_command() {
    let all = files(&Verdict { study: "counting".to_string(), ..verdict() }, None);
    let page = page(&all);
    let made = page.find("id=\"made\"").unwrap();
    for hash in ["0123abcd", "4567cdef"] {
        assert!(page.find(hash).unwrap() > made, "{hash} stands above the end");
    }
    assert!(
        page[made..].contains("mesascope run counting --preset quick --set &#39;")
            || page[made..].contains("mesascope run counting --preset quick --set 'world")
    );
}

#[test]
fn a_figure_that_is_not_run_does_not_lead_the_page() {
    let mut verdict = verdict();
    verdict.findings.as_mut().unwrap().figures.reverse();
    let all = files(&verdict, None);
    let before = page(&all).split(">Verdicts<").next().unwrap();
    assert!(before.contains("<svg") && !before.contains("Not drawn"), "{before}");
    assert!(page(&all).contains("Not drawn"));
}

#[test]
fn the_answer_follows_from_the_verdicts() {
    let says = |verdicts: Vec<RuleVerdict>, moves_no_claim: bool| {
        let mut verdict = Verdict { moves_no_claim, ..verdict() };
        let mut findings = verdict.findings.take().unwrap();
        findings.verdicts = verdicts;
        answer(&verdict, &findings)
    };
    let refuted = says(vec![rule(Conclusion::Refuted, None)], false);
    assert!(refuted.starts_with("Refuted: Networks guess"), "{refuted}");
    assert!(refuted.contains("3 of 4 cells outside the band; a departure of 0.0123"), "{refuted}");
    let both = vec![rule(Conclusion::Supported, None), rule(Conclusion::Inconclusive, None)];
    let both = says(both, false);
    let counts = "1 came out for the claim, 0 against it, and 1 cannot tell";
    assert!(both.starts_with("Of 2 rules") && both.contains(counts), "{both}");
    let other = RuleVerdict { claim: 32, ..rule(Conclusion::Refuted, None) };
    let two = vec![rule(Conclusion::Supported, None), rule(Conclusion::Inconclusive, None), other];
    assert_eq!(
        says(two, false),
        "By 3 rules stated beforehand, claim 31: 1 for it, 1 undecided; claim 32: 1 against it."
    );
    let quick = vec![rule(Conclusion::NotRun, None), rule(Conclusion::Supported, Some("known"))];
    assert_eq!(
        says(quick, false),
        "No headline arm was run in the quick preset, so nothing is concluded; the rule that \
         calibrates holds."
    );
    assert!(says(Vec::new(), true).contains("No claim is tested here"));
    assert!(says(Vec::new(), false).contains("nothing is concluded"));
}

/// The relative luminance of a colour such as #17191c (WCAG 2.2).
fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

#[test]
fn text_and_marks_stand_out_from_their_ground_in_light_and_in_dark() {
    let (light, dark) = PALETTE.split_once("@media").unwrap();
    for (theme, block) in [("light", light), ("dark", dark)] {
        let colours: BTreeMap<&str, &str> = block
            .split("--")
            .skip(1)
            .filter_map(|rest| rest.split_once(": "))
            .map(|(name, rest)| (name, rest.split(';').next().unwrap()))
            .collect();
        let demand = |mark: &str, ground: &str, least: f64| {
            let (one, other) = (luminance(colours[mark]), luminance(colours[ground]));
            let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
            assert!(contrast >= least, "{theme}: {mark} on {ground} has {contrast:.2}");
        };
        for text in ["ink", "soft", "link", "good", "bad", "open"] {
            demand(text, "paper", 4.5);
            demand(text, "panel", 4.5);
        }
        for mark in ["data", "seeds", "c0", "c1", "c2", "c3", "c4", "c5", "c6"] {
            demand(mark, "paper", 3.0);
        }
        for shade in 0..9 {
            let text = if shade < 5 { "on-light" } else { "on-dark" };
            demand(text, &format!("h{shade}"), 4.5);
        }
    }
}
