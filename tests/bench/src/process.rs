//! The processes that are measured: the released server, and this program itself in another role.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use hyper::StatusCode;
use rustix::process::{Pid, Signal};
use server::config::Database;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::ground::Place;
use crate::{Failure, load};

/// How long a process may take to answer, and to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// Something that listens on this machine. It ends with the value.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    /// From its start until it said that it is ready.
    pub start: Duration,
}

/// The folder that `./dev release` makes.
pub fn release() -> PathBuf {
    target().join("centre")
}

/// Where reports go.
pub fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}

impl Process {
    /// The released server, as an office would start it, its log in a file.
    pub async fn serve(place: &Place) -> Result<Self, Failure> {
        Self::serve_with(place, &[]).await
    }

    /// With these settings, each `KEY=VALUE`.
    pub async fn serve_with(place: &Place, settings: &[String]) -> Result<Self, Failure> {
        Self::serve_from(place.folder(), &place.database, place.slow.as_deref(), settings).await
    }

    pub async fn serve_from(
        data: &Path,
        database: &Database,
        slow: Option<&Path>,
        settings: &[String],
    ) -> Result<Self, Failure> {
        let address = free_address()?;
        let mut command = Command::new(release().join("server"));
        command.arg("--site").arg(release().join("site")).arg("--data").arg(data);
        command.args(settings.iter().flat_map(|setting| ["--set", setting]));
        command.args(["--listen", &address.to_string(), "serve"]);
        if let Database::Postgres(url) = database {
            command.env("DATABASE_URL", url);
        }
        command.stdin(Stdio::null()).stderr(std::fs::File::create(data.join("log"))?);
        Self::start(command, address, "/readyz", slow).await
    }

    /// This program in another role, serving.
    pub async fn play(role: &str, place: Option<&Place>) -> Result<Self, Failure> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args([role, &address.to_string()]);
        if let Some(place) = place {
            command.arg(place.url());
        }
        // Its end tells the role that nobody needs it any more.
        command.stdin(Stdio::piped());
        Self::start(command, address, "/", place.and_then(|place| place.slow.as_deref())).await
    }

    async fn start(
        mut command: Command,
        address: SocketAddr,
        path: &str,
        slow: Option<&Path>,
    ) -> Result<Self, Failure> {
        preload(&mut command, slow);
        let begun = Instant::now();
        let mut child = command.kill_on_drop(true).spawn()?;
        while !load::get(address, path, None).await.is_ok_and(|page| page.status == StatusCode::OK) {
            if let Some(status) = child.try_wait()? {
                return Err(format!("{command:?} ended with {status}").into());
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("{command:?} does not answer").into());
            }
            sleep(Duration::from_millis(2)).await;
        }
        let process = Self { child, address, start: begun.elapsed() };
        match slow {
            Some(library) => must_have_loaded(process.id()?, library).map(|()| process),
            None => Ok(process),
        }
    }

    fn id(&self) -> Result<u32, Failure> {
        self.child.id().ok_or_else(|| "the process has ended".into())
    }

    /// Bytes of memory it holds.
    pub fn resident(&self) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no VmRSS")?;
        Ok(kilobytes.parse::<f64>()? * 1024.0)
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(mut self) -> Result<(), Failure> {
        let id = Pid::from_raw(i32::try_from(self.id()?)?).ok_or("a process without a number")?;
        rustix::process::kill_process(id, Signal::TERM)?;
        timeout(PATIENCE, self.child.wait()).await??;
        Ok(())
    }
}

/// Runs this program in another role to its end, and returns what it wrote.
pub async fn ask(role: &str, places: &[&Place]) -> Result<String, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(role).args(places.iter().map(|place| place.url()));
    preload(&mut command, places.iter().find_map(|place| place.slow.as_deref()));
    let output = command.stderr(Stdio::inherit()).kill_on_drop(true).output().await?;
    if !output.status.success() {
        return Err(format!("{command:?} ended with {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn preload(command: &mut Command, library: Option<&Path>) {
    if let Some(library) = library {
        command.env("LD_PRELOAD", library);
    }
}

/// Fails where the loader has passed over the library: the figures would be those of another disk.
pub fn must_have_loaded(process: u32, library: &Path) -> Result<(), Failure> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))?;
    if maps.contains(&library.display().to_string()) {
        return Ok(());
    }
    Err(format!("process {process} has not loaded {}", library.display()).into())
}

fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
