//! What the release weighs: bytes to install and to download, time until it answers, memory while nobody asks.

use std::time::Duration;

use server::config::Database;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::load::{get, milliseconds};
use crate::process::{Process, release};
use crate::report::{Report, Samples, Setting};
use crate::{Failure, Scale};

/// What a page with the seat plan fetches: the starter, the glue and the module.
const SCRIPTS: [&str; 3] = ["site/islands.js.br", "site/pkg/web.js.br", "site/pkg/web_bg.wasm.br"];

/// After this nothing that the start began is still going on.
const SETTLED: Duration = Duration::from_secs(2);

pub async fn measure(scale: &Scale, report: &mut Report) -> Result<(), Failure> {
    let files = Setting { bench: "size", database: None, disk: None };
    report.add(files, Samples::alone("binary", "kB", kilobytes(&["server"])?));
    report
        .add(files, Samples::alone("wasm and JavaScript, brotli", "kB", kilobytes(&SCRIPTS)?).at_most(150.0));
    report.add(files, Samples::alone("style sheet, brotli", "kB", kilobytes(&["site/pkg/style.css.br"])?));

    let data = TempDir::new()?;
    let database = Database::Sqlite(data.path().join("centre.db"));
    let (mut starts, mut resident, mut scripts) = (Vec::new(), Vec::new(), Vec::new());
    // The first start makes the database; the figure is that of every later one.
    for round in 0..=scale.rounds {
        let server = Process::serve_from(data.path(), &database, None, &[]).await?;
        if round > 0 {
            sleep(SETTLED).await;
            starts.push(milliseconds(server.start));
            resident.push(server.resident()? / 1e6);
            let page = String::from_utf8(get(server.address, "/courses", None).await?.body.to_vec())?;
            scripts.push(page.matches("<script").count() as f64);
        }
        server.stop().await?;
    }
    report.add(files, Samples::alone("scripts on a page without an island", "", scripts).at_most(0.0));
    let running = Setting { database: Some("sqlite"), ..files };
    report.add(running, Samples::alone("start until ready", "ms", starts));
    report.add(running, Samples::alone("resident memory, idle", "MB", resident));
    Ok(())
}

fn kilobytes(files: &[&str]) -> Result<Vec<f64>, Failure> {
    let mut bytes = 0;
    for file in files {
        bytes += std::fs::metadata(release().join(file))?.len();
    }
    Ok(vec![bytes as f64 / 1000.0])
}
