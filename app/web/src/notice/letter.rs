//! The words of letters and text messages, made from an event and its facts when they are sent.

use chrono::{DateTime, Utc};
use domain::course::Category;
use domain::language::Language;
use domain::notice::{Event, Facts, SimilarRun};

use crate::course::category_word;
use crate::ical;
use crate::ui::CentreFacts;
use crate::when;
use crate::words::notice as words;

/// A letter in plain text and in HTML, which say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
    pub html: String,
    /// A calendar file that goes with it.
    pub calendar: Option<String>,
}

/// `public_url` is where the site is reached, without a slash at its end.
pub fn letter(l: Language, event: Event, facts: &Facts, centre: &CentreFacts, public_url: &str) -> Letter {
    let name = centre.name.of(l);
    let mut paragraphs = vec![vec![words::greeting(l, name)], vec![sentence(l, event, facts)]];
    let mut lines = code_lines(l, facts);
    lines.extend(fact_lines(l, event, facts));
    paragraphs.push(lines);
    paragraphs.push(similar_lines(l, facts, public_url));
    paragraphs.extend(link(l, event, facts, public_url).map(|(label, url)| vec![label.to_owned(), url]));
    if event.is_code() || event == Event::NotRegistered {
        paragraphs.push(vec![words::not_you(l).to_owned()]);
    }
    paragraphs.push(vec![words::closing(l, name, &centre.phone), words::no_reply(l).to_owned()]);
    paragraphs.retain(|lines| !lines.is_empty());
    let text: Vec<String> = paragraphs.iter().map(|lines| lines.join("\n")).collect();
    Letter {
        subject: format!("[{name}] {}", subject(l, event, course(facts))),
        text: text.join("\n\n"),
        html: html(l, &paragraphs),
        calendar: calendar(l, facts, public_url),
    }
}

/// The file that puts a booking into the reader's calendar, moves it there or takes it out.
fn calendar(l: Language, facts: &Facts, public_url: &str) -> Option<String> {
    let known = facts.calendar?;
    let code = facts.booking.as_ref()?;
    let entry = ical::Entry {
        uid: ical::uid(known.id, public_url),
        sequence: known.sequence,
        summary: course(facts).to_owned(),
        starts_at: facts.starts_at?,
        ends_at: facts.ends_at?,
        location: facts.space.clone(),
        url: format!("{public_url}{}", l.path(&format!("/studio/{code}"))),
        cancelled: known.cancelled,
    };
    ical::file(course(facts), &[entry], None, known.at).ok()
}

/// The same in the length of a text message: what happened, when and where, and the address of the page.
pub fn text_message(
    l: Language,
    event: Event,
    facts: &Facts,
    centre: &CentreFacts,
    public_url: &str,
) -> String {
    // Who reads Chinese or Japanese gets it in Korean; the page it leads to is in their language.
    let reader = l;
    let l = l.without_characters(Language::Ko);
    let head = format!("[{}] {}", centre.name.of(l), sentence(l, event, facts));
    let mut lines = vec![head];
    lines.extend(code_lines(l, facts));
    lines.extend(fact_lines(l, event, facts));
    // Whoever types the code on a phone needs no second way, and a link in a code's message looks like a fraud.
    if !event.is_code() {
        lines.extend(link(reader, event, facts, public_url).map(|(_, url)| url));
        lines.push(centre.phone.clone());
    }
    lines.join("\n")
}

fn course(facts: &Facts) -> &str {
    facts.course.as_deref().unwrap_or_default()
}

