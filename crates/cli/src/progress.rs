//! Progress on standard error: a bar on a terminal, a line every ten seconds elsewhere.

use std::time::Instant;

use crate::output::{duration, grouped};

/// Seconds between lines off a terminal.
const PLAIN_EVERY: f64 = 10.0;

pub struct Progress {
    total: u64,
    live: bool,
    started: Instant,
    told: f64,
}

impl Progress {
    #[allow(clippy::disallowed_methods, reason = "a rate needs a clock; no result reads it")]
    pub fn new(total: u64, live: bool) -> Progress {
        Progress { total, live, started: Instant::now(), told: 0.0 }
    }

    pub fn show(&mut self, done: u64) {
        let seconds = self.started.elapsed().as_secs_f64();
        if self.total == 0 || done == 0 || (!self.live && seconds - self.told < PLAIN_EVERY) {
            return;
        }
        self.told = seconds;
        let rate = done as f64 / seconds.max(1e-9);
        let left = duration((self.total - done) as f64 / rate);
        let counts = format!("{}/{}", grouped(done), grouped(self.total));
        if self.live {
            let filled = (done * 26 / self.total) as usize;
            let bar = "#".repeat(filled) + &" ".repeat(26 - filled);
            eprint!("\r[{bar}] {counts}  {rate:.0}/s  {left} left  Ctrl-C is safe \x1b[K");
        } else {
            eprintln!("{counts} trials, {rate:.0}/s, {left} left");
        }
    }

    /// Ends the bar's line.
    pub fn end(&self, done: u64) {
        let seconds = self.started.elapsed().as_secs_f64();
        if self.live && self.total > 0 {
            let counts = format!("{}/{}", grouped(done), grouped(self.total));
            eprintln!("\r{counts} trials in {}\x1b[K", duration(seconds));
        } else if self.total > 0 {
            eprintln!("{}/{} trials in {}", grouped(done), grouped(self.total), duration(seconds));
        }
    }
}
