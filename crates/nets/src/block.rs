//! Networks of one shape trained side by side, each on rows of its own.

use mesascope_lanes::Path;

use crate::aligned::Aligned;
use crate::operations::Operation;
use crate::place::padded;
use crate::program::Program;
use crate::state::Schedule;
use crate::update::Touched;
use crate::{AnyNetwork, Loss, Network, Optimiser, Shape, Shaped};

/// Networks of one shape that share the buffers of a pass. They share nothing else: the bits of a
/// member do not depend on who else is there, nor on when others come and leave.
///
/// ```
/// use mesascope_nets::{Block, Loss, Mlp, Optimiser};
/// use mesascope_stats::Key;
///
/// let network = Mlp::with_hidden(&[8])?.initialise(2, 1, Key::from_seed(1));
/// let mut block = Block::new(&network, 4, Loss::Logistic, &Optimiser::adam());
/// let member = block.enter(&network, &[0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], &[0, 1, 1, 0]);
/// let first = block.gradient(member).loss;
/// for _ in 0..100 {
///     block.gradient(member);
///     block.step(member);
/// }
/// assert!(block.gradient(member).loss < first);
/// let trained = block.leave(member);
/// assert_ne!(trained, network);
/// # Ok::<(), mesascope_nets::NetsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Block {
    shape: Shape,
    parameters: usize,
    program: Program,
    schedule: Schedule,
    path: Path,
    scratch: Aligned<f32>,
    /// Whose gradient stands in the scratch.
    last: Option<usize>,
    /// The members, and `None` where one has left.
    members: Vec<Option<Member>>,
    /// Buffers of members that have left, for those to come.
    spare: Vec<Member>,
}

#[derive(Clone, Debug)]
struct Member {
    schedule: Schedule,
    parameters: Aligned<f32>,
    first: Aligned<f32>,
    second: Aligned<f32>,
    data: Aligned<f32>,
    /// Which inputs are 1, where the block reads ones.
    words: Vec<u32>,
}

impl Member {
    fn set(&mut self, program: &Program, inputs: &[f32], labels: &[u8]) {
        match program.ones {
            None => program.set(inputs, labels, &mut self.data),
            Some(_) => program.set_ones(inputs, labels, &mut self.data, &mut self.words),
        }
    }
}

/// What a pass found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// The mean loss over rows, in nats; not finite if the network diverged.
    pub loss: f32,
    /// Rows (readings, where there are several a row) whose most likely class is the label (see
    /// [`crate::Losses::correct`]).
    pub correct: usize,
}

impl Block {
    /// An empty block for networks of the shape of this one, on so many rows each.
    pub fn new(like: &impl Shaped, rows: usize, loss: Loss, optimiser: &Optimiser) -> Block {
        Block::on(Path::best(), like, rows, loss, optimiser)
    }

