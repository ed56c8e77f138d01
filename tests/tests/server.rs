//! What is true of every page: who may send what, what browsers are told, what a supervisor sees.

use axum::http::Method;
use domain::account::Duty;
use tests::both;

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

    async fn the_table_of_sessions_does_not_hold_the_cookie(site) {
        let visitor = site.resident("홍길동").await;
        let cookie = visitor.cookie("centre").unwrap();
        assert!(!format!("{:?}", site.tables().await).contains(&cookie));
    }
}
