//! The question box: who may ask, what is refused, what whoever presents does with it, and how long it is kept.

use axum::http::Method;
use chrono::{Duration, Months};
use domain::account::entity::audit;
use domain::account::{Duty, PersonState};
use domain::attendance::key::key_of_class;
use domain::broadcast::call::Privacy;
use domain::broadcast::entity::broadcast;
use domain::broadcast::question::QuestionState;
use domain::broadcast::question::entity::question;
use domain::broadcast::store;
use domain::broadcast::{State, VideoId};
use domain::course::entity::{class_session, run};
use domain::privacy::purge;
use domain::registration::{Choice, store as registration};
use domain::studio::entity::booking;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use tests::{Page, Site, Visitor, both};
use uuid::Uuid;

use super::life::{CODE, furnish};

pub(crate) const PAGE: &str = "/live/P21-014-1";
const DESK: &str = "/live/P21-014-1/host";

/// An online class of ten to twelve, shown by a pasted link, so that it goes by its times; it is five past ten.
pub(crate) struct Class {
    pub producer: Visitor,
    pub instructor: Visitor,
}

pub(crate) async fn class(site: &Site) -> Class {
    let house = furnish(site).await;
    house.plan(site).await;
    let instructor = site.sign_in_as(Duty::Instructor).await;
    let hers = run::ActiveModel { instructor_id: Set(Some(instructor.id())), ..Default::default() };
    run::Entity::update_many().set(hers).exec(site.centre.database()).await.unwrap();
    let by = site.signed_in(house.producer.id()).await.producer().unwrap();
    store::paste_link(&site.centre, &by, CODE, VideoId::parse("dQw4w9WgXcQ").unwrap()).await.unwrap();
    site.set_time("2021-03-03T10:05:00+09:00");
    // Made when the first who has a place looks; where tables are compared it is there already.
    let shown = class_session::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
    key_of_class(site.centre.database(), &site.centre, shown.id).await.unwrap();
    Class { producer: house.producer, instructor }
}

/// Somebody with a place in it.
pub(crate) async fn learner(site: &Site, name: &str) -> Visitor {
    let learner = site.resident(name).await;
    let viewer = site.signed_in(learner.id()).await;
    let run = run::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
    let now = site.now();
    site.set_time("2021-03-02T10:00:00+09:00");
    registration::apply(&site.centre, &viewer, run.id, Choice::Any, site.centre.clock().id()).await.unwrap();
    site.set_time(&now.to_rfc3339());
    learner
}

async fn ask(who: &Visitor, nickname: &str, words: &str) -> Page {
    let form = who.get(PAGE).await.expect(200).form("form[action$='/ask']");
    form.fill("nickname", nickname).fill("words", words).submit().await
}

async fn rows(site: &Site) -> Vec<question::Model> {
    let all = question::Entity::find().order_by_asc(question::Column::AskedAt);
    all.all(site.centre.database()).await.unwrap()
}

fn listed(page: &Page) -> Vec<String> {
    page.all(".question-words")
}

/// Presses a button of the question with these words.
async fn press(host: &Visitor, site: &Site, words: &str, act: &str) -> Page {
    let all = rows(site).await;
    let id = all.iter().find(|row| row.words.as_deref() == Some(words)).unwrap().id;
    let page = host.get(DESK).await.expect(200);
    page.form(&format!("form[action$='/{id}/{act}']")).submit().await.expect(200)
}

