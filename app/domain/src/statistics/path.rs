//! How an application went, and where that leaves it on a day.

use chrono::NaiveDate;

use crate::named::named;

named! {
    /// How an application ended.
    pub enum End { Cancelled = "cancelled", Lapsed = "lapsed", Declined = "declined" }
}

/// How an application went, in days of Seoul.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// Since when it stood in the waiting list.
    pub waited: Option<NaiveDate>,
    /// Since when it had a place.
    pub placed: Option<NaiveDate>,
    pub ended: Option<(NaiveDate, End)>,
}

/// Where an application stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has a place, or had one when the run began: whoever leaves midway was there.
    Enrolled,
    /// In the waiting list, or it was until the list ended.
    Waiting,
    /// Taken back before the run began.
    GivenUp,
    /// Nothing of it counts.
    Nowhere,
}

impl Path {
    /// The same as far as anything is counted of a run that has begun, without the days that no figure asks for: whoever
    /// had a place counts from the first day on, and that they left midway changes nothing.
    pub fn plain(self, first_day: NaiveDate) -> Self {
        let stayed = self
            .placed
            .zip(self.ended)
            .is_some_and(|(placed, (ended, _))| first_day <= ended && placed <= ended);
        let ended = self.ended.filter(|_| !stayed);
        let placed = match ended {
            _ if self.waited.is_some() => self.placed,
            None => self.placed.map(|placed| placed.max(first_day)),
            Some((day, _)) => self.placed.filter(|_| first_day <= day),
        };
        Self { placed, ended, ..self }
    }

    pub fn standing(&self, first_day: NaiveDate, as_of: NaiveDate) -> Standing {
        let by_then = |day: Option<NaiveDate>| day.is_some_and(|day| day <= as_of);
        let (waited, placed) = (by_then(self.waited), by_then(self.placed));
        match self.ended.filter(|(day, _)| *day <= as_of) {
            Some((day, _)) if placed && day >= first_day => Standing::Enrolled,
            Some((_, End::Cancelled)) => Standing::GivenUp,
            Some((_, End::Lapsed)) if waited => Standing::Waiting,
            Some(_) => Standing::Nowhere,
            None if placed => Standing::Enrolled,
            None if waited => Standing::Waiting,
            None => Standing::Nowhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn where_an_application_stood_depends_on_the_day() {
        let first_day = day("2021-02-01");
        let path = Path {
            waited: Some(day("2021-01-10")),
            placed: Some(day("2021-01-20")),
            ended: Some((day("2021-02-05"), End::Cancelled)),
        };
        let on = |path: Path, text: &str| path.standing(first_day, day(text));
        assert_eq!(on(path, "2021-01-09"), Standing::Nowhere);
        assert_eq!(on(path, "2021-01-10"), Standing::Waiting);
        assert_eq!(on(path, "2021-01-20"), Standing::Enrolled);
        assert_eq!(on(path, "2021-03-01"), Standing::Enrolled, "whoever leaves midway was there");
        let before = Path { ended: Some((day("2021-01-31"), End::Cancelled)), ..path };
        assert_eq!(on(before, "2021-03-01"), Standing::GivenUp);
        let lapsed = Path { placed: None, ended: Some((first_day, End::Lapsed)), ..path };
        assert_eq!(on(lapsed, "2021-03-01"), Standing::Waiting, "nobody had room for them");
        let declined = Path { ended: Some((day("2021-01-15"), End::Declined)), ..Path::default() };
        assert_eq!(on(declined, "2021-03-01"), Standing::Nowhere);
    }

    #[test]
    fn a_plain_path_counts_as_the_whole_one_does_on_every_day() {
        let days: Vec<Option<NaiveDate>> = [None]
            .into_iter()
            .chain((1..=6).map(|number| NaiveDate::from_ymd_opt(2021, 2, number)))
            .collect();
        let first_day = day("2021-02-03");
        let counted = |path: Path, as_of: NaiveDate| match path.standing(first_day, as_of) {
            Standing::Enrolled if as_of < first_day => Standing::Nowhere,
            standing => standing,
        };
        for (waited, placed) in days.iter().flat_map(|waited| days.iter().map(|placed| (*waited, *placed))) {
            for (ended, how) in days.iter().flat_map(|day| End::ALL.iter().map(|how| (*day, *how))) {
                let path = Path { waited, placed, ended: ended.map(|day| (day, how)) };
                for as_of in days.iter().flatten() {
                    let plain = path.plain(first_day);
                    assert_eq!(counted(plain, *as_of), counted(path, *as_of), "{path:?} {plain:?} {as_of}");
                }
            }
        }
        let (placed, left) = (Some(day("2021-01-20")), Some((day("2021-02-10"), End::Cancelled)));
        let path = Path { waited: None, placed, ended: left };
        assert_eq!(path.plain(first_day), Path { placed: Some(first_day), ..Path::default() });
    }
}
