//! Over many secrets and many public values every order comes about as often as every other. The seeds are fixed, so that
//! the figures are the same in every run.

use std::collections::HashMap;
use std::hash::Hash;

use domain::registration::draw::{Drawn, Secret, Ticket, draw};

use super::{RUN, ticket};

const DRAWS: u32 = 10_000;
const APPLICANTS: u32 = 10;
const PUBLIC_VALUE: &str = "4 12 22 24 33 41";

/// The quantiles of the normal distribution below which a thousandth lies, and above.
const Z: f64 = 3.09;

/// Everybody's place in each of many draws, under ever other secrets or public values.
fn orders(applicants: u32, by: impl Fn(&Drawn) -> Vec<Ticket>) -> [Vec<Vec<usize>>; 2] {
    let tickets: Vec<Ticket> = (0..applicants).map(ticket).collect();
    let number: HashMap<&Ticket, usize> = tickets.iter().zip(0..).collect();
    let numbers = |drawn: Drawn| by(&drawn).iter().map(|ticket| number[ticket]).collect();
    let secrets = (0..DRAWS).map(|turn| {
        let mut bytes = [0; Secret::BYTES];
        bytes[..4].copy_from_slice(&turn.to_be_bytes());
        numbers(draw(&Secret::from_bytes(bytes), RUN, PUBLIC_VALUE, &tickets))
    });
    let secret = Secret::from_bytes([0; Secret::BYTES]);
    let values = (0..DRAWS).map(|turn| numbers(draw(&secret, RUN, &turn.to_string(), &tickets)));
    [secrets.collect(), values.collect()]
}

fn as_drawn(drawn: &Drawn) -> Vec<Ticket> {
    drawn.order.iter().map(|lot| lot.ticket.clone()).collect()
}

/// How far what was counted is from `cells` things that are equally likely: chi-square. What was never seen counts as well.
fn chi_square<T: Eq + Hash>(seen: impl Iterator<Item = T>, cells: u32) -> f64 {
    let mut counts: HashMap<T, f64> = HashMap::new();
    for thing in seen {
        *counts.entry(thing).or_default() += 1.0;
    }
    let expected = counts.values().sum::<f64>() / f64::from(cells);
    let never = (cells as usize - counts.len()) as f64;
    counts.values().map(|count| (count - expected).powi(2) / expected).sum::<f64>() + never * expected
}

/// The value that chi-square stays below with the probability of `z` (Wilson and Hilferty).
fn quantile(freedom: u32, z: f64) -> f64 {
    let part = 2.0 / (9.0 * f64::from(freedom));
    f64::from(freedom) * (1.0 - part + z * part.sqrt()).powi(3)
}

/// Who stands where: everybody is as often at every place. Rows and columns are fixed, which takes (n - 1) / n off.
fn places(orders: &[Vec<usize>]) -> (f64, u32) {
    let seen = orders.iter().flat_map(|order| order.iter().copied().enumerate());
    let share = f64::from(APPLICANTS - 1) / f64::from(APPLICANTS);
    (chi_square(seen, APPLICANTS * APPLICANTS) * share, (APPLICANTS - 1).pow(2))
}

/// Who comes first and who second: every pair is as often there as every other.
fn pairs(orders: &[Vec<usize>], at: usize) -> (f64, u32) {
    let cells = APPLICANTS * (APPLICANTS - 1);
    (chi_square(orders.iter().map(|order| (order[at], order[at + 1])), cells), cells - 1)
}

fn is_even((found, freedom): (f64, u32)) -> bool {
    (quantile(freedom, -Z)..quantile(freedom, Z)).contains(&found)
}

#[test]
fn everybody_is_as_often_at_every_place_and_beside_everybody_else() {
    for orders in orders(APPLICANTS, as_drawn) {
        assert!(is_even(places(&orders)), "{:?}", places(&orders));
        for at in [0, 4, 8] {
            assert!(is_even(pairs(&orders, at)), "places {at}: {:?}", pairs(&orders, at));
        }
    }
}

#[test]
fn every_order_of_five_is_as_frequent_as_every_other() {
    for orders in orders(5, as_drawn) {
        let found = (chi_square(orders.iter(), 120), 119);
        assert!(is_even(found), "{found:?}");
    }
}

/// What the two above are worth: orders that favour somebody are seen to.
#[test]
fn an_uneven_draw_is_seen() {
    let by_code = |drawn: &Drawn| {
        let mut order = as_drawn(drawn);
        order.sort();
        order
    };
    // Lots that are cut off are often equal, and then the lower code wins.
    let by_first_digit = |drawn: &Drawn| {
        let mut order: Vec<_> =
            drawn.order.iter().map(|lot| (lot.lot.to_string()[..1].to_owned(), &lot.ticket)).collect();
        order.sort();
        order.into_iter().map(|(_, ticket)| ticket.clone()).collect()
    };
    // Everybody moves up by the same number: nobody is ahead more often than others, but neighbours stay neighbours.
    let by_turning = |drawn: &Drawn| {
        let mut order = by_code(drawn);
        let number = usize::from_str_radix(&drawn.seed.to_string()[..8], 16).unwrap() % order.len();
        order.rotate_left(number);
        order
    };
    for orders in [orders(APPLICANTS, by_code), orders(APPLICANTS, by_first_digit)].concat() {
        assert!(!is_even(places(&orders)) && !is_even(pairs(&orders, 0)));
    }
    for orders in orders(APPLICANTS, by_turning) {
        assert!(!is_even(pairs(&orders, 0)));
    }
}