both! {
    async fn a_question_is_seen_by_all_who_watch_and_nobody_sees_whose_it_is(site) {
        let class = class(site).await;
        let (hana, other) = (learner(site, "홍길동").await, learner(site, "남남").await);
        let page = hana.get(PAGE).await.expect(200);
        assert!(page.has(".live-player iframe") && page.said().contains("아직 질문이 없습니다"), "{}", page.said());
        let words = "<b>왜</b> 안 되나요? https://evil.example & \"따옴표\"";
        let page = ask(&hana, " 열공 ", words).await.expect(200);
        assert_eq!(page.hops, [303]);
        assert!(page.said().contains("질문을 보냈습니다"), "{}", page.said());
        assert_eq!(page.form("form[action$='/ask']").value("nickname"), "열공", "it stays for the next question");
        assert_eq!(page.form("form[action$='/ask']").value("words"), "");
        for (who, path) in [(&other, PAGE), (&class.instructor, DESK), (&class.producer, DESK)] {
            let page = who.get(path).await.expect(200);
            assert_eq!(listed(&page), [words]);
            assert_eq!(page.text(".question-by"), "열공 · 10:05");
            assert!(!page.has(".question-list a") && !page.has(".question-list b"), "it is text");
            assert!(!page.body().contains("홍길동"), "{}", page.said());
        }
        let english = other.get("/en/live/P21-014-1").await.expect(200);
        assert!(english.said().contains("Your question"), "{}", english.said());
    }

    async fn each_field_that_is_wrong_says_so_and_nothing_is_written(site) {
        class(site).await;
        let hana = learner(site, "홍길동").await;
        let before = site.tables().await;
        let nickname = "별명을 글자나 숫자로 20자까지 적어 주십시오.";
        let words = "질문을 300자까지 적어 주십시오.";
        let presenter = "진행하는 사람의 이름은 별명으로 쓸 수 없습니다. 다른 별명을 적어 주십시오.";
        for (field, value, sentence) in [
            ("nickname", "", nickname),
            ("nickname", "\u{200b}", nickname),
            ("nickname", "★", nickname),
            ("nickname", &"가".repeat(21), nickname),
            ("nickname", "강사 P21-014", presenter),
            ("nickname", "☆강사 Ｐ21014☆", presenter),
            // As the account is called.
            ("nickname", "Instructor", presenter),
            ("words", " \u{200b} ", words),
            ("words", &"가".repeat(301), words),
        ] {
            let form = hana.get(PAGE).await.form("form[action$='/ask']");
            let form = form.fill("nickname", "열공").fill("words", "왜요? <i>").fill(field, value);
            let page = form.submit().await.expect(422);
            assert_eq!(page.problem(&format!("question-{field}")).as_deref(), Some(sentence), "{value:?}");
            let typed = page.form("form[action$='/ask']");
            let (nickname, words) = (typed.value("nickname"), typed.value("words"));
            assert_eq!(if field == "words" { nickname.as_str() } else { words.trim() }, if field == "words" { "열공" } else { "왜요? <i>" });
        }
        let form = hana.get(PAGE).await.form("form[action$='/ask']");
        form.fill("nickname", "열공").fill("words", "왜요?").forge("key", "x").submit().await.expect(400);
        before.assert_same(&site.tables().await);
    }

    async fn only_those_who_watch_ask_and_only_while_it_goes_on(site) {
        let class = class(site).await;
        let hana = learner(site, "홍길동").await;
        let sent = [("nickname", "열공"), ("words", "왜요?"), ("key", "00000000-0000-0000-0000-000000000009")];
        let path = format!("{PAGE}/ask");
        let outsider = site.resident("남남").await;
        let before = site.tables().await;
        let stranger = site.visitor().post(&path, &sent).await;
        assert!(stranger.path.starts_with("/sign-in?next="), "{}", stranger.path);
        outsider.post(&path, &sent).await.expect(403);
        outsider.get(&format!("{PAGE}/questions")).await.expect(403);
        site.visitor().send(Method::GET, &format!("{PAGE}/questions"), None, Vec::new()).await.expect(303);

        site.set_time("2021-03-03T09:44:59+09:00");
        let page = hana.get(PAGE).await.expect(200);
        assert!(!page.has("form[action$='/ask']") && page.said().contains("09:45부터 질문을 받습니다"), "{}", page.said());
        let page = hana.post(&path, &sent).await.expect(409);
        assert!(page.said().contains("지금은 질문을 보낼 수 없습니다"), "{}", page.said());
        before.assert_same(&site.tables().await);
        site.set_time("2021-03-03T09:45:00+09:00");
        ask(&hana, "열공", "일찍 왔습니다").await.expect(200);

        site.set_time("2021-03-03T12:15:00+09:00");
        let before = site.tables().await;
        let page = hana.get(PAGE).await.expect(200);
        assert!(!page.has("form[action$='/ask']") && page.said().contains("질문 받기가 끝났습니다"), "{}", page.said());
        assert_eq!(listed(&page), ["일찍 왔습니다"]);
        hana.post(&path, &sent).await.expect(409);
        before.assert_same(&site.tables().await);
        // Whoever turns to the other language on a page that refuses comes back to the page.
        assert_eq!(class.producer.get(&path).await.expect(200).path, PAGE);
    }

    async fn whoever_is_not_signed_in_reads_what_is_public_and_is_led_to_sign_in(site) {
        class(site).await;
        let hana = learner(site, "홍길동").await;
        ask(&hana, "열공", "왜요?").await.expect(200);
        let public = broadcast::ActiveModel { privacy: Set(Privacy::Public), ..Default::default() };
        broadcast::Entity::update_many().set(public).exec(site.centre.database()).await.unwrap();
        let page = site.visitor().get(PAGE).await.expect(200);
        assert_eq!(listed(&page), ["왜요?"]);
        assert!(!page.has("form[action$='/ask']"));
        assert_eq!(page.link("로그인하고 질문하기"), "/sign-in?next=%2Flive%2FP21-014-1");
        let reader = site.resident("남남").await;
        ask(&reader, "손님", "저도 물어봐도 되나요?").await.expect(200);
        assert_eq!(rows(site).await.len(), 2);
    }

    async fn nobody_floods_the_box_and_a_double_click_asks_once(site) {
        class(site).await;
        let hana = learner(site, "홍길동").await;
        let (one, again) = {
            let page = hana.get(PAGE).await;
            let form = || page.form("form[action$='/ask']").fill("nickname", "열공").fill("words", "왜요?");
            (form(), form())
        };
        let (one, again) = futures::future::join(one.submit(), again.submit()).await;
        one.expect(200);
        again.expect(200);
        assert_eq!(rows(site).await.len(), 1, "one form, one question");

        site.advance(Duration::milliseconds(19_500));
        let before = site.tables().await;
        let page = ask(&hana, "열공", "또 왜요?").await.expect(429);
        assert_eq!(page.header("retry-after"), Some("1"));
        assert_eq!(page.problem("question-words").as_deref(), Some("조금 전에 질문을 보내셨습니다. 1초 뒤에 다시 눌러 주십시오."));
        assert_eq!(page.form("form[action$='/ask']").value("words").trim(), "또 왜요?", "what was typed stays");
        before.assert_same(&site.tables().await);
        for number in 2..=30 {
            site.advance(Duration::seconds(20));
            ask(&hana, "열공", &format!("질문 {number}")).await.expect(200);
        }
        site.advance(Duration::seconds(20));
        let before = site.tables().await;
        let page = ask(&hana, "열공", "서른한 번째").await.expect(409);
        assert!(page.said().contains("한 방송에서 질문은 30개까지"), "{}", page.said());
        before.assert_same(&site.tables().await);
        let other = learner(site, "남남").await;
        ask(&other, "느긋", "저는 처음입니다").await.expect(200);
    }

    async fn whoever_presents_sees_the_longest_waiting_first_and_answers_hides_and_shows(site) {
        let class = class(site).await;
        let (hana, other) = (learner(site, "홍길동").await, learner(site, "남남").await);
        for (who, words) in [(&hana, "하나"), (&other, "둘")] {
            ask(who, "열공", words).await.expect(200);
            site.advance(Duration::seconds(20));
        }
        ask(&hana, "열공", "셋").await.expect(200);
        let page = class.instructor.get(DESK).await.expect(200);
        assert_eq!(listed(&page), ["하나", "둘", "셋"]);
        assert_eq!(page.text("[aria-live=polite]"), "답하지 않은 질문 3개");
        assert_eq!(listed(&other.get(PAGE).await), ["셋", "둘", "하나"], "whoever watches sees the newest first");

        let page = press(&class.instructor, site, "하나", "answer").await;
        assert_eq!(listed(&page), ["둘", "셋", "하나"]);
        assert!(other.get(PAGE).await.said().contains("열공 · 10:05 답변함"));
        let page = press(&class.producer, site, "둘", "hide").await;
        assert_eq!(listed(&page), ["셋", "하나", "둘"]);
        assert_eq!(page.text("[aria-live=polite]"), "답하지 않은 질문 1개");
        assert_eq!(listed(&hana.get(PAGE).await), ["셋", "하나"]);
        assert!(!hana.get(&format!("{PAGE}/questions")).await.body().contains("둘"), "an open page isn't told either");
        press(&class.instructor, site, "둘", "reopen").await;
        press(&class.instructor, site, "하나", "reopen").await;
        let page = class.instructor.get(DESK).await;
        assert_eq!(listed(&page), ["하나", "둘", "셋"], "what was hidden or answered by mistake waits again");

        let lines = audit::Entity::find().filter(audit::Column::Subject.eq("question"));
        assert_eq!(lines.count(site.centre.database()).await.unwrap(), 4, "who did it is written down");
        let before = site.tables().await;
        let id = rows(site).await[0].id;
        let hide = format!("{DESK}/questions/{id}/hide");
        class.instructor.post(&hide.replace("hide", "reopen"), &[]).await.expect(200);
        hana.post(&hide, &[]).await.expect(403);
        hana.post(&format!("{DESK}/questions"), &[("open", "no")]).await.expect(403);
        hana.get(&format!("{DESK}/questions")).await.expect(403);
        assert!(site.visitor().post(&hide, &[]).await.path.starts_with("/sign-in"));
        for other in [Duty::FrontDesk, Duty::Instructor, Duty::Administrator] {
            let other = site.person(other.as_str(), &[other]).await;
            let other = site.sign_in(other).await;
            other.post(&hide, &[]).await.expect(403);
        }
        class.instructor.post(&hide.replace("hide", "burn"), &[]).await.expect(404);
        class.instructor.post(&format!("{DESK}/questions/{}/hide", Uuid::from_u128(9)), &[]).await.expect(404);
        class.instructor.post(&format!("{DESK}/questions"), &[("open", "ajar")]).await.expect(400);
        before.without(&["person", "contact", "duty", "audit", "web_session", "consent"])
            .assert_same(&site.tables().await);
    }

    async fn a_closed_box_takes_nothing_until_it_is_opened_again(site) {
        let class = class(site).await;
        let hana = learner(site, "홍길동").await;
        let late = hana.get(PAGE).await.form("form[action$='/ask']").fill("nickname", "열공").fill("words", "왜요?");
        let desk = class.instructor.get(DESK).await;
        assert!(desk.said().contains("질문을 받고 있습니다"), "a class takes questions by itself");
        let switch = "form[action$='/host/questions']";
        let page = desk.form(switch).submit().await.expect(200);
        assert!(page.said().contains("질문을 받지 않고 있습니다"), "{}", page.said());
        let before = site.tables().await;
        let page = late.submit().await.expect(409);
        assert!(page.said().contains("지금은 질문을 보낼 수 없습니다"), "{}", page.said());
        before.assert_same(&site.tables().await);
        let page = hana.get(PAGE).await.expect(200);
        assert!(!page.has("form[action$='/ask']") && page.said().contains("지금은 질문을 받지 않습니다"));
        class.instructor.get(DESK).await.form(switch).submit().await.expect(200);
        ask(&hana, "열공", "왜요?").await.expect(200);
    }

    async fn an_event_takes_no_questions_until_its_host_opens_the_box(site) {
        let class = class(site).await;
        let seed = "INSERT INTO space (id, code, name, kind, in_use_from) VALUES (#1, 'one', 'one', 'classroom', '2021-01-01')";
        let bytes = |text: &str| text.replace("#1", if site.engine == tests::Engine::Sqlite { "x'00000000000000000000000000000001'" } else { "'00000000000000000000000000000001'" });
        site.centre.database().execute_unprepared(&bytes(seed)).await.unwrap();
        let event = "INSERT INTO booking (id, code, space_id, kind, purpose, audience, person_id, starts_at, ends_at, set_up, strike, state, number, request_key, sequence, version, created_at) VALUES
            (#1, 'S21-001', #1, 'live', '구정 소식', 'staff', NULL, '2021-03-03T01:00:00+00:00', '2021-03-03T03:00:00+00:00', 0, 0, 'approved', 1, #1, 0, 1, '2021-01-01T00:00:00+00:00')";
        site.centre.database().execute_unprepared(&bytes(event)).await.unwrap();
        let of_event = broadcast::ActiveModel {
            run_id: Set(None),
            number: Set(None),
            booking_id: Set(Some(Uuid::from_u128(1))),
            state: Set(State::Manual),
            ..Default::default()
        };
        broadcast::Entity::update_many().set(of_event).exec(site.centre.database()).await.unwrap();
        assert_eq!(booking::Entity::find().count(site.centre.database()).await.unwrap(), 1);
        let guest = site.resident("홍길동").await;
        let page = guest.get(PAGE).await.expect(200);
        assert!(page.has(".live-player") && !page.said().contains("질문"), "{}", page.said());
        let sent = [("nickname", "손님"), ("words", "왜요?"), ("key", "00000000-0000-0000-0000-000000000009")];
        let before = site.tables().await;
        let page = guest.post(&format!("{PAGE}/ask"), &sent).await.expect(409);
        assert!(page.said().contains("지금은 질문을 보낼 수 없습니다"), "{}", page.said());
        before.assert_same(&site.tables().await);
        let desk = class.producer.get(DESK).await.expect(200);
        assert!(!desk.has(".attendance"), "an event has no attendance");
        desk.form("form[action$='/host/questions']").submit().await.expect(200);
        ask(&guest, "손님", "언제 하나요?").await.expect(200);
    }

    async fn an_open_page_hears_what_is_new_and_is_answered_where_it_stands(site) {
        let class = class(site).await;
        let hana = learner(site, "홍길동").await;
        let json = |page: &Page| serde_json::from_str::<serde_json::Value>(&page.body()).unwrap();
        let heard = || async { json(&hana.get(&format!("{PAGE}/state")).await.expect(200)) };
        let before = heard().await;
        assert_eq!(before, heard().await);
        let key = hana.get(PAGE).await.form("form[action$='/ask']").value("key");
        let island = hana.clone().with_header("accept", "application/json");
        let tables = site.tables().await;
        let fields = [("nickname", "열공"), ("words", ""), ("key", key.as_str())];
        let refused = json(&island.post(&format!("{PAGE}/ask"), &fields).await.expect(422));
        assert_eq!(refused["problems"], serde_json::json!([["words", "질문을 300자까지 적어 주십시오."]]));
        tables.assert_same(&site.tables().await);
        let fields = [("nickname", "열공"), ("words", "왜요?"), ("key", key.as_str())];
        let answered = island.post(&format!("{PAGE}/ask"), &fields).await.expect(200);
        assert_eq!(answered.hops.len(), 0, "an island goes nowhere");
        let answered = json(&answered);
        assert_eq!(answered["problems"], serde_json::json!([]));
        assert_eq!(answered["asked"]["lines"][0]["words"], "왜요?");
        assert_ne!(answered["asked"]["asking"]["Form"]["key"], key.as_str(), "the next question has a key of its own");
        let after = heard().await;
        assert_ne!(before["questions"], after["questions"]);
        assert_eq!(before["show"], after["show"], "the player goes on");

        let host = class.instructor.clone().with_header("accept", "application/json");
        let id = rows(site).await[0].id;
        let desk = json(&host.post(&format!("{DESK}/questions/{id}/hide"), &[]).await.expect(200));
        assert_eq!(desk["lines"][0]["state"], "hidden");
        assert_eq!(rows(site).await[0].state, QuestionState::Hidden);
        assert_ne!(after["questions"], heard().await["questions"]);
    }

    async fn a_question_is_emptied_when_it_was_kept_long_enough(site) {
        class(site).await;
        let hana = learner(site, "홍길동").await;
        let public = broadcast::ActiveModel { privacy: Set(Privacy::Public), ..Default::default() };
        broadcast::Entity::update_many().set(public).exec(site.centre.database()).await.unwrap();
        // Without any application: what they asked is the last that was heard of them.
        let guest = site.resident("남남").await;
        ask(&hana, "열공", "무릎이 아픈데 서서 하나요?").await.expect(200);
        ask(&guest, "손님", "저는 혼자 삽니다").await.expect(200);
        let officer = site.person("담당", &[Duty::PrivacyOfficer]).await;
        let officer = site.signed_in(officer).await.privacy_officer().unwrap();
        let asked_at = rows(site).await[0].asked_at;
        site.set_time(&(asked_at + Months::new(36)).to_rfc3339());
        purge(&site.centre, &officer).await.unwrap();
        assert!(rows(site).await.iter().all(|row| row.words.is_some()), "three years and not a moment less");
        site.advance(Duration::days(1));
        purge(&site.centre, &officer).await.unwrap();
        let after = rows(site).await;
        assert_eq!(after.len(), 2, "that something was asked is still counted");
        assert!(after.iter().all(|row| row.words.is_none() && row.nickname.is_none()));
        let guest = domain::account::entity::person::Entity::find_by_id(guest.id());
        assert_eq!(guest.one(site.centre.database()).await.unwrap().unwrap().state, PersonState::Closed);
        assert_eq!(listed(&site.visitor().get(PAGE).await.expect(200)), Vec::<String>::new());
    }
}
