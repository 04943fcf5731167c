//! Chance: while acting it draws, while solving it goes every way.

use mesascope_stats::Draws;

/// What a step asks where it is left to chance. Dynamics are written once: the same code is run with
/// drawn answers to act, and with every answer in turn to solve.
#[derive(Debug)]
pub struct Chance<'a>(Source<'a>);

#[derive(Debug)]
enum Source<'a> {
    Drawn(&'a mut Draws),
    Listed { answers: &'a mut Vec<bool>, asked: usize, probability: f64 },
}

impl<'a> Chance<'a> {
    /// Answers by drawing.
    #[inline]
    pub fn drawn(draws: &'a mut Draws) -> Chance<'a> {
        Chance(Source::Drawn(draws))
    }

    /// Answers as it is told, in order, for worlds whose source has said what it drew; where it is
    /// asked more, the list grows by `true`.
    #[cfg(test)]
    pub(crate) fn told(answers: &'a mut Vec<bool>) -> Chance<'a> {
        Chance(Source::Listed { answers, asked: 0, probability: 1.0 })
    }

    /// Whether what has this probability happens. What is certain or impossible costs no draw.
    pub fn happens(&mut self, probability: f64) -> bool {
        if probability <= 0.0 || probability >= 1.0 {
            return probability >= 1.0;
        }
        match &mut self.0 {
            Source::Drawn(draws) => draws.uniform() < probability,
            Source::Listed { answers, asked, probability: so_far } => {
                if *asked == answers.len() {
                    answers.push(true);
                }
                let answer = answers[*asked];
                *asked += 1;
                *so_far *= if answer { probability } else { 1.0 - probability };
                answer
            }
        }
    }

    /// Runs a step once for every way that chance can go, and gives each outcome with its
    /// probability. The probabilities add up to 1.
    pub fn every_way<T>(mut step: impl FnMut(&mut Chance) -> T, mut each: impl FnMut(f64, T)) {
        let mut answers = Vec::new();
        loop {
            let source = Source::Listed { answers: &mut answers, asked: 0, probability: 1.0 };
            let mut chance = Chance(source);
            let outcome = step(&mut chance);
            let Chance(Source::Listed { probability, .. }) = chance else {
                unreachable!("it was made so")
            };
            each(probability, outcome);
            // The last question answered yes is answered no next; what follows it is asked anew.
            while answers.last() == Some(&false) {
                answers.pop();
            }
            match answers.last_mut() {
                Some(last) => *last = false,
                None => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_lists_each_outcome_once_with_its_probability() {
        // A second question is asked only where the first was answered yes.
        let step = |chance: &mut Chance| match chance.happens(0.25) {
            true => 1 + u32::from(chance.happens(0.5)),
            false => 0,
        };
        let mut seen = Vec::new();
        Chance::every_way(step, |probability, outcome| seen.push((outcome, probability)));
        assert_eq!(seen, [(2, 0.125), (1, 0.125), (0, 0.75)]);
    }

    #[test]
    fn what_is_certain_has_one_way() {
        let mut ways = 0;
        Chance::every_way(
            |chance| chance.happens(1.0) && !chance.happens(0.0),
            |p, yes| {
                ways += 1;
                assert_eq!((p, yes), (1.0, true));
            },
        );
        assert_eq!(ways, 1);
    }
}