    /// As [`Block::new`], on a path of choice.
    pub fn on(
        path: Path,
        like: &impl Shaped,
        rows: usize,
        loss: Loss,
        optimiser: &Optimiser,
    ) -> Block {
        let shape = like.shape();
        shape.check(like.parameters().len(), rows * shape.inputs(), rows);
        let program = shape.program(rows, loss);
        Block {
            parameters: shape.parameter_count(),
            shape,
            scratch: Aligned::zeros(program.reach.scratch),
            program,
            schedule: Schedule::new(optimiser),
            path,
            last: None,
            members: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// As [`Block::new`] for fully connected networks whose inputs are 0 or 1 and mostly 0, such as
    /// drawings of a grid: the first layer costs as much as there are ones. The bits are those of
    /// [`Block::new`]. Panics for another shape; entering panics where an input is neither.
    pub fn on_ones(like: &impl Shaped, rows: usize, loss: Loss, optimiser: &Optimiser) -> Block {
        let mut block = Block::new(like, rows, loss, optimiser);
        block.program = block.shape.program_on_ones(rows, loss);
        block.scratch = Aligned::zeros(block.program.reach.scratch);
        block
    }

    /// How many bytes one member keeps from step to step, and how many all share.
    pub fn bytes(&self) -> (usize, usize) {
        let state = padded(self.parameters) * (1 + self.schedule.remembered());
        (4 * (state + self.program.reach.data), 4 * self.program.reach.scratch)
    }

    /// Takes in a network with its rows, `inputs` `[row, input]` and `labels` `[row]` (or as
    /// [`AnyNetwork::gradient`] reads them), and gives its number in the block.
    pub fn enter(&mut self, network: &impl Shaped, inputs: &[f32], labels: &[u8]) -> usize {
        assert_eq!(network.shape(), self.shape, "members have one shape");
        let parameters = network.parameters().len();
        assert_eq!(parameters, self.parameters, "parameters are those of the shape");
        self.check(inputs, labels);
        let mut member = self.spare.pop().unwrap_or_else(|| self.fresh());
        member.schedule = self.schedule.clone();
        member.parameters[..self.parameters].copy_from_slice(network.parameters());
        member.first.fill(0.0);
        member.second.fill(0.0);
        member.set(&self.program, inputs, labels);
        let free = self.members.iter().position(Option::is_none);
        match free {
            Some(number) => {
                self.members[number] = Some(member);
                number
            }
            None => {
                self.members.push(Some(member));
                self.members.len() - 1
            }
        }
    }

    fn check(&self, inputs: &[f32], labels: &[u8]) {
        let (rows, readings) = (self.program.rows, self.shape.readings());
        assert_eq!(labels.len(), rows * readings, "a block is made for so many rows");
        assert_eq!(inputs.len(), rows * self.shape.inputs(), "inputs are [row, input]");
        self.program.loss.check(self.shape.outputs(), labels);
    }

    fn fresh(&self) -> Member {
        // Kernels read whole lanes, which may reach a little beyond the last parameter.
        let parameters = padded(self.program.reach.parameters.max(self.parameters));
        let second = if self.schedule.remembered() > 1 { parameters } else { 0 };
        Member {
            schedule: self.schedule.clone(),
            parameters: Aligned::zeros(parameters),
            first: Aligned::zeros(parameters),
            second: Aligned::zeros(second),
            data: Aligned::zeros(self.program.reach.data),
            words: Vec::new(),
        }
    }

    /// Gives a member other rows, as many as the block is made for.
    pub fn show(&mut self, member: usize, inputs: &[f32], labels: &[u8]) {
        self.check(inputs, labels);
        let there = self.members[member].as_mut().expect("the member has not left");
        there.set(&self.program, inputs, labels);
    }

    /// The members, by number.
    pub fn members(&self) -> impl Iterator<Item = usize> + '_ {
        self.members.iter().enumerate().filter(|(_, member)| member.is_some()).map(|(at, _)| at)
    }

    /// Passes a member's rows forward and back. Its gradient stays until the next pass.
    pub fn gradient(&mut self, member: usize) -> Found {
        let Member { parameters, data, words, .. } =
            self.members[member].as_ref().expect("the member has not left");
        let program = &self.program;
        for operations in [&program.forward, &program.backward] {
            program.run(self.path, operations, parameters, data, words, &mut self.scratch);
        }
        self.last = Some(member);
        let [loss, correct] = [program.found, program.found + 1].map(|at| self.scratch[at]);
        Found { loss, correct: correct as usize }
    }

    /// Passes a member's rows forward and no further: the loss and what fits, as
    /// [`Block::gradient`] finds them. There is no gradient afterwards.
    pub fn loss(&mut self, member: usize) -> Found {
        let Member { parameters, data, words, .. } =
            self.members[member].as_ref().expect("the member has not left");
        let program = &self.program;
        let found = |operation: &Operation| matches!(operation, Operation::Losses(_));
        let last = program.backward.iter().rposition(found).expect("a loss is found");
        for operations in [&program.forward[..], &program.backward[..=last]] {
            program.run(self.path, operations, parameters, data, words, &mut self.scratch);
        }
        self.last = None;
        let [loss, correct] = [program.found, program.found + 1].map(|at| self.scratch[at]);
        Found { loss, correct: correct as usize }
    }

    /// The parameters of a member, `[parameter]`, in the order of [`Network::parameters`], to be read
    /// and written.
    pub fn parameters(&mut self, member: usize) -> &mut [f32] {
        self.last = None;
        let there = self.members[member].as_mut().expect("the member has not left");
        &mut there.parameters[..self.parameters]
    }

    /// Writes a slope for every parameter of a member, `[parameter]`, in place of those of a pass:
    /// [`Block::step`] then moves against them.
    pub fn set_gradient(&mut self, member: usize, slopes: &[f32]) {
        assert!(self.members[member].is_some(), "the member has not left");
        let start = self.program.gradient;
        self.scratch[start..start + self.parameters].copy_from_slice(slopes);
        self.scratch[start + self.parameters..start + padded(self.parameters)].fill(0.0);
        self.last = Some(member);
    }

    /// The gradient of the last pass, `[parameter]`, in the order of [`Network::parameters`].
    pub fn last_gradient(&mut self) -> &mut [f32] {
        &mut self.scratch[self.program.gradient..][..self.parameters]
    }

    /// Moves a member against the gradient of the last pass, which must have been its own. Gives
    /// the length of the update in parameter space.
    pub fn step(&mut self, member: usize) -> f64 {
        assert_eq!(self.last, Some(member), "a step follows a pass of the same member");
        let Member { schedule, parameters, first, second, .. } =
            self.members[member].as_mut().expect("the member has not left");
        let Some(update) = schedule.next() else { return 0.0 };
        let wide = padded(self.parameters);
        let second = if second.is_empty() { &mut [][..] } else { &mut second[..wide] };
        let touched = Touched {
            parameters: &mut parameters[..wide],
            gradient: &self.scratch[self.program.gradient..][..wide],
            first: &mut first[..wide],
            second,
        };
        f64::from(update.run(self.path, touched)).sqrt()
    }

    /// The fully connected network of a member as it is now. Panics in a block of another shape,
    /// for which there is [`Block::any`].
    pub fn network(&self, member: usize) -> Network<f32> {
        self.any(member).into_mlp().expect("a block of fully connected networks")
    }

    /// The network of a member as it is now.
    pub fn any(&self, member: usize) -> AnyNetwork<f32> {
        let member = self.members[member].as_ref().expect("the member has not left");
        let parameters = member.parameters[..self.parameters].to_vec();
        AnyNetwork { shape: self.shape.clone(), parameters }
    }

    /// Takes a member out of the block. Panics in a block of another shape than fully connected,
    /// for which there is [`Block::leave_any`].
    pub fn leave(&mut self, member: usize) -> Network<f32> {
        self.leave_any(member).into_mlp().expect("a block of fully connected networks")
    }

    /// Takes a member out of the block.
    pub fn leave_any(&mut self, member: usize) -> AnyNetwork<f32> {
        let network = self.any(member);
        self.spare.extend(self.members[member].take());
        network
    }
}
