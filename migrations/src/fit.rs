//! Which release can live with which schema: all that know what its migrations rest on.
//!
//! A migration that only adds says nothing: whoever doesn't know it doesn't miss it. One that takes something away ends
//! its name in the number of the migration since which the program has done without: `m0012_no_fax_after_m0010`. A
//! release that doesn't know m0010 can't live with it.
//!
//! What counts is what the release knows, not what the database has seen: that may have been at a later release before,
//! and the one in use now never have heard of m0010. So a release is asked itself (`server check`).

const AFTER: &str = "_after_";

/// The first of these migrations that a release can't live with which knows only those.
pub fn unbearable<'a>(migrations: &'a [String], known: &[String]) -> Option<&'a str> {
    let does_without = |number: &str| known.iter().any(|name| name.split('_').next() == Some(number));
    let takes_away = |name: &&String| {
        !known.contains(name) && name.rsplit_once(AFTER).is_some_and(|(_, number)| !does_without(number))
    };
    migrations.iter().find(takes_away).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_lives_with_what_was_added_and_with_the_loss_of_what_it_does_without() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let known = names(&["m0001_person", "m0010_contact"]);
        for (later, found) in [
            ("m0011_letter", None),
            ("m0012_no_fax_after_m0010", None),
            ("m0012_no_fax_after_m0011", Some("m0012_no_fax_after_m0011")),
            ("m0012_no_fax_after_m001", Some("m0012_no_fax_after_m001")),
        ] {
            assert_eq!(unbearable(&names(&["m0001_person", later]), &known), found);
        }
        let own = names(&["m0012_no_fax_after_m0011"]);
        assert_eq!(unbearable(&own, &own), None, "what it does itself it knows");
    }
}
