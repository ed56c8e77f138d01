//! How many pages a second the server can give, beside an empty handler that gives nothing.

use std::time::Duration;

use hyper::header::{ACCEPT_ENCODING, HeaderValue};

use crate::ground::Ground;
use crate::load::{Connection, get, page, saturate};
use crate::process::Process;
use crate::report::{Report, Samples};
use crate::{Failure, Scale};

const CONNECTIONS: usize = 64;

const SPAN: Duration = Duration::from_secs(2);

struct Kind {
    figure: &'static str,
    path: String,
    cookie: Option<String>,
    /// What stands on it, by the rows.
    holds: Vec<String>,
    /// A part of the empty handler's rate.
    goal: Option<f64>,
}

pub async fn measure(ground: &Ground, scale: &Scale, report: &mut Report) -> Result<(), Failure> {
    let kinds = kinds(ground);
    let mut rates = vec![Vec::new(); kinds.len()];
    let mut empties = vec![Vec::new(); kinds.len()];
    for _ in 0..scale.rounds {
        let place = ground.fresh()?;
        let server = Process::serve(&place).await?;
        let empty = Process::play("serve-empty", None).await?;
        for ((kind, rates), empties) in kinds.iter().zip(&mut rates).zip(&mut empties) {
            let cookie = kind.cookie.as_deref();
            let seen = get(server.address, &kind.path, cookie).await?;
            let text = String::from_utf8(seen.body.to_vec())?;
            if let Some(missing) = kind.holds.iter().find(|part| !text.contains(*part)) {
                return Err(format!("{}: {missing} is not on the page", kind.path).into());
            }
            for (process, least, rates) in [(&server, 1_000, rates), (&empty, 0, empties)] {
                let connections = Connection::open_all(process.address, CONNECTIONS).await?;
                let mut request = page(process.address, &kind.path, cookie);
                request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate, br"));
                rates.push(saturate(connections, &request, least, SPAN).await?);
            }
        }
        eprintln!("  pages: all answers 200, as the rows have it");
        empty.stop().await?;
        server.stop().await?;
    }
    for ((kind, rates), empties) in kinds.into_iter().zip(rates).zip(empties) {
        let samples = Samples::alone(kind.figure, "1/s", rates).beside(empties);
        let samples = if let Some(goal) = kind.goal { samples.at_least(goal) } else { samples };
        report.add(ground.setting("pages"), samples);
    }
    Ok(())
}

fn kinds(ground: &Ground) -> [Kind; 4] {
    let seeded = &ground.seeded;
    let person = &seeded.people[0];
    let kind = |figure, path: &str, signed_in: bool| Kind {
        figure,
        path: path.into(),
        cookie: signed_in.then(|| person.cookie.clone()),
        holds: [seeded.many[0].title.clone()]
            .into_iter()
            .chain(signed_in.then(|| person.name.clone()))
            .collect(),
        goal: (!signed_in).then_some(1.0 / 3.0),
    };
    let run = seeded.many[0].path.as_str();
    [
        kind("catalogue, signed out, beside an empty handler", "/courses", false),
        kind("catalogue, signed in, beside an empty handler", "/courses", true),
        kind("a run, signed out, beside an empty handler", run, false),
        kind("a run, signed in, beside an empty handler", run, true),
    ]
}