pub(super) fn subject(l: Language, event: Event, course: &str) -> String {
    match event {
        Event::SignUpCode => words::sign_up_code_subject(l).into(),
        Event::SignInCode => words::sign_in_code_subject(l).into(),
        Event::ResetCode => words::reset_code_subject(l).into(),
        Event::ContactCode => words::contact_code_subject(l).into(),
        Event::ContactReplaced => words::contact_replaced_subject(l).into(),
        Event::AccountClosed => words::account_closed_subject(l).into(),
        Event::AlreadyRegistered => words::already_registered_subject(l).into(),
        Event::NotRegistered => words::not_registered_subject(l).into(),
        Event::Booked => words::booked_subject(l, course),
        Event::Waiting => words::waiting_subject(l, course),
        Event::Asked => words::asked_subject(l, course),
        Event::DrawEntered => words::draw_entered_subject(l, course),
        Event::Selected => words::selected_subject(l, course),
        Event::NotSelected => words::not_selected_subject(l, course),
        Event::DrawLapsed => words::draw_lapsed_subject(l, course),
        Event::Promoted => words::promoted_subject(l, course),
        Event::Offered => words::offered_subject(l, course),
        Event::OfferLapsed => words::offer_lapsed_subject(l, course),
        Event::ListEnded => words::list_ended_subject(l, course),
        Event::Approved => words::approved_subject(l, course),
        Event::Declined => words::declined_subject(l, course),
        Event::SeatChanged => words::seat_changed_subject(l, course),
        Event::Cancelled => words::cancelled_subject(l, course),
        Event::ClassMoved => words::class_moved_subject(l, course),
        Event::ClassCancelled => words::class_cancelled_subject(l, course),
        Event::RunCancelled => words::run_cancelled_subject(l, course),
        Event::RunChanged => words::run_changed_subject(l, course),
        Event::BookingToDecide => words::booking_to_decide_subject(l, course),
        Event::BookingAsked => words::booking_asked_subject(l, course),
        Event::BookingWaiting => words::booking_waiting_subject(l, course),
        Event::BookingHeld => words::booking_held_subject(l, course),
        Event::BookingApproved => words::booking_approved_subject(l, course),
        Event::BookingDeclined => words::booking_declined_subject(l, course),
        Event::BookingOutdone => words::booking_outdone_subject(l, course),
        Event::BookingAltered => words::booking_altered_subject(l, course),
        Event::BookingCancelled => words::booking_cancelled_subject(l, course),
        Event::BookingDisplaced => words::booking_displaced_subject(l, course),
        Event::BookingLapsed => words::booking_lapsed_subject(l, course),
        Event::BookingNoShow => words::booking_no_show_subject(l, course),
        Event::Barred => words::barred_subject(l).into(),
        Event::BarLifted => words::bar_lifted_subject(l).into(),
        Event::ChannelLost => words::channel_lost_subject(l, course),
        Event::CallAnswered => words::call_answered_subject(l, course),
        Event::CallChosen => words::call_chosen_subject(l, course),
        Event::CallDeclined => words::call_declined_subject(l, course),
        Event::CallWithdrawn => words::call_withdrawn_subject(l, course),
        Event::OutOfReach => words::out_of_reach_subject(l, course),
        Event::SurveyOpen => words::survey_open_subject(l, course),
        Event::CertificateIssued => words::certificate_issued_subject(l, course),
        Event::CertificateRevoked => words::certificate_revoked_subject(l, course),
        Event::Absent => words::absent_subject(l, course),
        Event::AbsentWarned => words::absent_warned_subject(l, course),
        Event::AbsentBarred => words::absent_barred_subject(l).into(),
        Event::AbsenceWithdrawn => words::absence_withdrawn_subject(l, course),
        Event::AbsenceBarLifted => words::absence_bar_lifted_subject(l).into(),
        Event::AbsenceBarKept => words::absence_bar_kept_subject(l).into(),
        Event::AppealToDecide => words::appeal_to_decide_subject(l).into(),
    }
}

