//! Comparisons of cells, explained variances and dispersions, as tables of the page.

use maud::{Markup, html};

use super::text_analyses::{lines, spread_words, words};
use crate::verdict::Findings;

pub(super) fn analyses(findings: &Findings) -> Markup {
    html! {
        @if !findings.comparisons.is_empty() {
            section aria-labelledby="comparisons" {
                h2 #comparisons { "Cells compared outcome by outcome" }
                div.scroll tabindex="0" role="region" aria-label="Comparisons" {
                    table {
                        thead {
                            tr {
                                th scope="col" { "Comparison" }
                                th scope="col" { "Cells" }
                                th scope="col" { "Found" }
                            }
                        }
                        tbody {
                            @for one in &findings.comparisons {
                                tr {
                                    th scope="row" { (one.name) }
                                    td { (one.cells.1) " against " (one.cells.0) }
                                    td { (words(&one.found)) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if !findings.dispersed.is_empty() {
            section aria-labelledby="dispersions" {
                h2 #dispersions { "Do agents differ by more than chance?" }
                p.soft { "Hits among the cases of one agent, against the binomial law of agents who are \
                    all alike." }
                div.scroll tabindex="0" role="region" aria-label="Dispersions" {
                    table {
                        thead {
                            tr {
                                th scope="col" { "Quantity" }
                                th scope="col" { "Cell" }
                                th scope="col" { "Found" }
                            }
                        }
                        tbody {
                            @for row in &findings.dispersed {
                                tr {
                                    th scope="row" { (row.name) }
                                    td { (row.cell) }
                                    td { (spread_words(&row.found)) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @for row in &findings.explained {
            section aria-labelledby={ "explained-" (row.name) } {
                h2 id={ "explained-" (row.name) } { "Share of variance explained: " (row.name) }
                p.soft { (row.quantity) " over " (row.cells) " cells. Main effects with sampling noise \
                    taken out, 95% intervals." }
                @match &row.found {
                    Err(because) => p { "Undetermined: " (because) "." },
                    Ok(shares) => {
                        div.scroll tabindex="0" role="region" aria-label={ "Shares: " (row.name) } {
                            table {
                                thead {
                                    tr {
                                        th scope="col" { "Factor" }
                                        th.number scope="col" { "Share" }
                                    }
                                }
                                tbody {
                                    @for (name, words) in lines(shares) {
                                        tr { th scope="row" { (name) } td.number { (words) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
