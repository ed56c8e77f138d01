//! Whoever changes anything in a record that follows from something else is found out.

use std::collections::BTreeSet;

use domain::registration::draw::{Digest, Record, Secret, Ticket, draw};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tests::amount;

use super::{RUN, Words, judged, record, ticket};

/// A digit of a hash becomes another one.
fn change(hash: &mut String) {
    let other = if hash.ends_with('0') { "1" } else { "0" };
    hash.replace_range(63.., other);
}

fn renumber(record: &mut Record) {
    for (rank, line) in (1..).zip(&mut record.order) {
        line.rank = rank;
    }
}

fn tickets(record: &Record) -> Vec<Ticket> {
    record.order.iter().map(|line| Ticket::parse(&line.ticket).unwrap()).collect()
}

#[test]
fn each_thing_that_is_changed_is_named() {
    type Change = fn(&mut Record);
    let changes: &[(Change, &[&str])] = &[
        (|it| it.version = "learning-centre draw 2".into(), &["version"]),
        (|it| it.version += " ", &["version"]),
        (|it| it.rule = "First come, first served.".into(), &["rule"]),
        (|it| it.run = "P21-015".into(), &["commitment", "list-hash", "seed"]),
        (|it| it.run = "p21-014".into(), &["run", "commitment", "list-hash", "seed"]),
        (|it| it.run = "P21-014\n".into(), &["run", "commitment", "list-hash", "seed"]),
        (|it| it.run = "P21-014P21-014P21-014".into(), &["run", "commitment", "list-hash", "seed"]),
        (|it| change(&mut it.commitment), &["commitment"]),
        (|it| it.commitment = it.commitment.to_uppercase(), &["commitment"]),
        (|it| it.committed_at = it.listed_at, &["listed-too-early"]),
        (
            |it| std::mem::swap(&mut it.committed_at, &mut it.drawn_at),
            &["listed-too-early", "drawn-too-early"],
        ),
        (|it| it.drawn_at = it.listed_at, &["drawn-too-early"]),
        (|it| change(&mut it.list_hash), &["list-hash", "seed"]),
        (|it| it.public_value = "4 12 22 24 33 42".into(), &["seed"]),
        (|it| it.public_value = "4 12  22 24 33 41".into(), &["public-value", "seed"]),
        (|it| it.public_value += "\u{2003}", &["public-value", "seed"]),
        (|it| it.public_value += "\u{1c}", &["seed"]),
        (|it| it.public_value = "\u{110c}\u{1166}".into(), &["public-value", "seed"]),
        (|it| it.public_value = String::new(), &["public-value", "seed"]),
        (|it| change(&mut it.secret), &["commitment", "seed"]),
        (|it| it.secret = "07".repeat(31), &["secret"]),
        (|it| it.secret = it.secret.replace('7', "F"), &["secret"]),
        (|it| change(&mut it.seed), &["seed", "lot"]),
        (|it| it.seed = it.seed.to_uppercase(), &["seed"]),
        (|it| it.order[0].rank = 2, &["rank"]),
        (|it| it.order.iter_mut().for_each(|line| line.rank -= 1), &["rank"]),
        (|it| change(&mut it.order[2].lot), &["lot"]),
        (|it| it.order[2].lot = it.order[2].lot.to_uppercase(), &["lot"]),
        (|it| it.order[2].lot = String::new(), &["lot", "order"]),
        (|it| it.order[2].ticket = ticket(99).to_string(), &["list-hash", "lot"]),
        (|it| it.order[2].ticket = it.order[2].ticket.replace('-', ""), &["ticket", "list-hash", "lot"]),
        (|it| it.order[2].ticket = it.order[2].ticket.replace('0', "O"), &["ticket", "list-hash", "lot"]),
        (|it| it.order[2].ticket.push('\n'), &["ticket", "list-hash", "lot"]),
        (|it| it.order[2].ticket = it.order[1].ticket.clone(), &["ticket-twice", "list-hash", "lot"]),
        // Somebody is moved up, with the rank; or with another's lot as well.
        (|it| it.order.swap(0, 4), &["rank", "order"]),
        (
            |it| {
                it.order.swap(0, 4);
                renumber(it);
            },
            &["order"],
        ),
        (
            |it| {
                let last = it.order[4].ticket.clone();
                it.order[4].ticket = std::mem::replace(&mut it.order[0].ticket, last);
            },
            &["lot"],
        ),
        // Somebody is left out, put in, put in twice.
        (
            |it| {
                it.order.remove(0);
                renumber(it);
            },
            &["list-hash"],
        ),
        (
            |it| {
                let mut line = it.order[0].clone();
                line.ticket = ticket(99).to_string();
                it.order.insert(0, line);
                renumber(it);
            },
            &["list-hash", "lot", "order"],
        ),
        (
            |it| {
                it.order.insert(0, it.order[0].clone());
                renumber(it);
            },
            &["ticket-twice", "list-hash", "order"],
        ),
        (|it| it.order.clear(), &["list-hash"]),
        // Somebody is left out and the list hash is made to fit; then the draw is made anew under a secret that nobody
        // committed to.
        (
            |it| {
                it.order.remove(0);
                renumber(it);
                let tickets = tickets(it);
                it.list_hash = domain::registration::draw::list_hash(RUN, &tickets).to_string();
            },
            &["seed"],
        ),
        (
            |it| {
                let secret = Secret::from_bytes([8; Secret::BYTES]);
                let drawn = draw(&secret, RUN, &it.public_value, &tickets(it));
                it.seed = drawn.seed.to_string();
                it.secret = secret.hex();
                for (line, lot) in it.order.iter_mut().zip(drawn.order) {
                    (line.ticket, line.lot) = (lot.ticket.to_string(), lot.lot.to_string());
                }
            },
            &["commitment"],
        ),
    ];
    let contents: Vec<Vec<u8>> = changes
        .iter()
        .map(|(change, _)| {
            let mut record = record(5);
            change(&mut record);
            serde_json::to_vec(&record).unwrap()
        })
        .collect();
    let named = judged(&contents);
    let missed = (0..).zip(&named).zip(changes).filter(|((_, words), (_, expected))| words != expected);
    let missed: Vec<_> = missed.map(|((number, words), (_, expected))| (number, words, expected)).collect();
    assert!(missed.is_empty(), "by their numbers from 0: {missed:?}");
}