fn sentence(l: Language, event: Event, facts: &Facts) -> String {
    let course = course(facts);
    let moment = |at: Option<DateTime<Utc>>| at.map(|at| when::moment(l, at)).unwrap_or_default();
    match event {
        Event::SignUpCode => words::sign_up_code(l).into(),
        Event::SignInCode => words::sign_in_code(l).into(),
        Event::ResetCode => words::reset_code(l).into(),
        Event::ContactCode => words::contact_code(l).into(),
        Event::ContactReplaced => words::contact_replaced(l).into(),
        Event::AccountClosed => words::account_closed(l).into(),
        Event::AlreadyRegistered => words::already_registered(l).into(),
        Event::NotRegistered => words::not_registered(l).into(),
        Event::Booked => words::booked(l, course),
        Event::Waiting => words::waiting(l, course, facts.rank.unwrap_or(1)),
        Event::Asked => words::asked(l, course),
        Event::DrawEntered => words::draw_entered(l, course, moment(facts.until)),
        Event::Selected => words::selected(l, course),
        Event::NotSelected => words::not_selected(l, course, facts.rank.unwrap_or(1)),
        Event::DrawLapsed => words::draw_lapsed(l, course),
        Event::Promoted => words::promoted(l, course),
        Event::Offered => words::offered(l, course, moment(facts.until)),
        Event::OfferLapsed => words::offer_lapsed(l, course),
        Event::ListEnded => words::list_ended(l, course),
        Event::Approved => words::approved(l, course),
        Event::Declined => words::declined(l, course),
        Event::SeatChanged => words::seat_changed(l, course),
        Event::Cancelled => words::cancelled(l, course),
        Event::ClassMoved => words::class_moved(l, course, moment(facts.moved_from), moment(facts.starts_at)),
        Event::ClassCancelled => words::class_cancelled(l, course, moment(facts.starts_at)),
        Event::RunCancelled => words::run_cancelled(l, course),
        Event::RunChanged => words::run_changed(l, course),
        Event::BookingToDecide => words::booking_to_decide(l, course),
        Event::BookingAsked => words::booking_asked(l, course),
        Event::BookingWaiting => words::booking_waiting(l, course),
        Event::BookingHeld => words::booking_held(l, course, moment(facts.until)),
        Event::BookingApproved => words::booking_approved(l, course),
        Event::BookingDeclined => words::booking_declined(l, course),
        Event::BookingOutdone => words::booking_outdone(l, course),
        Event::BookingAltered => {
            words::booking_altered(l, course, moment(facts.moved_from), moment(facts.starts_at))
        }
        Event::BookingCancelled => words::booking_cancelled(l, course),
        Event::BookingDisplaced => words::booking_displaced(l, course),
        Event::BookingLapsed => words::booking_lapsed(l, course),
        Event::BookingNoShow => words::booking_no_show(l, course),
        Event::Barred => words::barred(l, moment(facts.until)),
        Event::BarLifted => words::bar_lifted(l).into(),
        Event::ChannelLost => words::channel_lost(l, course),
        Event::CallAnswered => words::call_answered(l, course),
        Event::CallChosen => words::call_chosen(l, course),
        Event::CallDeclined => words::call_declined(l, course),
        Event::CallWithdrawn => words::call_withdrawn(l, course),
        Event::OutOfReach => words::out_of_reach(l, course),
        Event::SurveyOpen => words::survey_open(l, course, moment(facts.until)),
        Event::CertificateIssued => words::certificate_issued(l, course),
        Event::CertificateRevoked => words::certificate_revoked(l, course),
        Event::Absent => words::absent(l, course, moment(facts.starts_at)),
        Event::AbsentWarned => words::absent_warned(l, course, moment(facts.starts_at), category(l, facts)),
        Event::AbsentBarred => {
            let until = moment(facts.until);
            words::absent_barred(l, course, moment(facts.starts_at), until, category(l, facts))
        }
        Event::AbsenceWithdrawn => words::absence_withdrawn(l, course, moment(facts.starts_at)),
        Event::AbsenceBarLifted => words::absence_bar_lifted(l, category(l, facts)),
        Event::AbsenceBarKept => words::absence_bar_kept(l, category(l, facts), moment(facts.until)),
        Event::AppealToDecide => words::appeal_to_decide(l, category(l, facts)),
    }
}

fn category(l: Language, facts: &Facts) -> &'static str {
    facts.category.as_deref().and_then(Category::parse).map_or("", |category| category_word(l, category))
}

fn code_lines(l: Language, facts: &Facts) -> Vec<String> {
    let Some(code) = &facts.code else { return Vec::new() };
    let until = facts.until.map(|until| words::code_until(l, when::time(until)));
    [words::code_is(l, code)].into_iter().chain(until).collect()
}

