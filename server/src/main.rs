//! The program's acts: serve, migrate, add a user, back up, upgrade, check a draw.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::Utc;
use clap::{Parser, Subcommand};
use domain::broadcast::reseal::reseal;
use domain::centre::Centre;
use domain::clock::Clock;
use server::config::{Config, Flags, LogFormat};
use server::draw::Verdict;
use server::upgrade::{Insisting, Release};
use server::{database, demo, draw, import, serve, upgrade, user};
use tracing_subscriber::EnvFilter;

/// In a rush a third of the server's time went into allocating with the one of libc (`PERFORMANCE.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Courses, seats and people of a learning centre.
///
/// Settings come from flags, the environment and a TOML file, in this order.
#[derive(Parser)]
#[command(name = "server", version)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Act(Act),
    /// Keys for what the database keeps sealed
    #[command(subcommand)]
    Secret(SecretAct),
    /// Draws of lotteries
    #[command(subcommand)]
    Draw(DrawAct),
}

/// What is done with the settings and the database.
#[derive(Subcommand)]
enum Act {
    /// Brings the database to today's schema and serves the site
    Serve {
        /// Serves made-up people and courses; an empty database is filled with them first
        #[arg(long)]
        demo: bool,
    },
    /// Fills an empty database with the demonstration
    Demo,
    /// Rooms and seats
    #[command(subcommand)]
    Space(SpaceAct),
    /// Public holidays
    #[command(subcommand)]
    Holiday(HolidayAct),
    /// The programme
    #[command(subcommand)]
    Course(CourseAct),
    /// Uses of the studio
    #[command(subcommand)]
    Studio(StudioAct),
    /// Brings the database to today's schema
    Migrate,
    /// Accounts
    #[command(subcommand)]
    User(UserAct),
    /// Seals the stored secrets anew with the first of the settings' keys; the others can then be taken out of them
    Reseal,
    /// Copies the whole database into a new file, also while the site is being served
    Backup { file: PathBuf },
    /// Takes this release into use: copies the database, brings it to today's schema, makes `current` lead here
    ///
    /// Refuses from an hour before a run opens for applications until a quarter of an hour after it, and where the
    /// release in use, asked with `check`, does not say that it could come back. The copy is before-upgrade.copy in the
    /// data folder, and is read once before anything is changed; a server removes it after five days. Where any of this
    /// fails, the release before stays in use, and the database as it was. The site may be served meanwhile; restart it
    /// afterwards.
    Upgrade {
        /// Also shortly before or after an opening
        #[arg(long)]
        even_now: bool,
        /// Also where the release in use could not come back, or does not answer when it is asked
        #[arg(long)]
        no_way_back: bool,
    },
    /// Takes the release before into use again: makes `current` lead there, and leaves the database as it is
    ///
    /// Nothing that was booked since the upgrade is lost. Refuses where the release before can't work on the database
    /// as it is, and around openings as `upgrade` does.
    Back {
        /// Also shortly before or after an opening
        #[arg(long)]
        even_now: bool,
    },
    /// Says whether this release can work on the database as it is; changes nothing
    Check {
        /// Migrations of a later release that are taken to be done there too
        coming: Vec<String>,
    },
}

#[derive(Subcommand)]
enum UserAct {
    /// Adds an account, as for the first administrator
    Add(user::NewUser),
}

#[derive(Subcommand)]
enum SecretAct {
    /// Prints a new key, for `keys` in the section `[secrets]` of the settings: before the others there
    New,
}

#[derive(Subcommand)]
enum DrawAct {
    /// Says whether the published record of a draw is true; needs neither settings nor a database
    ///
    /// Ends with 0 if every rank follows from the rule, with 1 and each fault if not, with 2 if the file is no record.
    Verify { file: PathBuf },
}

#[derive(Subcommand)]
enum SpaceAct {
    /// Brings rooms and seats in: all of them, or nothing and why
    Import { spaces: PathBuf, seats: PathBuf },
}

#[derive(Subcommand)]
enum StudioAct {
    /// Brings uses in: all of them, or nothing and why; those whose code is known stay as they are
    Import { file: PathBuf },
}

#[derive(Subcommand)]
enum HolidayAct {
    /// Brings holidays in: all of them, or nothing and why
    Import { file: PathBuf },
}