/// The draw is bound to what was published before it, not to what anybody says afterwards: this is what
/// the description says that no record can say.
#[test]
fn what_does_not_follow_from_anything_is_for_those_who_saw_it_before() {
    let mut changed = record(5);
    changed.places = 4;
    changed.public_source = "주사위".into();
    changed.committed_at -= chrono::TimeDelta::days(1);
    let secret = Secret::from_bytes([7; Secret::BYTES]);
    let fewer: Vec<Ticket> = (1..5).map(ticket).collect();
    let mut anew = Record { order: Vec::new(), ..record(5) };
    let drawn = draw(&secret, RUN, &anew.public_value, &fewer);
    (anew.list_hash, anew.seed) = (drawn.list_hash.to_string(), drawn.seed.to_string());
    anew.order = record(4).order;
    for (line, lot) in anew.order.iter_mut().zip(&drawn.order) {
        (line.ticket, line.lot) = (lot.ticket.to_string(), lot.lot.to_string());
    }
    let contents = [changed, anew.clone()].map(|record| serde_json::to_vec(&record).unwrap());
    assert_eq!(judged(&contents), [Words::new(), Words::new()]);
    assert_ne!(
        anew.list_hash,
        record(5).list_hash,
        "whoever noted the list hash sees that somebody is missing"
    );
}

/// True are a record and one that says the same of all that follows from something, and nothing else is.
#[test]
fn whatever_is_changed_is_found_and_both_verifiers_name_the_same_faults() {
    let mut dice = StdRng::seed_from_u64(7);
    let cases = amount("PROOF_CASES", 600);
    let originals: Vec<Record> = (0..cases).map(|_| record(dice.random_range(1..6))).collect();
    let contents: Vec<Vec<u8>> = originals.iter().map(|original| tampered(&mut dice, original)).collect();
    let mut seen = BTreeSet::new();
    for ((words, original), content) in judged(&contents).into_iter().zip(&originals).zip(&contents) {
        let is_same = Record::read(content).is_ok_and(|read| says_the_same(&read, original));
        assert_eq!(words.is_empty(), is_same, "{words:?}: {}", String::from_utf8_lossy(content));
        seen.extend(words);
    }
    assert_eq!(seen.len(), 16, "not every fault came up: {seen:?}");
}

