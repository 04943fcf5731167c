//! A world for the tests of solvers: slippery ice with thin places, so that every solver meets
//! chance, endings by chance, rewards that come again and again, and punishments.

use mesascope_stats::Draws;
use mesascope_worlds::grid::{
    Canvas, Cells, Chance, Drawing, Events, Goal, Grid, Misdrawn, Moved, Sign, Size, Way,
};
use serde::{Deserialize, Serialize};

/// Settings of the world.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slippery {
    /// Rows and columns.
    pub side: u8,
    /// The probability that a move goes astray.
    pub slip: f64,
    /// The probability that thin ice breaks under the walker.
    pub breaks: f64,
}

/// A layout.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    walls: Cells,
    coins: Cells,
    thin: Cells,
    start: u8,
}

/// Where the walker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct State {
    cell: u8,
    /// Whether it has stood on thin ice before.
    warned: bool,
}

const WAYS: [Way; 4] = [Way::Up, Way::Left, Way::Down, Way::Right];

impl Grid for Slippery {
    type Level = Level;
    type State = State;

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        Vec::new()
    }

    fn data(&self) -> String {
        "ice".to_string()
    }

    fn size(&self) -> Size {
        Size { height: self.side, width: self.side }
    }

    fn channels(&self) -> &'static [&'static str] {
        &["wall", "coin", "thin", "walker"]
    }

    /// `rest` never goes astray.
    fn actions(&self) -> &'static [&'static str] {
        &["up", "left", "down", "right", "rest"]
    }

    fn events(&self) -> &'static [&'static str] {
        &["coin", "bump", "warned", "drowned"]
    }

    fn goals(&self) -> Vec<Goal> {
        vec![
            Goal::new("coins", &[(0, 1.0), (3, -1.0)]),
            Goal::new("bumps", &[(1, 0.5), (2, -0.25)]),
            Goal::new("end", &[(3, 1.0)]),
        ]
    }

    fn situations(&self) -> &'static [&'static str] {
        &["train"]
    }

    fn horizon(&self) -> u32 {
        20
    }

    fn discount(&self) -> f64 {
        0.9
    }

    fn generate(&self, _situation: usize, draws: &mut Draws) -> Level {
        let mut level = Level {
            walls: Cells::default(),
            coins: Cells::default(),
            thin: Cells::default(),
            start: 0,
        };
        let cells = self.size().cells() as u64;
        for cell in 0..cells as u8 {
            match draws.below(6) {
                0 => level.walls.set(cell, true),
                1 => level.coins.set(cell, true),
                2 => level.thin.set(cell, true),
                _ => (),
            }
        }
        level.start = draws.below(cells) as u8;
        level.walls.set(level.start, false);
        level
    }

    fn start(&self, level: &Level) -> State {
        State { cell: level.start, warned: false }
    }

    fn step(&self, level: &Level, state: State, action: u8, chance: &mut Chance) -> Moved<State> {
        let mut events = Events::NONE;
        let mut cell = state.cell;
        if let Some(&way) = WAYS.get(usize::from(action)) {
            // Astray is a quarter turn to either side, one as likely as the other.
            let turn = match chance.happens(self.slip) {
                true => 1 + 2 * usize::from(chance.happens(0.5)),
                false => 0,
            };
            let at = WAYS.iter().position(|one| *one == way).expect("it is one of them");
            cell = self.size().walk(cell, WAYS[(at + turn) % 4], &level.walls);
            if cell == state.cell {
                events = events.and(1);
            }
        }
        if level.coins.has(cell) {
            events = events.and(0);
        }
        let thin = level.thin.has(cell);
        if thin && !state.warned {
            events = events.and(2);
        }
        let ended = thin && chance.happens(self.breaks);
        if ended {
            events = events.and(3);
        }
        Moved { state: State { cell, warned: state.warned || thin }, events, ended }
    }

    fn paint(&self, level: &Level, state: State, canvas: &mut Canvas) {
        level.walls.iter().for_each(|cell| canvas.set(0, cell, true));
        level.coins.iter().for_each(|cell| canvas.set(1, cell, true));
        level.thin.iter().for_each(|cell| canvas.set(2, cell, true));
        canvas.set(3, state.cell, true);
    }

    fn signs(&self) -> &'static [Sign] {
        const SIGNS: [Sign; 5] = [
            Sign::new('#', "wall", "black"),
            Sign::new('o', "coin", "gold"),
            Sign::new('~', "thin ice", "blue"),
            Sign::new('@', "walker", "red"),
            Sign::new('.', "ice", "none"),
        ];
        &SIGNS
    }

    fn parse(&self, drawing: &Drawing) -> Result<Level, Misdrawn> {
        drawing.must_be(self.size())?;
        Ok(Level {
            walls: drawing.all(&['#']).into_iter().collect(),
            coins: drawing.all(&['o']).into_iter().collect(),
            thin: drawing.all(&['~']).into_iter().collect(),
            start: drawing.one(&['@'], "walker")?,
        })
    }

    fn draw(&self, level: &Level, state: State) -> String {
        Drawing::text(self.size(), |cell| match cell {
            _ if level.walls.has(cell) => '#',
            _ if state.cell == cell => '@',
            _ if level.coins.has(cell) => 'o',
            _ if level.thin.has(cell) => '~',
            _ => '.',
        })
    }
}
