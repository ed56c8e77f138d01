//! What is told reaches people, once, by the way they gave, however the servers behave that carry it.

use chrono::Duration;
use domain::account::{Address, ContactKind, Duty};
use domain::language::Language;
use domain::notice::store::{Draft, Recipient, queue};
use domain::notice::{Event, Facts, NoticeState};
use tests::mail_server::{MailServer, Mood};
use tests::text_gateway::{Gateway, KEY};
use tests::{Site, both};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

both! {
    async fn a_letter_goes_into_the_folder_with_the_facts_and_is_not_written_twice(site) {
        let person = site.person_at("홍길동", email("hong"), &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        assert_eq!(site.deliver().await, 1);
        assert_eq!(site.deliver().await, 0);
        let [letter] = &site.files()[..] else { panic!("{:?}", site.files()) };
        for part in ["To: hong@example.org", "‘엑셀 기초’ 강좌의 수강신청이 확정되었습니다.", "좌석: 1-07"] {
            assert!(letter.contains(part), "{part}: {letter}");
        }
        let [row] = &site.notices().await[..] else { panic!() };
        assert_eq!((row.state, row.tries, row.uncertain), (NoticeState::Sent, 1, 0));
        assert!(letter.contains(&format!("Message-ID: <{}@centre.invalid>", row.id)));
    }

    async fn a_text_message_goes_into_the_folder_with_the_number_first(site) {
        let phone = Address::parse("010-0000-1234").unwrap();
        let person = site.person_at("홍길동", phone, &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        site.deliver().await;
        let [message] = &site.files()[..] else { panic!() };
        let mut lines = message.lines();
        assert_eq!((lines.next(), lines.next()), (Some("010-0000-1234"), Some("")));
        assert!(message.contains("엑셀 기초") && message.contains("/courses/P21-014"), "{message}");
    }

    async fn nobody_is_woken_at_night_except_by_a_code(site) {
        site.set_time("2021-01-11T22:30:00+09:00");
        let person = site.person("홍길동", &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        assert_eq!(site.deliver().await, 0);
        code(site, Recipient::Address(site.phone())).await;
        assert_eq!(site.deliver().await, 1);
        site.set_time("2021-01-12T07:59:59+09:00");
        assert_eq!(site.deliver().await, 0);
        site.set_time("2021-01-12T08:00:00+09:00");
        assert_eq!(site.deliver().await, 1);
        assert_eq!(site.notices().await[0].tries, 1, "waiting for the morning is no attempt");
    }

    async fn a_code_is_forgotten_once_sent_and_not_sent_once_expired(site) {
        code(site, Recipient::Address(email("kim"))).await;
        site.deliver().await;
        assert_eq!(site.notices().await[0].facts, "{}");
        code(site, Recipient::Address(email("lee"))).await;
        site.advance(Duration::minutes(11));
        site.deliver().await;
        let late = &site.notices().await[1];
        assert_eq!((late.state, late.trouble.as_deref()), (NoticeState::Stuck, Some("the code has expired")));
        assert_eq!(late.facts, "{}");
        let administrator = site.sign_in_as(Duty::Administrator).await;
        assert!(!administrator.get("/manage/notices").await.has("main table"), "nobody can help it any more");
        let retry = format!("/manage/notices/{}/retry", late.id);
        administrator.post(&retry, &[]).await.expect(409);
    }

    async fn a_code_that_could_not_be_sent_is_forgotten_when_it_expires(site) {
        let server = MailServer::start(&[Mood::NoMailbox]).await;
        code(site, Recipient::Address(email("kim"))).await;
        site.outbox_by_smtp(&server.url()).deliver().await.unwrap();
        domain::notice::store::empty_old(&site.centre).await.unwrap();
        assert!(site.notices().await[0].facts.contains("123456"), "somebody may still help it");
        site.advance(Duration::minutes(10));
        domain::notice::store::empty_old(&site.centre).await.unwrap();
        let row = &site.notices().await[0];
        assert_eq!((row.state, row.facts.as_str()), (NoticeState::Stuck, "{}"));
    }

    async fn what_was_given_up_is_emptied_after_its_days_too(site) {
        let server = MailServer::start(&[Mood::NoMailbox, Mood::NoMailbox]).await;
        let person = site.person_at("홍길동", email("hong"), &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        tell(site, Recipient::Address(email("kim")), Event::NotRegistered).await;
        site.outbox_by_smtp(&server.url()).deliver().await.unwrap();
        site.advance(Duration::days(89));
        domain::notice::store::empty_old(&site.centre).await.unwrap();
        assert!(site.notices().await.iter().all(|row| row.state == NoticeState::Stuck && row.facts != "{}"));
        site.advance(Duration::days(2));
        domain::notice::store::empty_old(&site.centre).await.unwrap();
        let is_empty = |address: &Option<String>| address.as_deref().unwrap_or_default().is_empty();
        assert!(site.notices().await.iter().all(|row| row.facts == "{}" && is_empty(&row.address)));
        let administrator = site.sign_in_as(Duty::Administrator).await;
        assert!(!administrator.get("/manage/notices").await.has("main table"));
    }

    async fn codes_come_before_what_has_been_due_for_longer(site) {
        let server = MailServer::start(&[]).await;
        let person = site.person_at("홍길동", email("hong"), &[]).await;
        for _ in 0..5 {
            tell(site, Recipient::Person(person), Event::Booked).await;
        }
        site.advance(Duration::minutes(1));
        code(site, Recipient::Address(email("kim"))).await;
        let due = domain::notice::store::due(&site.centre, ContactKind::Email, 4).await.unwrap();
        assert_eq!((due.len(), due[0].event), (4, Event::SignInCode));
        let texts = domain::notice::store::due(&site.centre, ContactKind::Phone, 4).await.unwrap();
        assert!(texts.is_empty());
        assert_eq!(site.outbox_by_smtp(&server.url()).deliver().await.unwrap(), 6);
    }

    async fn a_silent_mail_server_holds_up_no_text_message(site) {
        // It takes the connection and says nothing.
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let outbox = site.outbox_by_smtp(&format!("smtp://{}", silent.local_addr().unwrap()));
        for name in ["kim", "lee", "park", "choi", "hong"] {
            tell(site, Recipient::Address(email(name)), Event::NotRegistered).await;
        }
        let by_phone = site.person("홍길동", &[]).await;
        tell(site, Recipient::Person(by_phone), Event::Booked).await;
        let sending = outbox.deliver();
        let arrived = async {
            while site.files().is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            _ = sending => panic!("the mail server is silent for longer"),
            () = arrived => {}
        }
    }

    async fn facts_and_addresses_are_emptied_after_their_days(site) {
        let person = site.person_at("홍길동", email("hong"), &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        tell(site, Recipient::Address(email("kim")), Event::NotRegistered).await;
        site.deliver().await;
        site.advance(Duration::days(89));
        domain::notice::store::empty_old(&site.centre).await.unwrap();
        assert!(site.notices().await.iter().all(|row| row.facts != "{}"));
        site.advance(Duration::days(2));
        domain::notice::store::empty_old(&site.centre).await.unwrap();
        assert!(site.notices().await.iter().all(|row| row.facts == "{}" && row.address.is_none()));
    }

    async fn a_letter_put_off_by_the_mail_server_arrives_later(site) {
        let server = MailServer::start(&[Mood::Greylist]).await;
        let outbox = site.outbox_by_smtp(&server.url());
        let person = site.person_at("홍길동", email("hong"), &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        outbox.deliver().await.unwrap();
        let row = &site.notices().await[0];
        assert_eq!((row.state, row.trouble.as_deref()), (NoticeState::Queued, Some("SMTP 451, not now")));
        assert!(row.next_at >= site.now() + Duration::minutes(1));
        assert_eq!(outbox.deliver().await.unwrap(), 0, "not before its time");
        site.advance(Duration::minutes(2));
        outbox.deliver().await.unwrap();
        let row = &site.notices().await[0];
        assert_eq!((row.state, row.tries, row.uncertain), (NoticeState::Sent, 2, 0));
        assert_eq!(server.letters().len(), 1);
        assert!(server.wrong().is_empty(), "{:?}", server.wrong());
    }

    async fn a_lost_answer_means_the_same_letter_again_counted_as_uncertain(site) {
        let server = MailServer::start(&[Mood::DropAfterData]).await;
        let outbox = site.outbox_by_smtp(&server.url());
        let person = site.person_at("홍길동", email("hong"), &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        outbox.deliver().await.unwrap();
        site.advance(Duration::minutes(2));
        outbox.deliver().await.unwrap();
        let row = &site.notices().await[0];
        assert_eq!((row.state, row.uncertain), (NoticeState::Sent, 1));
        let [first, second] = &server.letters()[..] else { panic!() };
        let id = format!("Message-ID: <{}@centre.invalid>", row.id);
        assert!(first.contains(&id) && second.contains(&id));
    }

    async fn a_refused_address_is_stuck_until_an_administrator_tries_again(site) {
        let server = MailServer::start(&[Mood::NoMailbox]).await;
        let outbox = site.outbox_by_smtp(&server.url());
        let person = site.person_at("홍길동", email("hong"), &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        outbox.deliver().await.unwrap();
        let row = &site.notices().await[0];
        assert_eq!((row.state, row.trouble.as_deref()), (NoticeState::Stuck, Some("SMTP 550, refused")));
        site.advance(Duration::days(2));
        assert_eq!(outbox.deliver().await.unwrap(), 0);

        let administrator = site.sign_in_as(Duty::Administrator).await;
        let page = administrator.get("/manage/notices").await.expect(200);
        assert!(page.said().contains("홍*동") && page.said().contains("h***@example.org"), "{}", page.said());
        assert!(!page.body().contains("hong@example.org") && !page.body().contains("홍길동"));
        let page = page.form("main form").submit().await.expect(200);
        assert_eq!(page.hops, [303]);
        outbox.deliver().await.unwrap();
        assert_eq!(site.notices().await[0].state, NoticeState::Sent);
        assert!(!administrator.get("/manage/notices").await.has("main table"));
    }

    async fn a_server_nobody_reaches_is_tried_twelve_times(site) {
        let outbox = site.outbox_by_smtp("smtp://127.0.0.1:9");
        let person = site.person_at("홍길동", email("hong"), &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        for _ in 0..11 {
            outbox.deliver().await.unwrap();
            assert_eq!(site.notices().await[0].state, NoticeState::Queued);
            site.advance(Duration::hours(8));
        }
        outbox.deliver().await.unwrap();
        let row = &site.notices().await[0];
        assert_eq!((row.state, row.tries, row.uncertain), (NoticeState::Stuck, 12, 0));
        assert_eq!(row.trouble.as_deref(), Some("SMTP, no connection"));
    }

    async fn what_a_killed_worker_had_in_hand_is_sent_again_as_uncertain(site) {
        let person = site.person_at("홍길동", email("hong"), &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        let row = site.notices().await.remove(0);
        let claimed = domain::notice::store::claim(&site.centre, row.clone()).await.unwrap();
        assert!(claimed.is_some());
        let again = domain::notice::store::claim(&site.centre, row).await.unwrap();
        assert!(again.is_none(), "one worker has it");
        assert_eq!(site.deliver().await, 0);
        site.advance(Duration::minutes(3));
        assert_eq!(site.deliver().await, 1);
        let row = &site.notices().await[0];
        assert_eq!((row.state, row.tries, row.uncertain), (NoticeState::Sent, 2, 1));
    }

    async fn a_gateway_in_trouble_is_tried_again_and_its_refusal_is_final(site) {
        let gateway = Gateway::start(&[503, 200, 422]).await;
        let outbox = site.outbox_by_gateway(&gateway.url(), KEY);
        let person = site.person("홍길동", &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        outbox.deliver().await.unwrap();
        assert_eq!(site.notices().await[0].trouble.as_deref(), Some("gateway 503"));
        site.advance(Duration::minutes(2));
        outbox.deliver().await.unwrap();
        let row = &site.notices().await[0];
        assert_eq!(row.state, NoticeState::Sent);
        assert_eq!(gateway.messages()[0]["id"], row.id.to_string());
        assert!(gateway.messages()[0]["text"].as_str().unwrap().contains("엑셀 기초"));

        tell(site, Recipient::Person(person), Event::Cancelled).await;
        outbox.deliver().await.unwrap();
        assert_eq!(site.notices().await[1].state, NoticeState::Stuck);
    }

    async fn a_gateway_that_does_not_know_us_keeps_the_message_waiting(site) {
        let gateway = Gateway::start(&[]).await;
        let outbox = site.outbox_by_gateway(&gateway.url(), "Bearer wrong");
        code(site, Recipient::Address(site.phone())).await;
        outbox.deliver().await.unwrap();
        let row = &site.notices().await[0];
        assert_eq!((row.state, row.trouble.as_deref()), (NoticeState::Queued, Some("gateway 401")));
        assert!(gateway.messages().is_empty());
    }

    async fn somebody_without_an_address_is_shown_to_the_administrator(site) {
        let person = site.person_at("홍길동", email("hong"), &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        let gone = "DELETE FROM contact";
        sea_orm::ConnectionTrait::execute_unprepared(site.centre.database(), gone).await.unwrap();
        site.deliver().await;
        assert_eq!(site.notices().await[0].trouble.as_deref(), Some("no confirmed address"));
    }

    async fn only_an_administrator_sees_the_outbox_or_tries_again(site) {
        let person = site.person_at("홍길동", email("hong"), &[]).await;
        tell(site, Recipient::Person(person), Event::Booked).await;
        let retry = format!("/manage/notices/{}/retry", site.notices().await[0].id);
        assert!(site.visitor().get("/manage/notices").await.path.starts_with("/sign-in"));
        for duty in [Duty::TrainingManager, Duty::FrontDesk, Duty::PrivacyOfficer, Duty::Producer, Duty::Instructor] {
            let visitor = site.sign_in_as(duty).await;
            visitor.get("/manage/notices").await.expect(403);
            let before = site.tables().await;
            visitor.post(&retry, &[]).await.expect(403);
            before.assert_same(&site.tables().await);
        }
        let administrator = site.sign_in_as(Duty::Administrator).await;
        let before = site.tables().await;
        administrator.post("/manage/notices/nonsense/retry", &[]).await.expect(400);
        let nobody = uuid::Uuid::from_u128(1);
        administrator.post(&format!("/manage/notices/{nobody}/retry"), &[]).await.expect(409);
        before.assert_same(&site.tables().await);
    }
}

#[tokio::test]
async fn the_mail_server_of_these_tests_refuses_wrong_calls() {
    let server = MailServer::start(&[]).await;
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    assert!(lines.next_line().await.unwrap().unwrap().starts_with("220"));
    for (line, answer) in [
        ("MAIL FROM:<a@example.org>\r\n", "503"),
        ("EHLO\r\n", "500"),
        ("EHLO test\r\n", "250"),
        ("RCPT TO:<b@example.org>\r\n", "503"),
        ("DATA\r\n", "503"),
        ("MAIL FROM:a@example.org\r\n", "503"),
        ("MAIL FROM:<a@example.org>\n", "500"),
        ("MAIL FROM:<a@example.org>\r\n", "250"),
        ("DATA\r\n", "503"),
        ("RCPT TO:<nobody>\r\n", "503"),
        ("RCPT TO:<b@example.org>\r\n", "250"),
        ("EXPN b\r\n", "500"),
        ("DATA\r\n", "354"),
        ("..dot\r\n.\r\n", "250"),
        ("DATA\r\n", "503"),
    ] {
        write.write_all(line.as_bytes()).await.unwrap();
        let said = lines.next_line().await.unwrap().unwrap();
        assert!(said.starts_with(answer), "{line:?}: {said}");
    }
    assert_eq!(server.letters(), [".dot\n"]);
}

fn email(name: &str) -> Address {
    Address::parse_email(&format!("{name}@example.org")).unwrap()
}

async fn tell(site: &Site, to: Recipient, event: Event) {
    let facts = Facts {
        run_code: Some("P21-014".into()),
        course: Some("엑셀 기초".into()),
        seat: Some("1-07".into()),
        ..Facts::default()
    };
    write(site, Draft { event, to, language: Language::Ko, facts }).await;
}

async fn code(site: &Site, to: Recipient) {
    let until = site.now() + Duration::minutes(10);
    let facts = Facts { code: Some("123456".into()), until: Some(until), ..Facts::default() };
    write(site, Draft { event: Event::SignInCode, to, language: Language::Ko, facts }).await;
}

async fn write(site: &Site, draft: Draft) {
    queue(site.centre.database(), site.centre.clock(), vec![draft]).await.unwrap();
}
