//! Training and measuring a plan: threads take trials, one writer keeps what they make.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use mesascope_record::{
    Content, Damaged, Keep, Plan, Provenance, Record, Slice, SliceLock, Store, StoredAgent, Survey,
};

use crate::LabError;
use crate::maker::Made;
use crate::trial::{Ready, Work, instruments, loaded, measure};

/// Agents and their records that wait to be written, at most.
pub(crate) const WAITING: usize = 2_000;

/// Bytes of agents that wait to be written, at most, beside the one that comes last: blocks of draws
/// are far larger than networks.
pub(crate) const WAITING_BYTES: usize = 64_000_000;

/// The longest that anything waits: what a kill can lose at most.
const FLUSH_AT_LATEST: Duration = Duration::from_secs(2);

/// Short runs lose little too: nothing waits longer than a tenth of the run so far.
const FLUSH_SHARE: u32 = 10;
const FLUSH_AT_SOONEST: Duration = Duration::from_millis(50);

/// What to run, where, and how.
pub struct Job<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Where its records are.
    pub store: &'a Store,
    /// Which of its trials.
    pub slice: Slice,
    /// How many threads train.
    pub threads: usize,
    /// The circumstances, kept beside the records.
    pub provenance: &'a Provenance,
    /// Set from outside to end early: what is done is flushed first.
    pub stop: &'a AtomicBool,
    /// Told of every damaged segment that is set aside, before anything else can fail.
    pub damage: &'a (dyn Fn(&Damaged) + Sync),
}

/// Which stages to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stages {
    /// Train what is not trained.
    Train,
    /// Measure what is trained and not measured.
    Measure,
    /// Both.
    Both,
}

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Trials trained or measured by this run.
    pub done: u64,
    /// Whether it was stopped before its end.
    pub stopped: bool,
    /// Trials of the slice whose training failed, in this run or before.
    pub failed: u64,
}

enum Done {
    Trained { record: Box<Record>, stored: Option<StoredAgent>, read: Vec<Record> },
    Measured { read: Vec<Record> },
}

