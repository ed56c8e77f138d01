//! Certificates: their numbers, their papers, revoking them, and whether one is true.

use std::process::{Command, Stdio};

use domain::account::Duty;
use domain::account::entity::person;
use domain::attendance::Presence;
use domain::attendance::certificate::{self as store, For};
use domain::attendance::entity::certificate;
use domain::notice::Event;
use domain::privacy::purge;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, QueryOrder};
use tests::{Page, Site, both};

use super::{Learner, PAGE, School, furnish, mark, unchanged};

async fn certificates(site: &Site) -> Vec<certificate::Model> {
    let all = certificate::Entity::find().order_by_asc(certificate::Column::Serial);
    all.all(site.centre.database()).await.unwrap()
}

/// Two who have completed the run, which is closed, and one who hasn't.
async fn completed(site: &Site) -> (School, [Learner; 3]) {
    let school = furnish(site).await;
    let hana = school.learner(site, "홍길동").await;
    let duri = school.learner(site, "김두리").await;
    let sejin = school.learner(site, "박세진").await;
    mark(site, &hana, &[1, 2, 3, 4], Presence::Present).await;
    mark(site, &duri, &[1, 2, 3, 4, 5], Presence::Present).await;
    school.close(site).await;
    (school, [hana, duri, sejin])
}

/// What poppler's tool says of a PDF.
fn poppler(tool: &str, arguments: &[&str], pdf: &[u8]) -> String {
    use std::io::Write;
    let mut child = Command::new(tool)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|cause| panic!("{tool}: {cause}; `./dev setup` installs it"));
    child.stdin.take().unwrap().write_all(pdf).unwrap();
    // It writes titles as the file has them, which is no UTF-8.
    String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned()
}

async fn paper(learner: &Learner, query: &str) -> Page {
    learner.visitor.get(&format!("{}/certificate.pdf{query}", learner.path())).await.expect(200)
}

