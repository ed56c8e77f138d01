//! Open calls: who publishes one, who answers, who is chosen, and what is kept of it.

use chrono::{DateTime, Months, Utc};
use domain::account::entity::{access, audit};
use domain::account::{Duty, PersonState, Purpose};
use domain::notice::Event;
use domain::privacy::purge;
use domain::studio::AnswerState;
use domain::studio::entity::{call_answer, call_answer_event, open_call};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use tests::{Form, Page, Site, Visitor, both};

/// A Monday.
const NOW: &str = "2021-07-05T09:00:00+09:00";

const WORDS: &str = "이십 년 된 문방구 이야기를\n들려드리고 싶습니다.";

async fn form(producer: &Visitor) -> Form {
    let form = producer.get("/manage/calls/new").await.expect(200).form("main form");
    form.fill("title", "우리 동네 가게 이야기")
        .fill("purpose", "가게를 지켜 온 분들의 이야기를 영상으로 만듭니다.")
        .fill("who_for", "구에서 가게를 하시는 분")
        .fill("people", "2")
        .fill("dates", "8월 둘째 주 평일 오후")
        .fill("contact", "홍보미디어과 02-123-4567")
        .fill("opens_at", "2021-07-05T09:00")
        .fill("closes_at", "2021-07-12T18:00")
}

/// A call that is open for a week, and whoever published it.
async fn publish(site: &Site) -> Visitor {
    site.set_time(NOW);
    let producer = site.sign_in_as(Duty::Producer).await;
    let page = form(&producer).await.submit().await.expect(200);
    assert_eq!(page.path, "/manage/calls/C21-01?done=published");
    producer
}

async fn answer(who: &Visitor) -> Page {
    let page = who.get("/studio/calls/C21-01").await.expect(200);
    page.form("main form").fill("words", WORDS).tick("consent").submit().await
}

async fn answers(site: &Site) -> Vec<call_answer::Model> {
    let all = call_answer::Entity::find().order_by_asc(call_answer::Column::Id);
    all.all(site.centre.database()).await.unwrap()
}

async fn states(site: &Site) -> Vec<AnswerState> {
    answers(site).await.into_iter().map(|answer| answer.state).collect()
}

async fn told(site: &Site, to: &Visitor) -> Vec<Event> {
    let theirs = site.notices().await.into_iter().filter(|notice| notice.person_id == Some(to.id()));
    theirs.map(|notice| notice.event).collect()
}

async fn path_of(site: &Site, index: usize) -> String {
    format!("/manage/calls/C21-01/answers/{}", answers(site).await[index].id)
}