/// Runs the stages over the slice. `ready` is told once, with the slice locked and nothing of this
/// run written yet, how many trials of each cell remain; `progress` is told how many of them are done, about ten times a second.
pub fn run(
    job: &Job,
    stages: Stages,
    ready: &mut dyn FnMut(&[u64]) -> Result<(), LabError>,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, LabError> {
    let Job { plan, store, slice, .. } = *job;
    let cells: Vec<Ready> = plan.cells.iter().map(Ready::new).collect::<Result<_, _>>()?;
    let instruments = instruments(plan)?;
    store.prepare()?;
    let lock = store.lock(slice)?;
    let (survey, mut damaged) = Survey::of(plan, store, |_, _, _| {})?;
    let mut stored = vec![false; plan.trial_count() as usize];
    damaged.extend(store.agents(|agent| {
        if let Some(trial) = survey.trial_of(&agent.id) {
            stored[trial] = true;
        }
    })?);
    damaged.iter().for_each(job.damage);
    store.set_aside(&damaged)?;
    let mut summary = Summary::default();
    let keeps = plan.agents == Keep::Stored;
    let mut to_train: Vec<Work> = Vec::new();
    let mut to_measure: BTreeMap<usize, usize> = BTreeMap::new();
    let mut remaining = vec![0; plan.cells.len()];
    let mut untrained = None;
    let mut failed_before = 0;
    let cell_of = plan
        .cells
        .iter()
        .enumerate()
        .flat_map(|(at, cell)| std::iter::repeat_n(at, cell.seeds as usize));
    for ((number, trial), at) in plan.trials().enumerate().zip(cell_of) {
        if !slice.has(number as u64) {
            continue;
        }
        let failed = survey.failed(number);
        failed_before += u64::from(failed == Some(true));
        let work = Work { number, cell: at, seed: trial.seed };
        if failed.is_none() || (failed == Some(false) && keeps && !stored[number]) {
            if stages == Stages::Measure {
                let place = (trial.cell.name.clone(), trial.seed.index, failed.is_some());
                untrained.get_or_insert(place);
            }
            remaining[at] += 1;
            to_train.push(work);
        } else if failed == Some(false)
            && stages != Stages::Train
            && !survey.unread(number).is_empty()
        {
            remaining[at] += 1;
            if keeps {
                to_measure.insert(number, at);
            } else {
                to_train.push(work);
            }
        }
    }
    if let Some((cell, index, recorded)) = untrained {
        let folder = store.folder().join(if recorded { "agents" } else { "records" });
        let what = format!(
            "{}: no trained agent of cell {cell:?}, seed {index} (and perhaps others) is there",
            folder.display()
        );
        return Err(LabError::Incomplete { what, stage: "train" });
    }
    ready(&remaining)?;

    // What the instruments that have not read an agent yet read of it.
    let read = |number: usize,
                ready: &Ready,
                agent: &Made,
                made: &mesascope_record::Made|
     -> Vec<Record> {
        let whole = ready.whole(made);
        survey
            .unread(number)
            .into_iter()
            .map(|which| measure(plan, &instruments, which, agent, made, &whole))
            .collect()
    };
    let mut writer = Writer::new(job, &lock, progress);
    // Agents that are stored are measured as they are: nothing is trained for a new instrument.
    let mut failure = None;
    let mut measure_stored = |stored: StoredAgent| {
        if job.stop.load(Ordering::Relaxed) || failure.is_some() {
            return;
        }
        let number = survey.trial_of(&stored.id);
        if let Some((number, at)) = number.and_then(|n| Some((n, *to_measure.get(&n)?))) {
            let outcome = loaded(&stored, &cells[at]).and_then(|agent| {
                let read = read(number, &cells[at], &agent, &stored.made);
                writer.take(Done::Measured { read })
            });
            failure = outcome.err();
        }
    };
    // The store of agents is large: it is not read where nothing of it is to be measured.
    if !to_measure.is_empty() {
        store.agents(&mut measure_stored)?;
    }
    if let Some(error) = failure {
        return Err(error);
    }

    let kept = &stored;
    let next = AtomicUsize::new(0);
    let measures = stages != Stages::Train;
    let trained = |work: &Work| -> Done {
        let ready = &cells[work.cell];
        let made = mesascope_record::Trial { cell: ready.cell, seed: work.seed }.made();
        let (record, agent) = ready.train(made.clone());
        let (mut readings, mut to_store) = (Vec::new(), None);
        if let Some((agent, stored)) = agent {
            if measures {
                readings = read(work.number, ready, &agent, &made);
            }
            to_store = (keeps && !kept[work.number]).then_some(stored);
        }
        Done::Trained { record: Box::new(record), stored: to_store, read: readings }
    };
    let outcome: Result<(), LabError> = std::thread::scope(|scope| {
        let (give, take) = sync_channel::<Done>(256);
        for _ in 0..job.threads {
            let give = give.clone();
            let (next, to_train, trained) = (&next, &to_train, &trained);
            scope.spawn(move || {
                while !job.stop.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(work) = to_train.get(at) else { return };
                    if give.send(trained(work)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(give);
        let outcome = loop {
            match take.recv_timeout(Duration::from_millis(100)) {
                Ok(done) => {
                    if let Err(error) = writer.take(done) {
                        break Err(error);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(error) = writer.tick() {
                        break Err(error);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break Ok(()),
            }
        };
        // Dropped before the scope joins, so that no thread waits for a reader that is gone.
        drop(take);
        outcome
    });
    outcome?;
    writer.flush()?;
    summary.done = writer.done;
    summary.failed = failed_before + writer.failed;
    summary.stopped = writer.done < remaining.iter().sum();
    Ok(summary)
}

/// Gathers what threads make and writes it in segments.
struct Writer<'a> {
    job: &'a Job<'a>,
    lock: &'a SliceLock,
    progress: &'a mut dyn FnMut(u64),
    records: Vec<Record>,
    agents: Vec<StoredAgent>,
    agent_bytes: usize,
    done: u64,
    failed: u64,
    started: Instant,
    flushed: Instant,
    told: Instant,
}

impl<'a> Writer<'a> {
    #[allow(clippy::disallowed_methods, reason = "flushing by time bounds what a kill can lose")]
    fn new(job: &'a Job, lock: &'a SliceLock, progress: &'a mut dyn FnMut(u64)) -> Writer<'a> {
        let now = Instant::now();
        Writer {
            job,
            lock,
            progress,
            records: Vec::new(),
            agents: Vec::new(),
            agent_bytes: 0,
            done: 0,
            failed: 0,
            started: now,
            flushed: now,
            told: now,
        }
    }

    fn take(&mut self, done: Done) -> Result<(), LabError> {
        self.done += 1;
        match done {
            Done::Trained { record, stored, read } => {
                self.failed += u64::from(matches!(record.content, Content::Failed { .. }));
                self.records.push(*record);
                let tensors = stored.iter().flat_map(|agent| &agent.tensors);
                self.agent_bytes += tensors.map(|tensor| tensor.bytes.len()).sum::<usize>();
                self.agents.extend(stored);
                self.records.extend(read);
            }
            Done::Measured { read } => self.records.extend(read),
        }
        self.tick()
    }

    fn tick(&mut self) -> Result<(), LabError> {
        if self.told.elapsed() > Duration::from_millis(100) {
            (self.progress)(self.done);
            self.told += self.told.elapsed();
        }
        let patience =
            (self.started.elapsed() / FLUSH_SHARE).clamp(FLUSH_AT_SOONEST, FLUSH_AT_LATEST);
        let full = self.agents.len() >= WAITING
            || self.agent_bytes >= WAITING_BYTES
            || self.records.len() >= 4 * WAITING;
        if full || self.flushed.elapsed() > patience {
            self.flush()?;
        }
        Ok(())
    }

    /// Agents first: a training record without its agent would be trained again, an agent without
    /// its record is written again with the same bytes.
    fn flush(&mut self) -> Result<(), LabError> {
        if !self.agents.is_empty() {
            self.job.store.write_agents(self.lock, &self.agents)?;
            self.agents.clear();
            self.agent_bytes = 0;
        }
        if !self.records.is_empty() {
            self.job.store.write_records(self.lock, &self.records, self.job.provenance)?;
            self.records.clear();
        }
        self.flushed += self.flushed.elapsed();
        (self.progress)(self.done);
        Ok(())
    }
}