fn says_the_same(read: &Record, original: &Record) -> bool {
    let Record { places, public_source, committed_at, listed_at, drawn_at, .. } = original.clone();
    let is_timely = read.committed_at < read.listed_at && read.listed_at < read.drawn_at;
    is_timely
        && Record { places, public_source, committed_at, listed_at, drawn_at, ..read.clone() } == *original
}

/// The record with one to three changes, and sometimes a character of its text after that.
fn tampered(dice: &mut StdRng, original: &Record) -> Vec<u8> {
    let mut value = serde_json::to_value(original).unwrap();
    for _ in 0..dice.random_range(1..=3) {
        match dice.random_range(0..6) {
            0 => change_lines(dice, &mut value),
            1 => {
                if let Some(line) = value["order"].as_array_mut().and_then(|lines| lines.first_mut()) {
                    change_member(dice, line);
                }
            }
            _ => change_member(dice, &mut value),
        }
    }
    let mut text = value.to_string();
    if dice.random_bool(0.1) {
        change_text(dice, &mut text);
    }
    text.into_bytes()
}

fn change_lines(dice: &mut StdRng, value: &mut Value) {
    let Some(lines) = value["order"].as_array_mut().filter(|lines| !lines.is_empty()) else { return };
    let (one, other) = (dice.random_range(0..lines.len()), dice.random_range(0..lines.len()));
    match dice.random_range(0..5) {
        0 => lines.swap(one, other),
        1 => lines.insert(one, lines[other].clone()),
        2 => drop(lines.remove(one)),
        3 => lines.reverse(),
        _ => lines[one]["ticket"] = json!(ticket(dice.random()).as_str()),
    }
}

/// A member becomes something else of its kind, mostly; or goes; or becomes nothing that a record has.
fn change_member(dice: &mut StdRng, value: &mut Value) {
    let Some(members) = value.as_object_mut() else { return };
    let names: Vec<String> = members.keys().cloned().collect();
    let Some(name) = names.choose(dice).cloned() else { return };
    let member = &mut members[&name];
    match member {
        _ if dice.random_bool(0.05) => {
            members.remove(&name);
        }
        _ if dice.random_bool(0.05) => {
            *member = [json!(null), json!([]), json!({}), json!(1.5), json!(-1), json!("")]
                .choose(dice)
                .unwrap()
                .clone();
        }
        Value::Number(_) => *member = json!(dice.random_range(0..6)),
        Value::String(text) if name.ends_with("_at") => {
            let day = dice.random_range(1..=31);
            text.replace_range(8..10, &format!("{day:02}"));
        }
        Value::String(text) => change_text(dice, text),
        _ => {}
    }
}

/// One character goes, comes or becomes another; among them what is white space to some and what can be composed.
fn change_text(dice: &mut StdRng, text: &mut String) {
    const CHARACTERS: [char; 20] = [
        '0', '7', 'a', 'F', 'O', 'L', 'U', '-', ' ', '\n', '\u{1c}', '\u{85}', '\u{200b}', '\u{3000}',
        '\u{301}', '\u{1100}', '\u{1161}', '"', '\0', '🎱',
    ];
    let mut characters: Vec<char> = text.chars().collect();
    let at = dice.random_range(0..=characters.len());
    let new = *CHARACTERS.choose(dice).unwrap();
    match dice.random_range(0..3) {
        0 if at < characters.len() => drop(characters.remove(at)),
        1 if at < characters.len() => characters[at] = new,
        _ => characters.insert(at, new),
    }
    *text = characters.into_iter().collect();
    // Half of the time a hash stays one, so that what follows from it is looked at.
    if dice.random_bool(0.5) && text.is_ascii() && text.len() > 62 && Digest::parse(text).is_none() {
        *text = dice.random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect();
    }
}
