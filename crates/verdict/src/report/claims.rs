//! Claims as text.

use std::fmt::Write;

use super::lines::wrap;
use crate::claim::Claim;

/// All claims, or one in full, with what bears on them.
pub fn claims_list(claims: &[Claim], one: Option<u32>) -> String {
    let mut out = String::new();
    for claim in claims.iter().filter(|claim| one.is_none_or(|id| id == claim.id)) {
        let mut studies: Vec<&str> = claim.rules.iter().map(|rule| rule.study.as_str()).collect();
        studies.dedup();
        let tested = match studies.is_empty() {
            true => "untested: no study bears on it".to_string(),
            false => format!("tested by {}", studies.join(", ")),
        };
        let _ = writeln!(out, "{:>3}  {}", claim.id, claim.name);
        wrap(&mut out, 5, &format!("\"{}\" ({})", claim.quote, claim.source));
        wrap(&mut out, 5, &tested);
        if one.is_some() {
            wrap(&mut out, 5, &claim.statement);
            for rule in &claim.rules {
                let _ = writeln!(out, "     rule {} (study {})", rule.name, rule.study);
                wrap(&mut out, 7, &rule.proposition);
                if let Some(why) = &rule.calibration {
                    wrap(&mut out, 7, &format!("calibration, moves no claim: {why}"));
                }
            }
        }
    }
    out
}
