//! The draw of a lottery and the check of its record, beside a plain sort of the same codes by the hash of each. It asks no
//! database and no server.

use domain::course::RunCode;
use domain::registration::draw::{Drawn, Fault, Occasion, Record, Secret, Ticket, draw};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::load::milliseconds;
use crate::report::{Report, Samples, Setting};
use crate::{Failure, Scale};

/// Ten times as many as the district has ever had for anything.
pub const APPLICANTS: u32 = 100_000;

const RUN: &str = "P21-014";
const PUBLIC_VALUE: &str = "4 12 22 24 33 41";

pub fn measure(scale: &Scale, report: &mut Report) -> Result<(), Failure> {
    let tickets: Vec<Ticket> = (0..scale.applicants).map(ticket).collect();
    let secret = Secret::from_bytes([7; Secret::BYTES]);
    let (mut draws, mut checks, mut sorts) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..scale.rounds {
        let begun = Instant::now();
        let sorted = sort(&tickets);
        sorts.push(milliseconds(begun.elapsed()));
        let begun = Instant::now();
        let drawn = draw(&secret, RUN, PUBLIC_VALUE, &tickets);
        draws.push(milliseconds(begun.elapsed()));
        let json = serde_json::to_vec(&record(&secret, &drawn)?)?;
        let begun = Instant::now();
        let verdict = Record::read(&json)?.verify();
        checks.push(milliseconds(begun.elapsed()));
        verdict.map_err(|faults| format!("what was drawn is not true: {faults:?}"))?;
        must_be_permutation(&drawn, sorted)?;
        must_be_found(&json)?;
    }
    let setting = Setting { bench: "draw", database: None, disk: None };
    report.add(setting, Samples::alone("draw, beside a sort by hash", "ms", draws).beside(sorts.clone()));
    report
        .add(setting, Samples::alone("record read and checked, beside the sort", "ms", checks).beside(sorts));
    Ok(())
}

/// Different for different numbers, and not in their order.
fn ticket(number: u32) -> Ticket {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let bits = u64::from(number).wrapping_mul(ODD);
    Ticket::from_bytes(std::array::from_fn(|index| (bits >> (5 * index)) as u8))
}

/// The least that any draw by lots does.
fn sort(tickets: &[Ticket]) -> Vec<Ticket> {
    let mut keyed: Vec<([u8; 32], Ticket)> =
        tickets.iter().map(|ticket| (Sha256::digest(ticket.as_str()).into(), ticket.clone())).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, ticket)| ticket).collect()
}

fn record(secret: &Secret, drawn: &Drawn) -> Result<Record, Failure> {
    let occasion = Occasion {
        run: RunCode::parse(RUN).ok_or("a code")?,
        places: 50,
        committed_at: "2021-01-04T00:00:00Z".parse()?,
        listed_at: "2021-01-28T09:00:00Z".parse()?,
        public_source: "로또6/45 제952회 당첨번호, 작은 수부터".into(),
        public_value: PUBLIC_VALUE.into(),
        drawn_at: "2021-01-30T12:00:00Z".parse()?,
    };
    Ok(Record::of(occasion, secret, drawn))
}

fn must_be_permutation(drawn: &Drawn, mut tickets: Vec<Ticket>) -> Result<(), Failure> {
    let mut order: Vec<&Ticket> = drawn.order.iter().map(|lot| &lot.ticket).collect();
    order.sort_unstable();
    tickets.sort_unstable();
    if order.into_iter().eq(&tickets) { Ok(()) } else { Err("not everybody was drawn once".into()) }
}

/// A check that finds nothing where the last two have changed places measures nothing.
fn must_be_found(json: &[u8]) -> Result<(), Failure> {
    let mut record = Record::read(json)?;
    let last = record.order.len() - 1;
    record.order.swap(last - 1, last);
    match record.verify() {
        Err(faults) if matches!(faults[..], [Fault::Rank(_), Fault::Order(_)]) => Ok(()),
        verdict => Err(format!("two have changed places, and the check says {verdict:?}").into()),
    }
}