/// What the reader will want to look up again. A move names its times in the sentence.
fn fact_lines(l: Language, event: Event, facts: &Facts) -> Vec<String> {
    let says_when = !matches!(
        event,
        Event::ClassMoved
            | Event::ClassCancelled
            | Event::Absent
            | Event::AbsentWarned
            | Event::AbsentBarred
            | Event::AbsenceWithdrawn
            | Event::AbsenceBarLifted
    );
    let is_answer = matches!(event, Event::AbsenceBarLifted | Event::AbsenceBarKept);
    let begins = facts.starts_at.filter(|_| says_when);
    let when = begins.map(|at| match facts.ends_at {
        Some(end) => words::fact_use(l, when::span(l, at, end)),
        None => words::fact_begins(l, when::moment(l, at)),
    });
    let instead: Vec<String> = facts.instead.iter().map(|at| when::moment(l, *at)).collect();
    let lines = [
        when,
        facts.space.as_ref().map(|space| words::fact_space(l, space)),
        facts.seat.as_ref().map(|seat| words::fact_seat(l, seat)),
        facts.draw_code.as_ref().map(|code| words::fact_draw_code(l, code)),
        facts.reason.as_ref().map(|reason| match is_answer {
            true => words::fact_answer(l, reason),
            false => words::fact_reason(l, reason),
        }),
        (!instead.is_empty()).then(|| words::fact_instead(l, instead.join(", "))),
    ];
    lines.into_iter().flatten().collect()
}

/// What the reader may apply for instead. A text message has no room for it.
fn similar_lines(l: Language, facts: &Facts, public_url: &str) -> Vec<String> {
    let lead = (!facts.similar.is_empty()).then(|| words::similar(l).to_owned());
    let run = |run: &SimilarRun| {
        let begins = when::moment(l, run.starts_at);
        let url = format!("{public_url}{}", l.path(&format!("/courses/{}", run.code)));
        [words::similar_run(l, &run.course, &run.code, begins), url]
    };
    lead.into_iter().chain(facts.similar.iter().flat_map(run)).collect()
}

/// Where the letter leads, and what that is.
fn link(l: Language, event: Event, facts: &Facts, public_url: &str) -> Option<(&'static str, String)> {
    let to = |path: &str| format!("{public_url}{}", l.path(path));
    if let Some(code) = &facts.booking {
        return Some((words::link_booking(l), to(&format!("/studio/{code}"))));
    }
    if let Some(code) = &facts.call {
        return Some((words::link_call(l), to(&format!("/studio/calls/{code}"))));
    }
    if let Some(application) = facts.application {
        return Some(match event {
            Event::SurveyOpen => (words::link_survey(l), to(&format!("/my/{application}/survey"))),
            _ => (words::link_application(l), to(&format!("/my/{application}"))),
        });
    }
    match (event, &facts.token, &facts.run_code) {
        (_, Some(token), _) => Some((words::link_confirm(l), to(&format!("/confirm/link/{token}")))),
        (Event::DrawEntered | Event::Selected | Event::NotSelected, _, Some(code)) => {
            Some((words::link_draw(l), to(&format!("/courses/{code}/draw"))))
        }
        (Event::NotRegistered, ..) => Some((words::link_sign_up(l), to("/sign-up"))),
        (Event::Offered, ..) => Some((words::link_offer(l), to("/my"))),
        (
            Event::Absent
            | Event::AbsentWarned
            | Event::AbsentBarred
            | Event::AbsenceWithdrawn
            | Event::AbsenceBarLifted
            | Event::AbsenceBarKept,
            ..,
        ) => Some((words::link_mine(l), to("/my"))),
        (Event::AppealToDecide, ..) => Some((words::link_absences(l), to("/manage/absences"))),
        (Event::ChannelLost, ..) => Some((words::link_channels(l), to("/manage/channels"))),
        (_, _, Some(code)) => Some((words::link_run(l), to(&format!("/courses/{code}")))),
        _ => None,
    }
}