both! {
    async fn a_call_is_published_answered_and_decided_and_everybody_hears_of_it(site) {
        let producer = publish(site).await;
        let kim = site.resident("김하나").await;
        let list = kim.get("/studio").await.expect(200).click("참여 프로그램 모집").await.expect(200);
        assert!(list.text(".structured-item").starts_with("모집중우리 동네 가게 이야기"), "{}", list.said());
        assert!(kim.get("/studio/new").await.expect(200).link("참여 프로그램 모집").ends_with("/studio/calls"));
        let page = list.click("우리 동네 가게 이야기").await.expect(200);
        assert!(page.said().contains("김하나 님께 이 연락처로 알려 드립니다: 010-0000-"), "{}", page.said());
        assert!(page.said().contains("제1판"), "which text is agreed to");
        let page = answer(&kim).await.expect(200);
        assert!(page.said().contains("신청했습니다") && page.said().contains("검토 중"), "{}", page.said());
        assert!(!page.has("main form[action$='C21-01']"), "once is enough");
        let row = &answers(site).await[0];
        assert_eq!((row.words.as_deref(), row.consent, row.person_id), (Some(WORDS), 1, kim.id()));

        let desk = producer.get("/manage/studio").await.expect(200).click("참여 모집 관리").await.expect(200);
        assert_eq!(desk.all("tbody td"), ["모집중", "2021년 7월 12일(월) 18:00", "1", "0/2"]);
        let call = desk.click("우리 동네 가게 이야기").await.expect(200);
        assert!(call.said().contains("김*나") && !call.said().contains("김하나") && !call.said().contains("문방구"), "{}", call.said());
        assert!(call.said().contains("모집 인원 2명 가운데 0명을 정했습니다"), "{}", call.said());
        let looks = async || access::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!(looks().await.len(), 0, "a masked list shows nobody");
        let seen = call.click("김*나").await.expect(200);
        assert!(seen.said().contains("김하나") && seen.said().contains("문방구") && seen.said().contains("010-0000-"), "{}", seen.said());
        let look = looks().await.remove(0);
        assert_eq!((look.viewer_id, look.duty, look.subject_id), (producer.id(), Duty::Producer, kim.id().to_string()));

        let page = seen.form("form[action$=choose]").fill("reason", "이야기가 잘 어울립니다.").submit().await.expect(200);
        assert!(page.said().contains("선정하고 알렸습니다"), "{}", page.said());
        let page = kim.get("/studio/calls/C21-01").await.expect(200);
        assert!(page.said().contains("선정") && page.said().contains("이야기가 잘 어울립니다."), "{}", page.said());
        // Second thoughts.
        let page = producer.get(&path_of(site, 0).await).await.expect(200);
        assert!(!page.has("form[action$=choose]"));
        let page = page.form("form[action$=decline]").fill("reason", "촬영 날짜가 맞지 않습니다.").submit().await.expect(200);
        page.form("form[action$=choose]").fill("reason", "날짜를 옮겼습니다.").submit().await.expect(200);
        let page = kim.get("/studio/calls/C21-01").await.form("form[action$=withdraw]").submit().await.expect(200);
        assert!(page.said().contains("신청을 취소했습니다"), "{}", page.said());
        assert_eq!(states(site).await, [AnswerState::Withdrawn]);
        let events = [Event::CallAnswered, Event::CallChosen, Event::CallDeclined, Event::CallChosen, Event::CallWithdrawn];
        assert_eq!(told(site, &kim).await, events);
        let history = call_answer_event::Entity::find().order_by_asc(call_answer_event::Column::Id);
        let history = history.all(site.centre.database()).await.unwrap();
        let steps: Vec<_> = history.iter().map(|step| (step.state.as_str(), step.actor_id == Some(kim.id()))).collect();
        assert_eq!(steps, [("asked", true), ("chosen", false), ("declined", false), ("chosen", false), ("withdrawn", true)]);
        site.deliver().await;
        let letter = site.files().into_iter().find(|file| file.contains("촬영 날짜가")).unwrap();
        assert!(letter.contains("‘우리 동네 가게 이야기’") && letter.contains("/studio/calls/C21-01"), "{letter}");
        // Whoever has thought it over again may answer again.
        answer(&kim).await.expect(200);
        assert_eq!(states(site).await, [AnswerState::Withdrawn, AnswerState::Asked]);
        let audited: Vec<_> = audit::Entity::find().all(site.centre.database()).await.unwrap();
        assert!(audited.iter().all(|line| !format!("{line:?}").contains("문방구") && !format!("{line:?}").contains("김하나")));
    }

    async fn a_call_is_answered_from_its_first_instant_to_its_last_and_read_afterwards(site) {
        let producer = publish(site).await;
        let (kim, lee) = (site.resident("김하나").await, site.resident("이두리").await);
        let send = async |who: &Visitor| who.post("/studio/calls/C21-01", &[("words", WORDS), ("consent", "yes")]).await;
        site.set_time("2021-07-05T08:59:59+09:00");
        let kim = site.sign_in(kim.id()).await;
        let page = kim.get("/studio/calls/C21-01").await.expect(200);
        assert!(page.said().contains("모집예정") && page.said().contains("2021년 7월 5일(월) 09:00부터") && !page.has("main form"), "{}", page.said());
        let before = site.tables().await;
        assert!(send(&kim).await.expect(409).said().contains("모집기간이 아닙니다"));
        before.assert_same(&site.tables().await);
        site.set_time("2021-07-12T17:59:59.999999+09:00");
        let (kim, lee) = (site.sign_in(kim.id()).await, site.sign_in(lee.id()).await);
        send(&kim).await.expect(200);
        site.set_time("2021-07-12T18:00:00+09:00");
        let before = site.tables().await;
        let page = send(&lee).await.expect(409);
        assert!(page.said().contains("모집마감") && page.said().contains("모집이 끝났습니다") && page.said().contains("가게를 지켜 온"), "{}", page.said());
        before.assert_same(&site.tables().await);
        let stranger = site.visitor().get("/studio/calls").await.expect(200);
        assert!(stranger.text(".structured-item").starts_with("모집마감우리 동네 가게 이야기"), "{}", stranger.said());
        assert!(!site.visitor().get("/studio/calls/C21-01").await.expect(200).has("main form"));
        // It can be opened for longer, and one may still step back.
        let producer = site.sign_in(producer.id()).await;
        let edit = producer.get("/manage/calls/C21-01/edit").await.expect(200).form("main form");
        edit.fill("closes_at", "2021-07-13T18:00").submit().await.expect(200);
        send(&lee).await.expect(200);
        kim.get("/studio/calls/C21-01").await.form("form[action$=withdraw]").submit().await.expect(200);
        assert_eq!(states(site).await, [AnswerState::Withdrawn, AnswerState::Asked]);
    }

    async fn every_wrong_field_is_named_and_nothing_is_saved(site) {
        let producer = publish(site).await;
        let kim = site.resident("김하나").await;
        let before = site.tables().await;
        let (long, longer) = ("가".repeat(101), "가".repeat(1001));
        for (field, value, sentence) in [
            ("title", "", "한 줄로 100자까지"), ("title", &*long, "100자"), ("title", "=x", "한 줄로"),
            ("purpose", "", "1000자까지"), ("purpose", &longer, "1000자까지"), ("who_for", "", "1000자까지"), ("who_for", &longer, "1000자까지"),
            ("people", "0", "1에서 500까지"), ("people", "501", "1에서 500까지"), ("people", "둘", "1에서 500까지"),
            ("dates", "", "한 줄로"), ("dates", &long, "100자"), ("contact", "", "한 줄로"), ("contact", &long, "100자"),
            ("opens_at", "내일", "날짜와 시각을"), ("opens_at", "", "날짜와 시각을"), ("closes_at", "2021-07-12", "날짜와 시각을"), ("closes_at", "1921-07-12T18:00", "날짜와 시각을"),
            ("closes_at", "2021-07-05T09:00", "마감이 시작보다"),
        ] {
            let page = form(&producer).await.forge(field, value).submit().await.expect(422);
            assert!(page.problem(field).unwrap_or_default().contains(sentence), "{field}={value}: {:?}", page.problems());
            let edit = producer.get("/manage/calls/C21-01/edit").await.expect(200).form("main form");
            let page = edit.forge(field, value).submit().await.expect(422);
            assert!(page.problem(field).unwrap_or_default().contains(sentence), "{field}={value}: {:?}", page.problems());
            before.assert_same(&site.tables().await);
        }
        producer.post("/manage/calls/new", &[("key", "x")]).await.expect(400);
        producer.post("/manage/calls/C21-01/edit", &[("version", "x")]).await.expect(400);
        for (field, value, sentence) in
            [("words", "", "1000자까지"), ("words", &*longer, "1000자까지"), ("consent", "", "동의가 필요합니다")]
        {
            let form = kim.get("/studio/calls/C21-01").await.form("main form").fill("words", WORDS).tick("consent");
            let form = if field == "consent" { form.untick("consent") } else { form.fill(field, value) };
            let page = form.submit().await.expect(422);
            assert!(page.problem(field).unwrap_or_default().contains(sentence), "{field}={value}: {:?}", page.problems());
            before.assert_same(&site.tables().await);
        }
        kim.post("/studio/calls/C21-01/withdraw", &[]).await.expect(400);
        let page = kim.post("/studio/calls/C21-01/withdraw", &[("version", "1")]).await.expect(409);
        assert!(page.said().contains("그 사이에 바뀌었습니다"), "there is nothing to withdraw: {}", page.said());
        for path in ["/studio/calls/C21-09", "/studio/calls/x"] {
            kim.get(path).await.expect(404);
            kim.post(path, &[("words", WORDS), ("consent", "yes")]).await.expect(404);
        }
        before.assert_same(&site.tables().await);

        answer(&kim).await.expect(200);
        let path = path_of(site, 0).await;
        let before = site.tables().await.without(&["access"]);
        for (form, reason) in [("choose", ""), ("decline", ""), ("choose", &*long), ("decline", "=x")] {
            let page = producer.get(&path).await.form(&format!("form[action$={form}]")).fill("reason", reason);
            let page = page.submit().await.expect(422);
            assert!(page.problem(&format!("{form}-reason")).unwrap_or_default().contains("한 줄로"), "{:?}", page.problems());
            before.assert_same(&site.tables().await.without(&["access"]));
        }
        producer.post(&format!("{path}/choose"), &[("reason", "x")]).await.expect(400);
        producer.get("/manage/calls/C21-01/answers/00000000-0000-0000-0000-000000000000").await.expect(404);
        before.assert_same(&site.tables().await.without(&["access"]));
    }

    async fn what_is_sent_twice_counts_once_and_what_was_overtaken_changes_nothing(site) {
        let producer = publish(site).await;
        let twice = form(&producer).await;
        let fields: Vec<(String, String)> = twice.names().iter().map(|name| ((*name).to_owned(), twice.value(name))).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for _ in 0..2 {
            assert_eq!(producer.post("/manage/calls/new", &fields).await.expect(200).path, "/manage/calls/C21-02?done=published");
        }
        assert_eq!(open_call::Entity::find().count(site.centre.database()).await.unwrap(), 2);
        let edit = async || producer.get("/manage/calls/C21-01/edit").await.expect(200).form("main form");
        let (stale, first) = (edit().await, edit().await);
        first.fill("people", "3").submit().await.expect(200);
        let kim = site.resident("김하나").await;
        answer(&kim).await.expect(200);
        let before = site.tables().await.without(&["access"]);
        assert!(stale.fill("people", "9").submit().await.expect(409).problems()[0].contains("그 사이에"));
        let page = kim.post("/studio/calls/C21-01", &[("words", WORDS), ("consent", "yes")]).await.expect(409);
        assert!(page.said().contains("이미 신청하셨습니다"), "{}", page.said());
        before.assert_same(&site.tables().await.without(&["access"]));
        // Taken back while the producer reads it.
        let path = path_of(site, 0).await;
        let choose = producer.get(&path).await.form("form[action$=choose]").fill("reason", "좋습니다");
        let decline = producer.get(&path).await.form("form[action$=decline]").fill("reason", "아닙니다");
        kim.get("/studio/calls/C21-01").await.form("form[action$=withdraw]").submit().await.expect(200);
        let before = site.tables().await.without(&["access"]);
        for late in [choose, decline] {
            let page = late.submit().await.expect(409);
            assert!(page.said().contains("그 사이에 바뀌었습니다"), "{}", page.said());
        }
        before.assert_same(&site.tables().await.without(&["access"]));
        // Whoever was declined has had their answer.
        let lee = site.resident("이두리").await;
        answer(&lee).await.expect(200);
        let path = path_of(site, 1).await;
        producer.get(&path).await.form("form[action$=decline]").fill("reason", "다음에").submit().await.expect(200);
        let page = lee.get("/studio/calls/C21-01").await.expect(200);
        assert!(!page.has("main form") && page.said().contains("미선정"), "{}", page.said());
        let before = site.tables().await;
        lee.post("/studio/calls/C21-01", &[("words", WORDS), ("consent", "yes")]).await.expect(409);
        lee.post("/studio/calls/C21-01/withdraw", &[("version", "2")]).await.expect(409);
        before.assert_same(&site.tables().await);
    }

    async fn calls_are_a_producers_and_answers_are_nobody_elses(site) {
        let producer = publish(site).await;
        let kim = site.resident("김하나").await;
        answer(&kim).await.expect(200);
        let path = path_of(site, 0).await;
        let pages = ["/manage/calls", "/manage/calls/new", "/manage/calls/C21-01", "/manage/calls/C21-01/edit", &path];
        let acts = ["/manage/calls/new", "/manage/calls/C21-01/edit", &format!("{path}/choose"), &format!("{path}/decline")];
        for path in pages {
            assert!(site.visitor().get(path).await.path.starts_with("/sign-in"), "{path}");
        }
        let mut others = vec![site.resident("이두리").await];
        for duty in Duty::ALL.iter().filter(|duty| **duty != Duty::Producer) {
            others.push(site.sign_in_as(*duty).await);
        }
        let before = site.tables().await;
        for other in &others {
            for path in pages {
                other.get(path).await.expect(403);
            }
            for path in acts {
                other.post(path, &[("version", "1"), ("reason", "x")]).await.expect(403);
            }
            assert!(!other.get("/studio/calls/C21-01").await.expect(200).said().contains("문방구"));
        }
        let stranger = site.visitor();
        for path in acts.into_iter().chain(["/studio/calls/C21-01", "/studio/calls/C21-01/withdraw"]) {
            let page = stranger.post(path, &[("version", "1"), ("words", WORDS), ("consent", "yes")]).await;
            assert!(page.path.starts_with("/sign-in"), "{path}: {}", page.path);
        }
        let page = stranger.get("/studio/calls/C21-01").await.expect(200);
        assert!(page.link("로그인하고 신청하기").contains("next=%2Fstudio%2Fcalls%2FC21-01"), "{}", page.said());
        before.assert_same(&site.tables().await);
        assert!(producer.get("/studio/calls/C21-01").await.link("신청 보기").ends_with("/manage/calls/C21-01"));
    }

    async fn a_closed_account_takes_its_answers_back(site) {
        let producer = publish(site).await;
        let (kim, lee) = (site.resident("김하나").await, site.resident("이두리").await);
        answer(&kim).await.expect(200);
        answer(&lee).await.expect(200);
        let path = path_of(site, 0).await;
        producer.get(&path).await.form("form[action$=choose]").fill("reason", "좋습니다").submit().await.expect(200);
        kim.get("/account/close").await.form("main form").tick("sure").submit().await.expect(200);
        assert_eq!(states(site).await, [AnswerState::Withdrawn, AnswerState::Asked]);
        assert_eq!(told(site, &kim).await, [Event::CallAnswered, Event::CallChosen, Event::CallWithdrawn]);
    }

    async fn what_somebody_wrote_is_erased_with_their_addresses_and_their_name_later(site) {
        let producer = publish(site).await;
        let kim = site.resident("김하나").await;
        answer(&kim).await.expect(200);
        let path = path_of(site, 0).await;
        producer.get(&path).await.form("form[action$=choose]").fill("reason", "이야기가 좋아서").submit().await.expect(200);
        let officer = site.sign_in_as(Duty::PrivacyOfficer).await;
        let decided: DateTime<Utc> = NOW.parse().unwrap();
        let after = |years: u32, days: i64| {
            let at = decided + Months::new(12 * years) + chrono::Duration::days(days);
            site.set_time(&at.to_rfc3339());
        };
        let erase = async || {
            let right = site.signed_in(officer.id()).await.privacy_officer().unwrap();
            purge(&site.centre, &right).await.unwrap().into_iter().filter(|due| due.people > 0).map(|due| due.purpose).collect::<Vec<_>>()
        };
        // Signed out by time.
        after(3, -1);
        assert_eq!(erase().await, []);
        after(3, 1);
        assert_eq!(erase().await, [Purpose::Necessary]);
        let row = answers(site).await.remove(0);
        assert_eq!((row.words, row.reason, row.state, row.consent), (None, None, AnswerState::Chosen, 1));
        let db = site.centre.database();
        let said = call_answer_event::Entity::find().filter(call_answer_event::Column::Reason.is_not_null());
        assert_eq!(said.count(db).await.unwrap(), 0);
        after(5, 1);
        assert_eq!(erase().await, [Purpose::Statutory]);
        let producer = site.sign_in(producer.id()).await;
        let page = producer.get("/manage/calls/C21-01").await.expect(200);
        assert!(page.said().contains("지워진 회원"), "{}", page.said());
        let person = domain::account::entity::person::Entity::find_by_id(kim.id()).one(db).await.unwrap().unwrap();
        assert_eq!((person.state, person.name.as_str()), (PersonState::Erased, ""));
    }
}