#[derive(Subcommand)]
enum CourseAct {
    /// Brings a programme in: all of it, or nothing and why
    Import {
        file: PathBuf,
        /// Only says what would be done
        #[arg(long)]
        dry_run: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// The variables that are text; the others are nobody's setting.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        Command::Act(act) => act_on(&cli.flags, act).await.map(|()| ExitCode::SUCCESS),
        // The settings are not read: a key may be what they lack.
        Command::Secret(SecretAct::New) => {
            println!("{}", domain::seal::fresh_key());
            Ok(ExitCode::SUCCESS)
        }
        // Nor here: whoever checks a draw has none.
        Command::Draw(DrawAct::Verify { file }) => {
            let verdict = draw::verify(&file);
            match &verdict {
                Verdict::True(_) => println!("{verdict}"),
                Verdict::False(_) | Verdict::Unreadable(_) => eprintln!("{verdict}"),
            }
            Ok(ExitCode::from(verdict.exit_code()))
        }
    }
}

async fn act_on(flags: &Flags, act: Act) -> Result<(), Failure> {
    let config = Config::read(flags, environment())?;
    start_log(config.log);
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "the cryptography of TLS was set up twice")?;
    match act {
        Act::Serve { demo: false } => serve::serve(open(&config).await?, config).await,
        Act::Serve { demo: true } => {
            let config = config.for_demonstration();
            let centre = open(&config).await?;
            show_demo(&centre, &config).await?;
            serve::serve(centre, config).await
        }
        Act::Demo => {
            let config = config.for_demonstration();
            show_demo(&open(&config).await?, &config).await
        }
        Act::Space(SpaceAct::Import { spaces, seats }) => {
            import::spaces(&open(&config).await?, &spaces, &seats).await?;
            println!("The rooms and seats are in.");
            Ok(())
        }
        Act::Holiday(HolidayAct::Import { file }) => {
            let count = import::holidays(&open(&config).await?, &file).await?;
            println!("{count} holidays are in.");
            Ok(())
        }
        Act::Course(CourseAct::Import { file, dry_run }) => {
            let report = import::courses(&open(&config).await?, &file, dry_run).await?;
            println!("{report}");
            Ok(())
        }
        Act::Studio(StudioAct::Import { file }) => {
            let report = import::uses(&open(&config).await?, &file).await?;
            println!("{} uses are in, {} were.", report.created, report.known);
            Ok(())
        }
        Act::Migrate => open(&config).await.map(|_| println!("The schema is today's.")),
        Act::User(UserAct::Add(new)) => {
            let centre = open(&config).await?;
            let id = user::add(&centre, &new).await?;
            println!("Account {id}: they sign in with a code sent to that address.");
            Ok(())
        }
        Act::Reseal => {
            let count = reseal(&open(&config).await?).await?;
            println!("{count} secrets were sealed anew.");
            Ok(())
        }
        Act::Backup { file } => Ok(database::backup(&config.database, &file).await?),
        Act::Upgrade { even_now, no_way_back } => {
            let (release, insisting) = (Release::own()?, Insisting { even_now, no_way_back });
            let done =
                upgrade::upgrade(&config.database, &config.data, &clock(), &release, insisting).await?;
            println!("{done}");
            Ok(())
        }
        Act::Back { even_now } => {
            let release = Release::own()?;
            let done = upgrade::back(&config.database, &config.data, &clock(), &release, even_now).await?;
            println!("{done}");
            Ok(())
        }
        Act::Check { coming } => {
            database::check(&database::connect(&config.database).await?, &coming).await?;
            println!("This release can work on the database.");
            Ok(())
        }
    }
}

/// Fills an empty database, and says how to sign in.
async fn show_demo(centre: &Centre, config: &Config) -> Result<(), Failure> {
    if demo::load(centre).await? {
        println!("The demonstration is loaded.");
    }
    println!("\nSign in at {}/sign-in with the password {}:", config.settings.public_url, demo::PASSWORD);
    for account in &demo::ACCOUNTS {
        println!("  {:<30} {}", account.address, account.what);
    }
    println!("Letters and text messages are files in {}\n", config.outbox().display());
    Ok(())
}

/// Connects and migrates, so that no act ever meets an older schema.
async fn open(config: &Config) -> Result<Centre, Failure> {
    let connection = database::connect(&config.database).await?;
    database::migrate(&connection).await?;
    Ok(Centre::new(connection, clock(), config.settings.clone()))
}

fn clock() -> Clock {
    Clock::new(Utc::now)
}

/// To standard error. `RUST_LOG` chooses what is logged.
fn start_log(format: LogFormat) {
    let quiet = "info,sqlx=warn,sea_orm_migration=warn,tower_sessions=error,tower_sessions_core=error";
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(quiet));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