fn html(l: Language, paragraphs: &[Vec<String>]) -> String {
    let line = |line: &String| match line.starts_with("http") {
        true => format!("<a href=\"{0}\">{0}</a>", escape(line)),
        false => escape(line),
    };
    let paragraph = |lines: &Vec<String>| {
        let lines: Vec<String> = lines.iter().map(line).collect();
        format!("<p>{}</p>\n", lines.join("<br>\n"))
    };
    let body: String = paragraphs.iter().map(paragraph).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"></head><body>\n{body}</body></html>\n",
        l.code()
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Bilingual;

    fn centre() -> CentreFacts {
        CentreFacts {
            name: Bilingual::new("평생스마트교육장", "Smart Learning Centre"),
            office: Bilingual::new("", ""),
            address: Bilingual::new("", ""),
            phone: "02-123-4567".into(),
            hours: Bilingual::new("", ""),
            demonstration: false,
            version: String::new(),
        }
    }

    fn all_facts() -> Facts {
        Facts {
            run_code: Some("P21-014".into()),
            course: Some("엑셀 <기초>".into()),
            category: Some("basic".into()),
            starts_at: "2021-01-18T01:00:00Z".parse().ok(),
            moved_from: "2021-01-15T01:00:00Z".parse().ok(),
            space: Some("제1강의실".into()),
            seat: Some("1-07".into()),
            rank: Some(3),
            until: "2021-01-12T09:00:00Z".parse().ok(),
            reason: Some("강사 사정".into()),
            ..Facts::default()
        }
    }

    #[test]
    fn a_booking_tells_what_when_where_and_which_seat() {
        let letter =
            letter(Language::Ko, Event::Booked, &all_facts(), &centre(), "https://learn.example.org");
        assert_eq!(letter.subject, "[평생스마트교육장] 수강신청 확정: 엑셀 <기초>");
        for part in [
            "수강신청이 확정되었습니다",
            "2021년 1월 18일(월) 10:00",
            "제1강의실",
            "1-07",
            "https://learn.example.org/courses/P21-014",
            "02-123-4567",
        ] {
            assert!(letter.text.contains(part), "{part}: {}", letter.text);
        }
        assert!(letter.html.contains("엑셀 &lt;기초&gt;") && !letter.html.contains("<기초>"));
    }

    #[test]
    fn every_event_has_words_in_every_language_and_leaves_nothing_empty() {
        for &event in [Event::SignUpCode, Event::Booked, Event::Offered].iter().chain(Event::ALL) {
            for &l in Language::ALL {
                let letter = letter(l, event, &all_facts(), &centre(), "https://learn.example.org");
                assert!(!letter.text.contains("\n\n\n") && !letter.text.contains("  "), "{}", letter.text);
                let text = text_message(l, event, &all_facts(), &centre(), "https://learn.example.org");
                assert!(text.starts_with('[') && text.chars().count() < 300, "{text}");
            }
        }
    }

    #[test]
    fn a_text_message_holds_nothing_that_a_korean_encoding_cannot_write_and_leads_to_the_readers_language() {
        let text = text_message(Language::Zh, Event::Booked, &all_facts(), &centre(), "https://a.example");
        assert!(
            text.contains("확정되었습니다") && text.contains("https://a.example/zh/courses/P21-014"),
            "{text}"
        );
        let letter = letter(Language::Ja, Event::Booked, &all_facts(), &centre(), "https://a.example");
        assert!(letter.text.contains("https://a.example/ja/courses/P21-014"), "{}", letter.text);
    }

    #[test]
    fn a_cancelled_run_offers_others_in_the_letter_and_not_in_the_text_message() {
        let similar = vec![SimilarRun {
            code: "P21-033".into(),
            course: "엑셀 활용".into(),
            starts_at: "2021-02-01T01:00:00Z".parse().unwrap(),
        }];
        let (facts, url) = (Facts { similar, ..all_facts() }, "https://a.example");
        for (l, begins, path) in [
            (Language::Ko, "2021년 2월 1일(월) 10:00 시작", "/courses/P21-033"),
            (Language::En, "begins ", "/en/courses/P21-033"),
            (Language::Zh, "开始", "/zh/courses/P21-033"),
            (Language::Ja, "開始", "/ja/courses/P21-033"),
        ] {
            let letter = letter(l, Event::RunCancelled, &facts, &centre(), url);
            let line = letter.text.lines().find(|line| line.contains("엑셀 활용")).unwrap_or_default();
            assert!(line.contains("P21-033") && line.contains(begins), "{}", letter.text);
            assert!(letter.html.contains(&format!("<a href=\"{url}{path}\">")), "{}", letter.html);
            assert!(!text_message(l, Event::RunCancelled, &facts, &centre(), url).contains("P21-033"));
        }
    }

    #[test]
    fn a_code_by_text_message_holds_no_link() {
        let facts = Facts { code: Some("123456".into()), token: Some("abc".into()), ..Facts::default() };
        let text = text_message(Language::Ko, Event::SignInCode, &facts, &centre(), "https://a.example");
        assert!(text.contains("123456") && !text.contains("http"));
        let letter = letter(Language::En, Event::SignInCode, &facts, &centre(), "https://a.example");
        assert!(letter.text.contains("https://a.example/en/confirm/link/abc"));
    }
}
