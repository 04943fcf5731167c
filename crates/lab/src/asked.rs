//! What a study asks of its cells: questions that forecasts are scored on, and replays to be drawn.

use std::collections::BTreeMap;

use mesascope_instruments::Instrument;
use mesascope_record::{Kind, Mistake, Question, ReplayAsked, suggestion};
use mesascope_tasks::Ground;

use crate::file::{Name, ReplayFile, StudyFile};
use crate::study::{Reader, StudyCell};

impl Reader<'_, '_> {
    /// Replays are of worlds to act in, in situations that these have.
    pub(crate) fn replays(
        &self,
        declared: &BTreeMap<Name, ReplayFile>,
        cells: &[StudyCell],
    ) -> Result<Vec<ReplayAsked>, Mistake> {
        let mut all = Vec::new();
        for (Name(name), file) in declared {
            // A planted control beside a learner is often what is to be seen.
            let names = self.admitted_of(&file.cells, cells, |_| true)?;
            for cell in cells.iter().filter(|cell| names.contains(&cell.name)) {
                let ground = cell.world.face().ground();
                let Ground::Acting(acting) = ground else {
                    let what =
                        format!("cell {:?} has a world of rows: nobody acts there", cell.name);
                    return Err(self.source.mistake(Some(file.cells.span()), what));
                };
                for situation in file.situations.get_ref() {
                    if !acting.situations.contains(situation) {
                        let near =
                            suggestion(situation, acting.situations.iter().map(String::as_str));
                        let what = format!("no situation is named {situation:?}; {near}");
                        return Err(self.source.mistake(Some(file.situations.span()), what));
                    }
                }
            }
            all.push(ReplayAsked {
                name: name.clone(),
                says: file.says.clone(),
                cells: names,
                situations: file.situations.get_ref().clone(),
                level: u64::from(file.level),
                seed: u64::from(file.seed),
            });
        }
        Ok(all)
    }

    pub(crate) fn questions(
        &self,
        frame: &StudyFile,
        cells: &[StudyCell],
        instruments: &[Instrument],
    ) -> Result<Vec<Question>, Mistake> {
        frame
            .questions
            .iter()
            .map(|(Name(name), question)| {
                let unscored = match self.known_quantity(&question.quantity, instruments)? {
                    Kind::Number => Some("has no bounds"),
                    Kind::Counts { .. } => Some("counts draws"),
                    Kind::Mean { .. } | Kind::Rate | Kind::Classes { .. } => None,
                };
                if let Some(why) = unscored {
                    let quantity = question.quantity.get_ref();
                    let what =
                        format!("quantity {quantity:?} {why}: it is reported and not scored");
                    return Err(self.source.mistake(Some(question.quantity.span()), what));
                }
                Ok(Question {
                    name: name.clone(),
                    quantity: question.quantity.get_ref().clone(),
                    cells: self.admitted(&question.cells, cells)?,
                    calibration: question.calibration.clone(),
                })
            })
            .collect()
    }
}
