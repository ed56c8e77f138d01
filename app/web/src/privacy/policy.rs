//! What is known about people here, why, for how long, and what they can ask for.

use axum::response::Response;
use domain::account::Purpose;
use leptos::prelude::*;

use crate::account::say;
use crate::ask::Ask;
use crate::ui::{Breadcrumb, Cell, Column, DescriptionList, Fact, PageHead, Table, Telephone};
use crate::words::{Language, privacy as words, ui};

/// A sentence that mentions nothing.
type Word = fn(Language) -> &'static str;

/// Whom to turn to when we don't help, and their numbers, the same all over the country.
const ELSEWHERE: [(Word, &str); 4] = [
    (words::elsewhere_mediation, "1833-6972"),
    (words::elsewhere_report, "118"),
    (words::elsewhere_prosecution, "1301"),
    (words::elsewhere_police, "182"),
];

/// `GET /privacy`
pub async fn page(ask: Ask) -> Response {
    let l = ask.language;
    let settings = ask.centre.settings();
    let facts = ask.frame().centre;
    let columns = [words::purpose(l), words::data(l), words::ground(l), words::kept_for(l)].map(Column::text);
    let purposes = Purpose::ALL.iter().map(|purpose| purpose_row(l, *purpose)).collect();
    let mut contact = vec![Fact::new(words::officer(l), words::officer_of(l, facts.office.of(l)))];
    if !facts.phone.is_empty() {
        contact.push(Fact::new(words::phone(l), view! { <Telephone number=facts.phone.clone()/> }));
    }
    if !facts.address.of(l).is_empty() {
        contact.push(Fact::new(words::address(l), facts.address.of(l).to_owned()));
    }
    let elsewhere = ELSEWHERE
        .map(|(name, number)| Fact::new(name(l), view! { <Telephone number=number/> }))
        .into_iter()
        .collect();
    ask.page(words::title(l), || {
        view! {
            <Breadcrumb l=l here=words::title(l)/>
            <PageHead title=words::title(l) lead=words::lead(l)/>
            <h2 class="section-title">{words::purposes(l)}</h2>
            <Table caption=words::purposes(l) hidden_caption=true columns=columns.into() rows=purposes/>
            <p>{words::optional_note(l)}</p>
            <h2 class="section-title">{words::beside(l)}</h2>
            <ul class="plain-list">
                <li>{words::beside_cookies(l)}</li>
                <li>{words::beside_codes(l, settings.code_minutes)}</li>
                <li>{words::beside_notices(l, settings.notice_days)}</li>
                <li>{words::beside_questions(l)}</li>
                <li>{words::beside_log(l)}</li>
            </ul>
            <h2 class="section-title">{words::others(l)}</h2>
            <ul class="plain-list">
                <li>{words::others_given(l)}</li>
                <li>{words::others_senders(l)}</li>
            </ul>
            <h2 class="section-title">{words::end(l)}</h2>
            <p>{words::end_erased(l)}</p>
            <h2 class="section-title">{words::rights(l)}</h2>
            <ul class="plain-list">
                <li><a href=l.path("/account")>{words::rights_account(l)}</a></li>
                <li>{words::rights_withdraw(l)}</li>
                <li>{words::rights_ask(l)}</li>
                <li>{words::rights_child(l)}</li>
            </ul>
            <h2 class="section-title">{words::safety(l)}</h2>
            <ul class="plain-list">
                <li>{words::safety_password(l)}</li>
                <li>{words::safety_duties(l)}</li>
                <li>{words::safety_transport(l)}</li>
            </ul>
            <h2 class="section-title">{words::contact(l)}</h2>
            <DescriptionList items=contact/>
            <h2 class="section-title">{words::elsewhere(l)}</h2>
            <DescriptionList items=elsewhere/>
            <p>{words::version(l, Purpose::VERSION)}</p>
        }
    })
}

fn purpose_row(l: Language, purpose: Purpose) -> Vec<Cell> {
    let (data, ground) = match purpose {
        Purpose::Statutory => (words::statutory_data(l), words::statutory_ground(l)),
        Purpose::Necessary => (words::necessary_data(l), words::necessary_ground(l)),
        Purpose::Figures => (words::figures_data(l), words::consent_ground(l)),
        Purpose::News => (words::news_data(l), words::consent_ground(l)),
    };
    let wanted = if purpose.is_optional() { ui::optional(l) } else { ui::required(l) };
    let name = format!("{} ({wanted})", say::purpose(l, purpose));
    let kept = words::years(l, purpose.retention_years());
    vec![name.into_any(), data.into_any(), ground.into_any(), kept.into_any()]
}
