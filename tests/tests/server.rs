//! What is true of every page: who may send what, what browsers are told, what a supervisor sees.

use axum::http::Method;
use domain::account::Duty;
use domain::course::store::next_change;
use sea_orm::ConnectionTrait;
use tests::{Site, both};
use uuid::Uuid;

use crate::registration::run_of_four;

both! {
    async fn a_page_that_does_not_exist_says_so_in_the_readers_language(site) {
        let page = site.visitor().get("/nothing/here").await.expect(404);
        assert_eq!(page.attribute("html", "lang"), "ko");
        let page = site.visitor().get("/en/nothing/here").await.expect(404);
        assert_eq!(page.attribute("html", "lang"), "en");
        assert!(page.link("한국어").ends_with("/nothing/here"));
    }

    async fn what_another_sites_page_sends_is_refused_and_changes_nothing(site) {
        let before = site.tables().await;
        let visitor = site.visitor();
        for (name, value) in [
            ("origin", ""),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://127.0.0.1:3001"),
        ] {
            let page = visitor.clone().with_header(name, value).post("/display", &[("mode", "high-contrast")]).await;
            assert_eq!(page.status, 403, "{name}: {value}");
            assert!(page.has("main"), "the refusal is a page");
        }
        assert_eq!(visitor.cookie("display"), None);
        before.assert_same(&site.tables().await);
        visitor.post("/display", &[("mode", "high-contrast"), ("back", "/nothing")]).await;
        assert_eq!(visitor.cookie("display").as_deref(), Some("high-contrast"));
    }

    async fn browsers_are_told_what_our_pages_may_do(site) {
        let page = site.visitor().get("/nothing").await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe-inline"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));
        assert_eq!(page.header("cache-control"), Some("private, no-store"));
        assert_eq!(page.header("strict-transport-security"), None, "the public address has no TLS here");
        assert!(page.header("x-request-id").is_some());
        assert!(!page.body().contains("<script>"), "the policy would refuse it");
    }

    async fn a_method_a_page_does_not_have_is_refused_with_those_it_has(site) {
        let page = site.visitor().open(Method::PUT, "/healthz", None, Vec::new()).await.expect(405);
        assert_eq!(page.header("allow"), Some("GET,HEAD"));
        assert!(page.has("main"));
    }

    async fn a_form_larger_than_any_of_ours_is_refused(site) {
        let large = "a".repeat(70_000);
        let page = site.visitor().post("/display", &[("mode", &large)]).await;
        assert_eq!(page.status, 413);
        assert!(page.has("main"));
    }

    async fn a_form_of_another_kind_is_refused(site) {
        let body = br#"{"mode":"high-contrast"}"#.to_vec();
        let page = site.visitor().open(Method::POST, "/display", Some("application/json"), body).await;
        assert_eq!(page.status, 415);
    }

    async fn a_supervisor_sees_that_it_lives_and_can_work(site) {
        let visitor = site.visitor();
        assert_eq!(visitor.get("/healthz").await.expect(200).body(), "ok\n");
        let before = site.tables().await;
        assert_eq!(visitor.get("/readyz").await.expect(200).body(), r#"{"database":true,"disk":true}"#);
        before.assert_same(&site.tables().await);
    }

    async fn only_this_machine_reads_the_figures(site) {
        site.visitor().get("/metrics").await.expect(404);
        site.visitor().from("127.0.0.1").get("/metrics").await.expect(200);
        // A proxy we trust says where it comes from, anybody else may claim what they like.
        let through_proxy = site.visitor().from("192.0.2.9").with_header("x-forwarded-for", "127.0.0.1");
        through_proxy.get("/metrics").await.expect(200);
        site.visitor().with_header("x-forwarded-for", "127.0.0.1").get("/metrics").await.expect(404);
        // A proxy on this machine that nobody named doesn't make everybody this machine.
        let unnamed = site.visitor().from("127.0.0.1").with_header("x-forwarded-for", "198.51.100.7");
        unnamed.get("/metrics").await.expect(404);
    }

    async fn who_stays_away_for_two_weeks_is_signed_out_and_who_comes_back_is_not(site) {
        let visitor = site.sign_in_as(Duty::Administrator).await;
        let signed_in = async |visitor: &tests::Visitor| visitor.get("/nothing").await.has("form[action='/sign-out']");
        assert!(signed_in(&visitor).await);
        for _ in 0..3 {
            site.advance(chrono::Duration::days(13));
            assert!(signed_in(&visitor).await, "coming back renews");
        }
        site.advance(chrono::Duration::days(15));
        assert!(!signed_in(&visitor).await);
    }

    async fn a_public_page_is_kept_for_strangers_until_something_changes(site) {
        run_of_four(site).await;
        let first = site.visitor().get("/courses/P21-014").await.expect(200);
        assert_eq!(first.header("cache-control"), Some("public, no-cache"));
        assert!(first.header("vary").unwrap().contains("cookie"));
        let tag = first.header("etag").unwrap().to_owned();
        let same = site.visitor().with_header("if-none-match", &tag).get("/courses/P21-014").await.expect(304);
        assert!(same.bytes.is_empty());
        // A change behind the writer's back shows that it really comes from memory.
        execute(site, "UPDATE course SET title = 'Other title', title_en = NULL").await;
        assert_eq!(site.visitor().get("/courses/P21-014").await.bytes, first.bytes);
        let packed = site.visitor().with_header("accept-encoding", "gzip, br").get("/courses/P21-014").await;
        assert_eq!(packed.header("content-encoding"), Some("br"));
        assert!(packed.bytes.len() * 2 < first.bytes.len());
        assert!(site.visitor().get("/en/courses/P21-014").await.has("html[lang=en]"), "another language is another page");

        // One's own page is nobody else's, and a booking is seen at once.
        let visitor = site.resident("홍길동").await;
        let own = visitor.get("/courses/P21-014").await.expect(200);
        assert_eq!((own.header("cache-control"), own.header("etag")), (Some("private, no-store"), None));
        assert!(own.body().contains("홍길동"));
        own.form(".seat-form").press("1-02").await.expect(200);
        let after = site.visitor().with_header("if-none-match", &tag).get("/courses/P21-014").await.expect(200);
        assert!(after.said().contains("남은 자리 3석"), "{}", after.said());
        assert!(!after.body().contains("홍길동") && !after.has("[name=key]"));

        // Time alone closes the window.
        site.set_time("2021-01-28T18:00:00+09:00");
        assert!(site.visitor().get("/courses/P21-014").await.said().contains("접수가 마감되었습니다"));
    }

    async fn who_asks_for_the_head_of_a_page_gets_no_body_and_leaves_the_page_whole(site) {
        run_of_four(site).await;
        let head = async || site.visitor().send(Method::HEAD, "/courses/P21-014", None, Vec::new()).await.expect(200);
        assert!(head().await.bytes.is_empty());
        let page = site.visitor().get("/courses/P21-014").await.expect(200);
        assert!(page.has("main"), "what had no body was kept");
        execute(site, "UPDATE course SET title = 'Other title'").await;
        let kept = head().await;
        assert!(kept.bytes.is_empty());
        assert_eq!(kept.header("etag"), page.header("etag"), "the head came from somewhere else than the page");
    }

    async fn who_cannot_read_brotli_does_not_get_it(site) {
        run_of_four(site).await;
        for (accepted, sent) in [("br", Some("br")), ("br;q=0", None), ("gzip, br; q=0", Some("gzip")), ("br;q=0.0", None)] {
            for _ in 0..2 {
                let page = site.visitor().with_header("accept-encoding", accepted).get("/courses/P21-014").await.expect(200);
                assert_eq!(page.header("content-encoding"), sent, "{accepted}");
            }
        }
    }

    async fn who_finds_no_room_in_the_line_is_brought_back_to_the_form_and_nothing_is_done(site) {
        run_of_four(site).await;
        let visitor = site.resident("홍길동").await;
        let before = site.tables().await;
        let page = visitor.get("/en/courses/P21-014").await.expect(200);
        let key = page.form(".seat-form").value("key");
        let fields = [("seat", "any"), ("key", key.as_str())];
        let crowded = site.crowded(&visitor);
        let page = crowded.post("/en/courses/P21-014", &fields).await.expect(503);
        assert_eq!(page.header("refresh"), Some("5; url=/en/courses/P21-014"));
        assert_eq!(page.header("retry-after"), Some("5"));
        assert!(page.said().contains("this page opens again by itself"), "{}", page.said());
        let id = Uuid::nil();
        let page = crowded.post(&format!("/my/{id}/seat"), &[("seat", "1-01")]).await.expect(503);
        assert_eq!(page.header("refresh"), Some(format!("5; url=/my/{id}").as_str()));
        before.assert_same(&site.tables().await);
        // Whoever reads or signs in meanwhile is not kept out.
        crowded.get("/courses/P21-014").await.expect(200);
        crowded.post(&format!("/my/{id}/cancel"), &[]).await.expect(404);
        // With room again the same form does it.
        visitor.post("/en/courses/P21-014", &fields).await.expect(200);
    }

    async fn a_form_too_large_for_any_of_ours_is_not_read(site) {
        run_of_four(site).await;
        let visitor = site.resident("홍길동").await;
        let before = site.tables().await;
        let page = visitor.post("/courses/P21-014", &[("seat", &"1".repeat(70_000))]).await.expect(413);
        assert!(page.has("main"), "a page, not a bare status");
        before.assert_same(&site.tables().await);
    }

    async fn what_was_asked_before_a_window_closed_is_true_until_then_and_no_longer(site) {
        run_of_four(site).await;
        let at = |text: &str| text.parse().unwrap();
        let closes = at("2021-01-28T18:00:00+09:00");
        let just_before = at("2021-01-28T17:59:59.9+09:00");
        assert_eq!(next_change(&site.centre, just_before).await.unwrap(), closes);
        // Somebody asks after it, while a page asked for before it is still being drawn.
        assert!(next_change(&site.centre, closes).await.unwrap() > closes);
        assert_eq!(next_change(&site.centre, just_before).await.unwrap(), closes);
    }

    async fn a_page_with_a_countdown_is_drawn_for_its_moment(site) {
        run_of_four(site).await;
        site.set_time("2021-01-11T08:59:00+09:00");
        let page = site.visitor().get("/courses/P21-014").await.expect(200);
        assert_eq!(page.header("cache-control"), Some("private, no-store"));
        site.set_time("2021-01-11T09:00:00+09:00");
        let page = site.visitor().get("/courses/P21-014").await.expect(200);
        assert_eq!(page.header("cache-control"), Some("public, no-cache"));
    }

    async fn a_sign_in_ended_and_a_duty_taken_away_are_gone_at_once_on_every_server(site) {
        let person = site.person("정안내", &[Duty::FrontDesk]).await;
        let visitor = site.sign_in(person).await;
        visitor.get("/desk").await.expect(200);
        visitor.get("/desk").await.expect(200);
        // As another server would: past this one's memory.
        execute(site, "DELETE FROM duty WHERE name = 'front_desk'").await;
        visitor.get("/desk").await.expect(403);
        execute(site, "DELETE FROM web_session").await;
        assert!(visitor.get("/account").await.path.starts_with("/sign-in"));
    }

    async fn the_table_of_sessions_does_not_hold_the_cookie(site) {
        let visitor = site.resident("홍길동").await;
        let cookie = visitor.cookie("centre").unwrap();
        assert!(!format!("{:?}", site.tables().await).contains(&cookie));
    }
}

async fn execute(site: &Site, sql: &str) {
    site.centre.database().execute_unprepared(sql).await.expect(sql);
}
