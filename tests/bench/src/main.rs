//! The bench: measures the release beside what this machine can do at most, and says which goals are met.
//!
//! `./dev bench` builds the release and runs it. `PERFORMANCE.md` says what is measured and how.

mod baseline;
mod broadcasts;
mod calendar;
mod crowd;
mod decade;
mod draw;
mod ground;
mod load;
mod marking;
mod pages;
mod process;
mod report;
mod role;
mod rows;
mod rush;
mod seed;
mod size;
mod statistics;
mod watchers;
mod writer;

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use rustix::process::{Resource, getrlimit, setrlimit};

use crate::ground::{Disk, Engine, Ground};
use crate::report::Report;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures the release. Without a name, everything.
#[derive(Parser)]
#[command(name = "bench", args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    role: Option<Role>,
    /// What to measure
    benches: Vec<Bench>,
    /// On this database only
    #[arg(long)]
    database: Option<Engine>,
    /// With this disk only: as it is, or with 5 ms added to every sync
    #[arg(long)]
    disk: Option<Disk>,
    #[command(flatten)]
    scale: Scale,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bench {
    Size,
    Draw,
    Rush,
    Pages,
    Watchers,
    Calendar,
    Broadcasts,
    Statistics,
    Marking,
}

/// How much of everything. The goals are those of the full numbers.
#[derive(Args)]
struct Scale {
    /// Figures are medians of so many rounds
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Who apply at once, each on a connection of their own
    #[arg(long, default_value_t = 5_000)]
    people: usize,
    /// Who watch the seat plan meanwhile
    #[arg(long, default_value_t = 3_000)]
    watchers: usize,
    /// Event streams of the bench `watchers`
    #[arg(long, default_value_t = 5_000)]
    streams: usize,
    /// Runs of ten years in the bench `statistics`
    #[arg(long, default_value_t = statistics::RUNS)]
    runs: usize,
    /// Who check in at a kiosk in the bench `marking`, 30 ms apart
    #[arg(long, default_value_t = marking::CHECK_INS)]
    check_ins: usize,
    /// Who take part in the bench `draw`
    #[arg(long, default_value_t = draw::APPLICANTS, value_parser = clap::value_parser!(u32).range(2..))]
    applicants: u32,
}

/// What this program starts itself as.
#[derive(Subcommand)]
enum Role {
    #[command(hide = true)]
    ServeEmpty { address: SocketAddr },
    #[command(hide = true)]
    ServeBaseline { address: SocketAddr, database: String },
    #[command(hide = true)]
    Write { first: String, second: String },
    #[command(hide = true)]
    Afternoon { database: String },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    if let (Some(_), Some(library)) = (&cli.role, std::env::var_os("LD_PRELOAD")) {
        process::must_have_loaded(std::process::id(), library.as_ref())?;
    }
    match cli.role {
        None => measure(cli).await,
        Some(Role::ServeEmpty { address }) => role::serve_empty(address).await,
        Some(Role::ServeBaseline { address, database }) => baseline::serve(address, &database).await,
        Some(Role::Write { first, second }) => {
            println!("{}", serde_json::to_string(&writer::measure(&first, &second).await?)?);
            Ok(())
        }
        Some(Role::Afternoon { database }) => {
            println!("{}", serde_json::to_string(&calendar::bare(&database).await?)?);
            Ok(())
        }
    }
}

async fn measure(cli: Cli) -> Result<(), Failure> {
    open_many_files(cli.scale.people + cli.scale.watchers.max(cli.scale.streams).max(cli.scale.check_ins))?;
    let wants = |bench| cli.benches.is_empty() || cli.benches.contains(&bench);
    let mut report = Report::default();
    if wants(Bench::Size) {
        eprintln!("» size");
        size::measure(&cli.scale, &mut report).await?;
    }
    if wants(Bench::Draw) {
        eprintln!("» draw");
        draw::measure(&cli.scale, &mut report)?;
    }
    let engines = Engine::value_variants().iter().filter(|it| cli.database.is_none_or(|only| only == **it));
    for &engine in engines {
        let disks = Disk::value_variants().iter().filter(|it| cli.disk.is_none_or(|only| only == **it));
        for &disk in disks {
            // Who only reads never waits for the disk.
            let reads = wants(Bench::Pages) && disk == Disk::Plain;
            eprintln!("» {engine:?}, {disk:?} disk");
            if wants(Bench::Calendar) {
                let ground = Ground::prepare(engine, disk, decade::seed).await?;
                calendar::measure(&ground, &cli.scale, &mut report).await?;
            }
            // Nothing in it waits for the disk often enough to tell.
            if wants(Bench::Broadcasts) && disk == Disk::Plain {
                let ground = Ground::prepare(engine, disk, async |_| Ok(())).await?;
                broadcasts::measure(&ground, &cli.scale, &mut report).await?;
            }
            if wants(Bench::Statistics) && disk == Disk::Plain {
                let ground =
                    Ground::prepare(engine, disk, async |db| statistics::seed(db, cli.scale.runs).await)
                        .await?;
                statistics::measure(&ground, &cli.scale, &mut report).await?;
            }
            if wants(Bench::Marking) {
                let Scale { people, check_ins, .. } = cli.scale;
                let ground =
                    Ground::prepare(engine, disk, async |db| marking::seed(db, people, check_ins).await)
                        .await?;
                marking::measure(&ground, &cli.scale, &mut report).await?;
            }
            if !(reads || wants(Bench::Rush) || wants(Bench::Watchers)) {
                continue;
            }
            let ground =
                Ground::prepare(engine, disk, async |db| seed::seed(db, cli.scale.people).await).await?;
            if wants(Bench::Rush) {
                rush::measure(&ground, &cli.scale, &mut report).await?;
            }
            if reads {
                pages::measure(&ground, &cli.scale, &mut report).await?;
            }
            if wants(Bench::Watchers) {
                watchers::measure(&ground, &cli.scale, &mut report).await?;
            }
        }
    }
    report.write(&process::target().join("bench.json"))?;
    report.print();
    Ok(())
}

/// Every connection is a file, here and in the server, which inherits the limit.
fn open_many_files(connections: usize) -> Result<(), Failure> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit)?;
    let wanted = u64::try_from(connections)? + 1_000;
    match limit.maximum {
        Some(most) if most < wanted => {
            Err(format!("{wanted} open files are needed, {most} allowed: raise the hard limit").into())
        }
        _ => Ok(()),
    }
}
