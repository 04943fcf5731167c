//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use mesascope_record::{Format, Namespace, Slice};

/// What is your agent really pursuing, would it keep doing so unobserved, and what in training
/// made it so?
#[derive(Debug, Parser)]
#[command(name = "mesascope", version, max_term_width = 80, after_help = EXITS)]
pub struct Line {
    /// Machine-readable output on standard output, progress and errors on standard error.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

const EXITS: &str = "Exit codes: 0 done, 1 a control failed (with --strict also: a verdict is \
inconclusive), 2 usage or input error, 3 some trials failed, 130 interrupted.";

/// The verbs. `run` is plan, train, measure, judge and report in one; it resumes.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Plan, train, measure, judge and report a study; resumes where it was interrupted.
    Run(RunArgs),
    /// Write a study out as plan.json.
    Plan(RunArgs),
    /// Train what plan.json asks for and is not trained yet.
    Train(WorkArgs),
    /// Measure the trained agents.
    Measure(WorkArgs),
    /// Judge the records by claims, rules, forecasts and ledger; writes verdict.json.
    Judge(JudgeArgs),
    /// Print verdict.json as text, and write it as report.txt.
    Report(FolderArgs),
    /// Write all records as one canonical table.
    Export(ExportArgs),
    /// Write a finished run into one compressed file: plan, records, and all it was judged by.
    Bundle(BundleArgs),
    /// Check a bundle against its ledger and a published hash, run some of its trials again, and
    /// judge it. Exits with 1 where something does not hold.
    Verify(VerifyArgs),
    /// Run and test a study's controls alone.
    Controls(RunArgs),
    /// Lock the forecasts, rules and study as they are now; prints one hash to publish elsewhere.
    Register {
        /// A study's name or file.
        study: String,
    },
    /// List what there is.
    List {
        /// One kind of thing; all kinds where none is named.
        what: Option<Listed>,
    },
    /// List claims with the studies that bear on them, or show one in full.
    Claims {
        /// The claim's number.
        id: Option<u32>,
    },
    /// Show every setting of a world, learner or instrument, or what a study asks.
    Describe {
        /// A name, such as learner.supervised, boolean or counting.
        name: String,
    },
    /// Play a world in the terminal.
    Play(crate::world::PlayArgs),
    /// Search for levels on which two goals of a world ask for different acts.
    TellApart(crate::world::ApartArgs),
    /// Draw an episode of one of a run's agents.
    Replay(crate::replay::ReplayArgs),
    /// Write a study out with every default and a comment at each setting, to be changed.
    Copy {
        /// A study's name or file.
        study: String,
        /// The new file; its name becomes the study's.
        file: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Listed {
    Worlds,
    Learners,
    Planted,
    Instruments,
    Studies,
    Claims,
}

/// Where a run's files are.
#[derive(Debug, Args)]
pub struct FolderArgs {
    /// A study's name or file.
    pub study: String,
    /// Seeds of looking around (quick) or those that a verdict may rest on (standard).
    #[arg(long, value_enum, default_value_t = Preset::Quick)]
    pub preset: Preset,
    /// The folder under which everything is written.
    #[arg(long, value_name = "DIR", default_value = "mesascope-out")]
    pub out: PathBuf,
    /// Change a setting of the study. The run draws seeds of its own, keeps a folder of its own,
    /// and is exploratory; give the same edits to every verb.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
}

/// How much work is done at once, and which part of it.
#[derive(Debug, Args)]
pub struct WorkArgs {
    #[command(flatten)]
    pub folder: FolderArgs,
    /// Threads; all cores where none is named.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// One slice of the trials, K/N, to be run by one of N processes.
    #[arg(long, value_name = "K/N", default_value = "1/1", value_parser = Slice::parse)]
    pub slice: Slice,
}

#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub work: WorkArgs,
    /// Exit with 1 where a verdict is inconclusive.
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Args)]
pub struct JudgeArgs {
    #[command(flatten)]
    pub folder: FolderArgs,
    /// Exit with 1 where a verdict is inconclusive.
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    pub folder: FolderArgs,
    /// JSON lines, comma-separated values or Parquet.
    #[arg(long, value_enum, default_value_t = FileFormat::Jsonl)]
    pub format: FileFormat,
    /// The file to write; standard output where none is named.
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct BundleArgs {
    #[command(flatten)]
    pub folder: FolderArgs,
    /// The file to write; its name ends in .bundle.gz.
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The bundle.
    pub bundle: PathBuf,
    /// The hash that `register` printed and somebody published.
    #[arg(long, value_name = "HASH")]
    pub hash: Option<String>,
    /// How many trials, drawn at random, are run again and compared byte for byte.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub sample: usize,
    /// Draw the same trials as an earlier verification did.
    #[arg(long, value_name = "SEED")]
    pub seed: Option<u64>,
    /// Write the report as text, too.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Preset {
    Quick,
    Standard,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FileFormat {
    Jsonl,
    Csv,
    Parquet,
}

impl From<Preset> for Namespace {
    fn from(preset: Preset) -> Namespace {
        match preset {
            Preset::Quick => Namespace::Quick,
            Preset::Standard => Namespace::Standard,
        }
    }
}

impl From<FileFormat> for Format {
    fn from(format: FileFormat) -> Format {
        match format {
            FileFormat::Jsonl => Format::JsonLines,
            FileFormat::Csv => Format::Csv,
            FileFormat::Parquet => Format::Parquet,
        }
    }
}