both! {
    async fn certificates_are_numbered_without_a_gap_and_go_to_those_who_completed(site) {
        let (school, [hana, duri, sejin]) = completed(site).await;
        assert!(hana.standing().await.contains("교육 담당자가 발급하면"));
        let page = school.issue().await;
        assert!(page.text("[role=status]").contains("수료증을 발급했습니다"));
        assert!(page.said().contains("제2021-0001호") && page.said().contains("제2021-0002호"), "{}", page.said());
        let rows = certificates(site).await;
        let whose: Vec<_> = rows.iter().map(|row| (row.serial, row.application_id)).collect();
        assert_eq!(whose, [(1, hana.application), (2, duri.application)]);
        let told = site.notices().await.iter().filter(|it| it.event == Event::CertificateIssued).count();
        assert_eq!(told, 2);

        // Nobody gets a second one, and who hasn't completed it none.
        let before = unchanged(site).await;
        for application in ["", &hana.application.to_string(), &sejin.application.to_string()] {
            let fields = [("application", application)];
            let page = school.manager.post(&format!("{PAGE}/certificates"), &fields).await.expect(409);
            assert!(page.said().contains("수료증을 새로 받을 수료자가 없습니다"));
        }
        school.manager.post(&format!("{PAGE}/certificates"), &[("application", "x")]).await.expect(400);
        before.assert_same(&site.tables().await);
        sejin.visitor.get(&format!("{}/certificate.pdf", sejin.path())).await.expect(404);
        duri.visitor.get(&format!("{}/certificate.pdf", hana.path())).await.expect(404);
    }

    async fn one_alone_is_issued_and_a_run_that_is_open_has_none(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "홍길동").await;
        mark(site, &hana, &[1, 2, 3, 4], Presence::Present).await;
        let before = unchanged(site).await;
        let page = school.manager.post(&format!("{PAGE}/certificates"), &[]).await.expect(409);
        before.assert_same(&site.tables().await);
        assert!(!page.said().contains("제2021"));
        school.close(site).await;
        let form = format!("#issue-{0}-form, form:has(input[value='{0}'])", hana.application);
        let page = school.page().await.form(&form).submit().await.expect(200);
        assert!(page.said().contains("제2021-0001호"));
    }

    async fn of_many_who_issue_at_once_nobody_gets_a_number_twice(site) {
        let (school, _) = completed(site).await;
        let by = site.signed_in(school.manager.id()).await.training_manager().unwrap();
        let issue = || store::issue(&site.centre, &by, school.run, For::All);
        let (one, two, three, four) = tokio::join!(issue(), issue(), issue(), issue());
        let issued: usize = [one, two, three, four].into_iter().flatten().sum();
        assert_eq!(issued, 2);
        let serials: Vec<i32> = certificates(site).await.iter().map(|row| row.serial).collect();
        assert_eq!(serials, [1, 2]);
    }

    async fn a_certificate_is_a_tagged_pdf_that_says_name_and_number(site) {
        let (school, [hana, duri, _]) = completed(site).await;
        let named = person::ActiveModel { id: Set(hana.visitor.id()), latin_name: Set(Some("Hong Gildong".into())), ..Default::default() };
        named.update(site.centre.database()).await.unwrap();
        school.issue().await;
        assert!(hana.page().await.has("a[href$='certificate.pdf']"));
        let file = paper(&hana, "").await;
        assert_eq!(file.header("content-type"), Some("application/pdf"));
        assert_eq!(file.header("cache-control"), Some("private, no-store"));
        assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"certificate-2021-0001.pdf\""));
        let text = poppler("pdftotext", &["-layout", "-", "-"], &file.bytes);
        for said in ["제2021-0001호", "수료증", "홍길동", "강좌 P21-014", "2021년 3월 3일 ~ 2021년 3월 7일", "10시간 가운데 8시간 이수", "2021년 3월 9일"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        let structure = poppler("pdfinfo", &["-struct", "-"], &file.bytes);
        assert!(structure.contains("H1") && structure.contains("Figure"), "{structure}");
        let facts = poppler("pdfinfo", &["-"], &file.bytes);
        assert!(facts.contains("Tagged:          yes") && facts.contains("Pages:           1"), "{facts}");
        let metadata = poppler("pdfinfo", &["-meta", "-"], &file.bytes);
        assert!(metadata.contains("<pdfuaid:part>1</pdfuaid:part>"), "{metadata}");

        let latin = poppler("pdftotext", &["-layout", "-", "-"], &paper(&hana, "?name=latin").await.bytes);
        assert!(latin.contains("Hong Gildong") && !latin.contains("홍길동"), "{latin}");
        let english = hana.visitor.get(&format!("/en{}/certificate.pdf", hana.path())).await.expect(200);
        let english = poppler("pdftotext", &["-layout", "-", "-"], &english.bytes);
        assert!(english.contains("Certificate") && english.contains("No. 2021-0001") && english.contains("8 of 10 hours"), "{english}");

        // All of a run in one file, and one at the desk; both looks are written down.
        let looks = site.tables().await.count("access");
        let all = school.manager.get("/manage/runs/P21-014/certificates.pdf").await.expect(200);
        assert!(poppler("pdfinfo", &["-"], &all.bytes).contains("Pages:           2"));
        let desk = site.sign_in_as(Duty::FrontDesk).await;
        let counter = desk.get(&format!("/desk/P21-014/{}", duri.application)).await.expect(200);
        let printed = counter.click("수료증").await.expect(200);
        assert!(poppler("pdftotext", &["-", "-"], &printed.bytes).contains("김두리"));
        assert_eq!(site.tables().await.count("access"), looks + 3);
        for (who, path) in [(&desk, "/manage/runs/P21-014/certificates.pdf".to_owned()), (&school.manager, format!("/desk/P21-014/{}/certificate.pdf", duri.application))] {
            who.get(&path).await.expect(403);
        }
    }

    async fn a_name_in_letters_that_the_typeface_lacks_still_gets_its_paper(site) {
        let school = furnish(site).await;
        let hana = school.learner(site, "왕 𠮷子").await;
        mark(site, &hana, &[1, 2, 3, 4], Presence::Present).await;
        school.close(site).await;
        school.issue().await;
        let text = poppler("pdftotext", &["-", "-"], &paper(&hana, "").await.bytes);
        assert!(text.contains("왕 □"), "{text}");
    }

    async fn whether_a_certificate_is_true_is_said_and_nothing_else(site) {
        let (school, [hana, ..]) = completed(site).await;
        school.issue().await;
        let row = certificates(site).await.remove(0);
        let page = site.visitor().get(&format!("/verify/{}", row.token)).await.expect(200);
        assert!(page.text("main").contains("유효한 수료증입니다"));
        for hidden in ["홍길동", "2021-0001", "P21-014"] {
            assert!(!page.text("main").contains(hidden), "{hidden}");
        }
        for wrong in ["x", "2021-0001", &row.id.to_string()] {
            let page = site.visitor().get(&format!("/verify/{wrong}")).await.expect(404);
            assert!(page.text("main").contains("유효한 수료증이 아닙니다"), "{wrong}");
        }

        let address = format!("/manage/runs/P21-014/certificates/{}", row.id);
        let form = || async { school.manager.get(&address).await.expect(200).form("form[action$='/revoke']") };
        let long = "가".repeat(201);
        let before = unchanged(site).await;
        for wrong in ["", long.as_str()] {
            let page = form().await.fill("reason", wrong).submit().await.expect(422);
            assert_eq!(page.problem("reason").as_deref(), Some("한 줄로 200자까지 적어 주십시오."));
            before.assert_same(&site.tables().await);
        }
        school.instructor.post(&format!("{address}/revoke"), &[("reason", "왜")]).await.expect(403);
        before.assert_same(&site.tables().await);
        let late = form().await;
        let page = form().await.fill("reason", "다른 사람의 출석").submit().await.expect(200);
        assert!(page.said().contains("제2021-0001호 (취소)"), "{}", page.said());
        let before = unchanged(site).await;
        assert!(late.fill("reason", "또").submit().await.expect(409).said().contains("이미 취소한 수료증입니다"));
        before.assert_same(&site.tables().await);
        site.visitor().get(&format!("/verify/{}", row.token)).await.expect(404);
        hana.visitor.get(&format!("{}/certificate.pdf", hana.path())).await.expect(404);
        assert!(site.notices().await.iter().any(|it| it.event == Event::CertificateRevoked && it.facts.contains("다른 사람의 출석")));

        // Another one gets another number: what was revoked is never given again.
        school.issue().await;
        let serials: Vec<i32> = certificates(site).await.iter().map(|row| row.serial).collect();
        assert_eq!(serials, [1, 2, 3]);
        assert!(hana.page().await.has("a[href$='certificate.pdf']"));
    }

    async fn names_and_words_end_with_their_years_and_whether_it_is_true_stays(site) {
        let (school, [hana, ..]) = completed(site).await;
        let form = hana.visitor.get(&format!("{}/survey", hana.path())).await.expect(200).form("main form");
        let form = (1..=5).fold(form, |form, place| form.fill(&format!("q{place}"), "4"));
        form.fill("q6", "옆자리 분께 감사합니다").submit().await.expect(200);
        school.issue().await;
        let row = certificates(site).await.remove(0);
        let address = format!("/manage/runs/P21-014/certificates/{}", certificates(site).await[1].id);
        let form = school.manager.get(&address).await.expect(200).form("form[action$='/revoke']");
        form.fill("reason", "이름이 틀림").submit().await.expect(200);
        let purged = async |time: &str| {
            site.set_time(time);
            let officer = site.person("강보호", &[Duty::PrivacyOfficer]).await;
            let right = site.signed_in(officer).await.privacy_officer().unwrap();
            purge(&site.centre, &right).await.unwrap();
        };
        purged("2024-03-08T00:00:00+09:00").await;
        assert_eq!((site.tables().await.count("survey_words"), certificates(site).await[1].reason.is_some()), (0, true));
        purged("2024-03-10T00:00:00+09:00").await;
        assert_eq!(certificates(site).await[1].reason, None);
        assert_eq!(certificates(site).await[0].name, "홍길동");
        purged("2026-03-10T00:00:00+09:00").await;
        assert_eq!(certificates(site).await[0].name, "");
        site.visitor().get(&format!("/verify/{}", row.token)).await.expect(200);
    }
}
