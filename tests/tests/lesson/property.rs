//! What holds for whatever is watched and whatever is uploaded.

use std::collections::BTreeSet;

use domain::lesson::caption::{Cue, paragraphs, parse};
use domain::lesson::progress::{Watched, accept};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tests::amount;

fn runner() -> TestRunner {
    let cases = u32::try_from(amount("PROOF_CASES", 256)).unwrap();
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

/// The pieces again, one by one.
fn pieces(watched: &Watched) -> BTreeSet<u32> {
    let spans = watched.to_string();
    let number = |text: &str| text.parse::<u32>().unwrap();
    let span = |span: &str| span.split_once('-').map(|(from, until)| number(from)..number(until)).unwrap();
    spans.split_whitespace().flat_map(span).collect()
}

#[test]
fn what_was_watched_is_the_set_of_its_pieces() {
    let some = || btree_set(0_u32..200, 0..60);
    let check = |(one, other): (BTreeSet<u32>, BTreeSet<u32>)| {
        let (first, second): (Watched, Watched) =
            (one.iter().copied().collect(), other.iter().copied().collect());
        prop_assert_eq!(&pieces(&first), &one);
        prop_assert_eq!(Watched::parse(&first.to_string()), Some(first.clone()));
        let both = first.and(&second);
        prop_assert_eq!(pieces(&both), one.union(&other).copied().collect::<BTreeSet<u32>>());
        prop_assert_eq!(both.count() as usize, one.union(&other).count());
        prop_assert_eq!(&both, &second.and(&first));
        prop_assert_eq!(&both, &both.and(&first));
        Ok(())
    };
    runner().run(&(some(), some()), check).unwrap();
}

#[test]
fn no_line_of_reports_credits_more_than_twice_the_time_that_passed() {
    let reports = vec((0_u32..2_000, btree_set(0_u32..400, 0..100)), 1..30);
    let check = |reports: Vec<(u32, BTreeSet<u32>)>| {
        let (mut known, mut credit, mut time) = (Watched::default(), 30, 0);
        for (passed, said) in reports {
            let said: Watched = said.into_iter().collect();
            let before = known.clone();
            (known, credit) = accept(&before, credit, passed, &said, 3_000);
            time += passed;
            prop_assert!(known.count() * 10 <= 30 + 2 * time, "{known} in {time}");
            prop_assert_eq!(&before.and(&known), &known, "nothing is lost");
            prop_assert!(pieces(&known).is_subset(&pieces(&before.and(&said))), "nothing is invented");
            prop_assert!(pieces(&known).iter().all(|piece| *piece < 300), "nothing is behind the end");
        }
        Ok(())
    };
    runner().run(&reports, check).unwrap();
}

#[test]
fn captions_that_are_printed_are_read_again() {
    // Beginning after a pause, length, and lines without what WebVTT gives a meaning.
    let cues = vec((0_u32..100_000, 1_u32..9_000, vec("[가-힣a-zA-Z0-9.!?&<>]{1,20}", 1..4)), 1..20);
    let check = |parts: Vec<(u32, u32, Vec<String>)>| {
        let mut at = 0;
        let cues: Vec<Cue> = parts
            .into_iter()
            .map(|(pause, length, lines)| {
                let starts = at + pause;
                at = starts;
                Cue { starts, ends: starts + length, text: lines.join("\n") }
            })
            .collect();
        for end in ["\n", "\r\n"] {
            let read = parse(&print(&cues, end));
            prop_assert_eq!(read.as_ref(), Ok(&cues));
        }
        let said: String =
            paragraphs(&cues).iter().flat_map(|it| it.text.chars()).filter(|c| !c.is_whitespace()).collect();
        prop_assert!(cues.iter().all(|cue| cue.text.lines().all(|line| said.contains(line))), "{said}");
        Ok(())
    };
    runner().run(&cues, check).unwrap();
}

fn print(cues: &[Cue], end: &str) -> String {
    let time = |at: u32| {
        format!("{:02}:{:02}:{:02}.{:03}", at / 3_600_000, at / 60_000 % 60, at / 1_000 % 60, at % 1_000)
    };
    let mut file = format!("WEBVTT{end}{end}");
    for cue in cues {
        let text =
            cue.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', end);
        file.push_str(&format!("{} --> {}{end}{text}{end}{end}", time(cue.starts), time(cue.ends)));
    }
    file
}

#[test]
fn whatever_is_uploaded_nothing_panics_and_a_refusal_names_a_line_that_is_there() {
    let word = prop_oneof![
        Just("WEBVTT".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("00:01.000 --> 00:02.000".to_owned()),
        Just("99:59:59.999-->".to_owned()),
        Just("NOTE".to_owned()),
        Just("<".to_owned()),
        Just("&amp".to_owned()),
        "\\PC{0,5}",
        any::<String>(),
    ];
    let check = |words: Vec<String>| {
        let file = format!("WEBVTT\n\n{}", words.concat());
        for text in [words.concat(), file] {
            match parse(&text) {
                Ok(cues) => {
                    prop_assert!(!cues.is_empty() && !paragraphs(&cues).is_empty());
                    prop_assert!(cues.is_sorted_by_key(|cue| cue.starts));
                }
                Err(problem) => {
                    let lines = text.replace("\r\n", "\n").replace('\r', "\n").split('\n').count();
                    prop_assert!((1..=lines).contains(&problem.line), "{problem} of {lines}");
                }
            }
        }
        Ok(())
    };
    runner().run(&vec(word, 0..20), check).unwrap();
}
