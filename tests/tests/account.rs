//! Signing up and in, one's own account, and who may do what.

use axum::http::Method;
use chrono::Duration;
use domain::account::entity::{audit, challenge, consent, contact, person, web_session};
use domain::account::password::Passwords;
use domain::account::{Address, Administrator, Duty, Password, Purpose, duty, store};
use domain::notice::entity::notice;
use domain::notice::{Event, Facts};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{Form, Page, STAFF_DOMAIN, Site, Visitor, both};
use uuid::Uuid;

const PASSWORD: &str = "바른 말 편자 배터리";

fn phone(text: &str) -> Address {
    Address::parse_phone(text).unwrap()
}

fn email(text: &str) -> Address {
    Address::parse_email(text).unwrap()
}

/// A sign-up form, filled in by somebody who wants nothing but to sign up.
async fn filled_sign_up(visitor: &Visitor) -> Form {
    let form = visitor.get("/sign-up").await.expect(200).form("main form");
    form.fill("name", "홍길동")
        .fill("phone", "010-1234-5678")
        .tick("consent_statutory")
        .tick("consent_necessary")
}

/// What the newest letter or text says that went out to an address.
async fn letter(site: &Site, to: &Address) -> (notice::Model, Facts) {
    let sent =
        site.notices().await.into_iter().rev().find(|sent| sent.address.as_deref() == Some(to.as_str()));
    let sent = sent.unwrap_or_else(|| panic!("nothing was sent to {}", to.as_str()));
    let facts = serde_json::from_str(&sent.facts).unwrap();
    (sent, facts)
}

async fn code(site: &Site, to: &Address) -> String {
    letter(site, to).await.1.code.expect("a code")
}

async fn link(site: &Site, to: &Address) -> String {
    format!("/confirm/link/{}", letter(site, to).await.1.token.expect("a token"))
}

/// Another code than this one.
fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

async fn type_code(page: &Page, code: &str) -> Page {
    page.form("main form").fill("code", code).submit().await
}

/// Asks for a code to sign in with, and gives the page that asks for it.
async fn ask_code(visitor: &Visitor, address: &str) -> Page {
    visitor.get("/sign-in").await.form("main form").fill("address", address).submit().await
}

async fn sign_in_with_password(visitor: &Visitor, address: &str, password: &str) -> Page {
    let form = visitor.get("/sign-in").await.form("details form");
    form.fill("address", address).fill("password", password).submit().await
}

async fn is_signed_in(visitor: &Visitor) -> bool {
    visitor.get("/account").await.path == "/account"
}

/// Sets a password for somebody who has none.
async fn set_password(visitor: &Visitor, password: &str) {
    let page = visitor
        .get("/account/password")
        .await
        .form("main form")
        .fill("new_password", password)
        .submit()
        .await;
    assert_eq!(page.path, "/account?done=password");
}

async fn administrator(site: &Site, person: Uuid) -> Administrator {
    site.signed_in(person).await.administrator().unwrap()
}

async fn count_people(site: &Site) -> u64 {
    person::Entity::find().count(site.centre.database()).await.unwrap()
}

/// What a stranger can tell apart: everything but the ids and the address itself.
fn seen(page: &Page, address: &str) -> (u16, Vec<u16>, Vec<(String, String)>, String) {
    let uuid = |text: &str| {
        let is_id = |word: &&str| Uuid::parse_str(word).is_ok();
        let words: Vec<&str> = text.split(['/', '?', '"', ' ', '&']).filter(is_id).collect();
        words.into_iter().fold(text.to_owned(), |text, id| text.replace(id, "ID"))
    };
    let mut headers: Vec<(String, String)> = page
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id" && *name != "set-cookie")
        // How many seconds are left of a minute depends on when one asks.
        .map(|(name, value)| match name.as_str() {
            "retry-after" => (name.to_string(), "SECONDS".to_owned()),
            _ => (name.to_string(), uuid(value.to_str().unwrap())),
        })
        .collect();
    headers.sort();
    let hops = page.hops.iter().map(|hop| hop.as_u16()).collect();
    (page.status.as_u16(), hops, headers, uuid(&page.body()).replace(address, "ADDRESS"))
}

both! {
    async fn a_phone_number_is_enough_to_sign_up(site) {
        let visitor = site.visitor();
        let page = filled_sign_up(&visitor).await.submit().await.expect(200);
        assert_eq!(count_people(site).await, 0, "nobody is anybody before the code was typed");
        assert!(page.said().contains("010-****-5678"));
        let page = type_code(&page, &code(site, &phone("01012345678")).await).await.expect(200);
        assert_eq!(page.path, "/my");
        assert!(is_signed_in(&visitor).await);
        let db = site.centre.database();
        let contacts = contact::Entity::find().all(db).await.unwrap();
        assert_eq!(contacts.len(), 1);
        assert!(contacts[0].confirmed_at.is_some());
        let consents = consent::Entity::find().all(db).await.unwrap();
        let mut given: Vec<Purpose> = consents.iter().map(|consent| consent.purpose).collect();
        given.sort();
        assert_eq!(given, Purpose::REQUIRED);
        let used = challenge::Entity::find().one(db).await.unwrap().unwrap();
        assert!(used.used_at.is_some() && used.payload.is_none(), "the sign-up is not kept twice");
    }

    async fn of_two_addresses_each_is_confirmed_by_its_own_code(site) {
        let visitor = site.visitor();
        let form = filled_sign_up(&visitor).await.fill("email", "Kim@Example.org");
        let page = form.submit().await;
        let page = type_code(&page, &code(site, &phone("01012345678")).await).await;
        assert!(page.path.starts_with("/confirm/"), "{}", page.path);
        assert!(page.said().contains("k***@example.org"));
        let account = visitor.get("/account").await;
        assert!(account.said().contains("kim@example.org 확인 전"), "{}", account.said());
        let page = type_code(&page, &code(site, &email("kim@example.org")).await).await;
        assert_eq!(page.path, "/my");
        assert!(visitor.get("/account").await.said().contains("kim@example.org 확인됨"));
    }

    async fn signing_up_names_each_field_that_is_wrong_and_changes_nothing(site) {
        let long = "가".repeat(61);
        let password = "일곱글자뿐이".to_owned();
        let this_year = "2022";
        let cases: [(&str, &str, &str); 14] = [
            ("name", "", "이름을 60자 안으로"),
            ("name", &long, "이름을 60자 안으로"),
            ("phone", "02-123-4567", "휴대전화 번호를 010-1234-5678처럼"),
            ("phone", "", "가운데 하나는 적어 주세요"),
            ("email", "kim@example", "이메일 주소를"),
            ("email", "kim lee@example.org", "이메일 주소를"),
            ("language", "fr", "보기 가운데 하나"),
            ("language", "", "보기 가운데 하나"),
            ("birth_year", "52", "네 자리 숫자"),
            ("birth_year", this_year, "네 자리 숫자"),
            ("birth_year", "천구백", "네 자리 숫자"),
            ("sex", "other", "보기 가운데 하나"),
            ("neighbourhood", "강남", "보기 가운데 하나"),
            ("password", &password, "8자 이상"),
        ];
        let visitor = site.visitor();
        let before = site.tables().await;
        for (field, value, sentence) in cases {
            let page = filled_sign_up(&visitor).await.forge(field, value).submit().await.expect(422);
            let problem = page.problem(field).unwrap_or_else(|| panic!("{field}={value}: {}", page.said()));
            assert!(problem.contains(sentence), "{field}={value}: {problem}");
            assert_eq!(page.problems().len(), 1, "{field}={value}");
        }
        for consent in ["consent_statutory", "consent_necessary"] {
            let page = filled_sign_up(&visitor).await.untick(consent).submit().await.expect(422);
            assert!(page.problem(consent).is_some_and(|problem| problem.contains("필수 항목")));
        }
        before.assert_same(&site.tables().await);
    }

    async fn what_was_typed_stays_except_the_password(site) {
        let form = filled_sign_up(&site.visitor()).await.fill("phone", "1").fill("password", PASSWORD);
        let page = form.submit().await.expect(422);
        let form = page.form("main form");
        assert_eq!((form.value("name"), form.value("phone"), form.value("password")),
            ("홍길동".into(), "1".into(), String::new()));
        assert!(!page.body().contains(PASSWORD));
    }

    async fn a_sign_up_in_english_says_its_problems_in_english(site) {
        let form = site.visitor().get("/en/sign-up").await.form("main form");
        assert_eq!(form.value("language"), "en");
        let page = form.submit().await.expect(422);
        assert_eq!(page.problem("name").as_deref(), Some("Please give your name, in at most 60 characters."));
        assert!(page.path.starts_with("/en/"));
    }

    async fn details_for_the_figures_are_kept_only_with_consent(site) {
        for (number, consents) in [("01011110000", false), ("01022220000", true)] {
            let visitor = site.visitor();
            let form = filled_sign_up(&visitor).await.fill("phone", number);
            let form = form.fill("birth_year", "1952").fill("sex", "female").fill("neighbourhood", "dangsan2");
            let page = if consents { form.tick("consent_figures") } else { form }.submit().await;
            type_code(&page, &code(site, &phone(number)).await).await;
            let person = person::Entity::find().all(site.centre.database()).await.unwrap().pop().unwrap();
            let kept = person::Entity::find()
                .filter(person::Column::BirthYear.eq(1952))
                .count(site.centre.database())
                .await
                .unwrap();
            assert_eq!(kept, u64::from(consents), "{person:?}");
        }
    }

    async fn opening_the_link_confirms_nothing_and_its_button_does(site) {
        let visitor = site.visitor();
        filled_sign_up(&visitor).await.submit().await;
        let link = link(site, &phone("01012345678")).await;
        let before = site.tables().await;
        let mail_program = site.visitor();
        mail_program.get(&link).await.expect(200);
        let page = visitor.get(&link).await.expect(200);
        before.assert_same(&site.tables().await);
        assert_eq!(page.form("main form").submit().await.path, "/my");
        assert!(is_signed_in(&visitor).await);
        assert!(!is_signed_in(&mail_program).await);
        let before = site.tables().await;
        visitor.get(&link).await.expect(410);
        visitor.post(&link, &[]).await.expect(410);
        site.visitor().get("/confirm/link/nonsense").await.expect(410);
        before.assert_same(&site.tables().await);
    }

    async fn no_row_holds_a_code_or_a_token_once_its_letter_is_gone(site) {
        filled_sign_up(&site.visitor()).await.submit().await;
        let (_, facts) = letter(site, &phone("01012345678")).await;
        let rows = challenge::Entity::find().all(site.centre.database()).await.unwrap();
        let rows = serde_json::to_string(&format!("{rows:?}")).unwrap();
        assert!(!rows.contains(&facts.code.unwrap()) && !rows.contains(&facts.token.unwrap()));
    }

    async fn a_stranger_cannot_tell_whether_an_address_has_an_account(site) {
        let (known, unknown) = ("01011115678", "01022225678");
        let member = site.person_at("김회원", phone(known), &[]).await;
        // Not through the page, where it would count as a try for this address.
        let hash = Passwords::default().hash(Password::parse(PASSWORD).unwrap()).await.unwrap();
        store::change_password(&site.centre, &site.signed_in(member).await, Some(hash)).await.unwrap();
        let mut answers = Vec::new();
        for address in [known, unknown] {
            let visitor = site.visitor();
            let mut pages = Vec::new();
            let page = filled_sign_up(&visitor).await.fill("phone", address).submit().await;
            pages.push(type_code(&page, "000000x").await);
            pages.push(type_code(&page, &wrong(&code(site, &phone(address)).await)).await);
            pages.push(page);
            let page = ask_code(&visitor, address).await;
            for _ in 0..6 {
                // The unknown address was sent no code, so that any would be wrong.
                let typed = letter(site, &phone(address)).await.1.code.map_or("123456".into(), |code| wrong(&code));
                pages.push(type_code(&page, &typed).await);
            }
            pages.push(page);
            let page = visitor.get("/reset").await.form("main form").fill("address", address).submit().await;
            let form = page.form("main form").fill("password", PASSWORD);
            let typed = letter(site, &phone(address)).await.1.code.map_or("123456".into(), |code| wrong(&code));
            pages.push(form.fill("code", &typed).submit().await);
            pages.push(page);
            pages.push(sign_in_with_password(&visitor, address, "another password").await);
            for _ in 0..4 {
                pages.push(ask_code(&visitor, address).await);
            }
            for _ in 0..30 {
                pages.push(sign_in_with_password(&visitor, address, "another password").await);
            }
            answers.push(pages);
        }
        let statuses: Vec<u16> = answers[0].iter().map(|page| page.status.as_u16()).collect();
        assert!(statuses.contains(&429) && statuses.contains(&409) && statuses.contains(&422), "{statuses:?}");
        for (one, other) in answers[0].iter().zip(&answers[1]) {
            assert!(seen(one, known) == seen(other, unknown), "{}: {}\n{}", one.path, one.said(), other.said());
        }
    }

    async fn only_the_letter_says_that_there_is_an_account_or_none(site) {
        let known = phone("01012345678");
        let member = site.person_at("김회원", known.clone(), &[]).await;
        let visitor = site.visitor();
        let page = filled_sign_up(&visitor).await.submit().await;
        assert_eq!(letter(site, &known).await.0.event.as_str(), "already_registered");
        let before = site.tables().await.without(&["challenge", "web_session"]);
        assert_eq!(type_code(&page, &code(site, &known).await).await.path, "/my");
        before.assert_same(&site.tables().await.without(&["challenge", "web_session"]));
        assert!(visitor.get("/account").await.said().contains("김회원"), "the account stays as it was");
        assert_eq!(count_people(site).await, 1);
        ask_code(&site.visitor(), "kim@example.org").await.expect(200);
        let (sent, facts) = letter(site, &email("kim@example.org")).await;
        assert_eq!((sent.event.as_str(), facts.code, facts.token), ("not_registered", None, None));
        assert_ne!(member, Uuid::nil());
    }

    async fn five_wrong_codes_are_the_end_of_the_right_one(site) {
        let address = phone("01012345678");
        site.person_at("김회원", address.clone(), &[]).await;
        let visitor = site.visitor();
        let page = ask_code(&visitor, "01012345678").await;
        let right = code(site, &address).await;
        for left in [4, 3, 2, 1] {
            let page = type_code(&page, &wrong(&right)).await.expect(422);
            assert!(page.problem("code").unwrap().contains(&format!("{left}번 더")));
        }
        type_code(&page, &wrong(&right)).await.expect(409);
        let before = site.tables().await;
        type_code(&page, &right).await.expect(409);
        visitor.get(&link(site, &address).await).await.expect(410);
        before.assert_same(&site.tables().await);
        assert!(!is_signed_in(&visitor).await);
    }

    async fn guesses_sent_at_once_get_no_more_than_five_tries(site) {
        let address = phone("01012345678");
        site.person_at("김회원", address.clone(), &[]).await;
        let page = ask_code(&site.visitor(), "01012345678").await;
        let right = code(site, &address).await;
        let guesses = (0..20).map(|_| {
            let (visitor, path, typed) = (site.visitor(), page.path.clone(), wrong(&right));
            tokio::spawn(async move { visitor.post(&path, &[("code", &typed)]).await.status.as_u16() })
        });
        let mut tried = 0;
        for guess in guesses.collect::<Vec<_>>() {
            tried += usize::from(guess.await.unwrap() == 422);
        }
        assert_eq!(tried, 4, "the fifth try says that it was the last");
    }

    async fn a_code_is_good_once_and_for_ten_minutes_and_takes_the_others_with_it(site) {
        let address = phone("01012345678");
        site.person_at("김회원", address.clone(), &[]).await;
        let visitor = site.visitor();
        let first = ask_code(&visitor, "01012345678").await;
        let first_code = code(site, &address).await;
        let second = ask_code(&visitor, "01012345678").await;
        let second_code = code(site, &address).await;
        // A stranger who asks for another keeps nobody out.
        assert_eq!(type_code(&first, &first_code).await.path, "/my");
        let another = site.visitor();
        for (page, code) in [(&first, &first_code), (&second, &second_code)] {
            let used = another.post(&page.path, &[("code", code)]).await.expect(409);
            assert!(used.problem("code").unwrap().contains("새 번호를 받아 주세요"));
        }
        assert!(!is_signed_in(&another).await);
        let late = ask_code(&another, "01012345678").await;
        site.advance(Duration::minutes(10));
        type_code(&late, &code(site, &address).await).await.expect(409);
    }

    async fn an_address_is_sent_five_codes_an_hour(site) {
        let visitor = site.visitor();
        for _ in 0..5 {
            ask_code(&visitor, "01012345678").await.expect(200);
        }
        let before = site.tables().await;
        let page = ask_code(&visitor, "010 1234 5678").await.expect(429);
        assert!(page.header("retry-after").unwrap().parse::<u64>().unwrap() <= 3600);
        assert!(page.problem("address").unwrap().contains("분 뒤에 다시"));
        before.assert_same(&site.tables().await);
        ask_code(&visitor, "01087654321").await.expect(200);
        site.advance(Duration::minutes(61));
        ask_code(&visitor, "01012345678").await.expect(200);
    }

    async fn a_password_signs_in_and_a_guesser_is_stopped(site) {
        let address = phone("01012345678");
        let member = site.person_at("김회원", address, &[]).await;
        set_password(&site.sign_in(member).await, PASSWORD).await;
        let visitor = site.visitor();
        assert_eq!(sign_in_with_password(&visitor, "010-1234-5678", PASSWORD).await.path, "/my");
        assert!(is_signed_in(&visitor).await);
        let guesser = site.visitor();
        let before = site.tables().await;
        let mut statuses = Vec::new();
        for _ in 0..31 {
            statuses.push(sign_in_with_password(&guesser, "01012345678", "wrong password").await.status.as_u16());
        }
        assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
        sign_in_with_password(&guesser, "01012345678", PASSWORD).await.expect(429);
        before.assert_same(&site.tables().await);
    }

    async fn a_source_that_tries_hundreds_of_addresses_is_stopped_and_another_goes_on(site) {
        let visitor = site.visitor();
        let mut refused = None;
        for number in 0..220 {
            let address = format!("010{number:08}");
            let page = visitor.post("/sign-in", &[("with", "password"), ("address", &address), ("password", "short")]).await;
            if page.status == 429 {
                refused = Some(number);
                break;
            }
        }
        assert!(refused.is_some_and(|number| number >= 200), "{refused:?}");
        ask_code(&site.visitor().from("198.51.100.7"), "01012345678").await.expect(200);
    }

    async fn signing_in_names_each_field_that_is_wrong_and_changes_nothing(site) {
        let visitor = site.visitor();
        let before = site.tables().await;
        for (path, form) in [("/sign-in", "main form"), ("/reset", "main form"), ("/sign-in", "details form")] {
            for address in ["", "02-123-4567", "kim@", "<script>"] {
                let page = visitor.get(path).await.form(form).fill("address", address).submit().await.expect(422);
                assert_eq!(page.problems().len(), 1, "{path} {address}");
                assert!(page.problems()[0].contains("휴대전화 번호나 이메일 주소를"), "{path} {address}");
            }
        }
        let page = sign_in_with_password(&visitor, "01012345678", "").await.expect(422);
        assert!(page.problem("password-password").unwrap().contains("맞지 않습니다"));
        before.assert_same(&site.tables().await);
    }

    async fn a_code_that_is_no_code_costs_no_try(site) {
        let page = ask_code(&site.visitor(), "01012345678").await;
        let before = site.tables().await;
        for typed in ["", "12345", "1234567", "abcdef"] {
            let page = type_code(&page, typed).await.expect(422);
            assert!(page.problem("code").unwrap().contains("여섯 자리"));
        }
        before.assert_same(&site.tables().await);
        site.visitor().get(&format!("/confirm/{}", Uuid::nil())).await.expect(404);
        site.visitor().post(&format!("/confirm/{}", Uuid::nil()), &[("code", "123456")]).await.expect(404);
        site.visitor().get("/confirm/nonsense").await.expect(400);
    }

    async fn who_had_to_sign_in_comes_back_to_the_page_and_to_no_other_site(site) {
        let address = phone("01012345678");
        site.person_at("김회원", address.clone(), &[]).await;
        let visitor = site.visitor();
        let page = visitor.get("/account/profile").await;
        assert_eq!(page.path, "/sign-in?next=%2Faccount%2Fprofile");
        let page = page.form("main form").fill("address", "01012345678").submit().await;
        assert_eq!(type_code(&page, &code(site, &address).await).await.path, "/account/profile");
        for away in ["https://evil.example", "//evil.example", "/\\evil.example"] {
            let visitor = site.visitor();
            let query = format!("/sign-in?next={}", away.replace('/', "%2F"));
            site.advance(Duration::hours(1));
            let page = visitor.get(&query).await.form("main form").fill("address", "01012345678").submit().await;
            assert_eq!(type_code(&page, &code(site, &address).await).await.path, "/my", "{away}");
        }
        let page = site.visitor().get("/en/account").await;
        assert_eq!(page.path, "/en/sign-in?next=%2Faccount");
    }

    async fn signing_in_gives_the_browser_another_session(site) {
        let address = phone("01012345678");
        let member = site.person_at("김회원", address.clone(), &[]).await;
        let visitor = site.sign_in(member).await;
        let before = visitor.cookie("centre");
        let page = site.visitor().get("/sign-in").await;
        let page = page.form("main form").fill("address", "01012345678").submit().await;
        visitor.post(&page.path, &[("code", &code(site, &address).await)]).await;
        assert_ne!(visitor.cookie("centre"), before);
        let sessions = web_session::Entity::find().all(site.centre.database()).await.unwrap();
        assert_eq!(sessions.iter().map(|session| session.person_id).collect::<Vec<_>>(), [Some(member)]);
    }

    async fn signing_out_ends_this_session_and_everywhere_ends_all(site) {
        let member = site.person("김회원", &[]).await;
        let (phone, library, office) =
            (site.sign_in(member).await, site.sign_in(member).await, site.sign_in(member).await);
        let other = site.resident("이회원").await;
        let page = phone.get("/account").await.form("form[action='/sign-out']").submit().await;
        assert!(page.said().contains("로그아웃했습니다"));
        assert!(!is_signed_in(&phone).await && is_signed_in(&library).await);
        library.get("/account").await.form("form[action='/sign-out-everywhere']").submit().await;
        assert!(!is_signed_in(&library).await && !is_signed_in(&office).await);
        assert!(is_signed_in(&other).await);
    }

    async fn a_new_password_by_code_signs_out_everywhere_else(site) {
        let address = email("kim@example.org");
        let member = site.person_at("김회원", address.clone(), &[]).await;
        let elsewhere = site.sign_in(member).await;
        let visitor = site.visitor();
        let page = visitor.get("/reset").await.form("main form").fill("address", "kim@example.org").submit().await;
        let right = code(site, &address).await;
        let before = site.tables().await;
        let short = page.form("main form").fill("code", &right).fill("password", "짧음").submit().await.expect(422);
        assert!(short.problem("password").unwrap().contains("8자 이상"));
        before.assert_same(&site.tables().await);
        // A code for a new password does not sign in without one.
        visitor.post(&page.path, &[("code", &right)]).await.expect(422);
        let page = page.form("main form").fill("code", &right).fill("password", PASSWORD).submit().await;
        assert_eq!(page.path, "/my");
        assert!(is_signed_in(&visitor).await && !is_signed_in(&elsewhere).await);
        assert_eq!(sign_in_with_password(&site.visitor(), "kim@example.org", PASSWORD).await.path, "/my");
        let page = site.visitor().get("/reset").await.form("main form").fill("address", "kim@example.org").submit().await;
        assert!(page.has("[name=password]"));
        let page = visitor.get(&link(site, &address).await).await;
        assert_eq!(page.form("main form").fill("password", "another password").submit().await.path, "/my");
        assert_eq!(sign_in_with_password(&site.visitor(), "kim@example.org", "another password").await.path, "/my");
    }

    async fn a_password_is_changed_only_by_who_knows_it(site) {
        let visitor = site.resident("김회원").await;
        set_password(&visitor, PASSWORD).await;
        let member = visitor.id();
        let form = async || visitor.get("/account/password").await.form("main form");
        let before = site.tables().await;
        for (present, new, field) in [
            ("", "new password", "password"),
            ("wrong password", "new password", "password"),
            (PASSWORD, "short", "new_password"),
            (PASSWORD, "", "new_password"),
        ] {
            let page = form().await.fill("password", present).fill("new_password", new).submit().await.expect(422);
            assert!(page.problem(field).is_some(), "{field}: {}", page.said());
        }
        form().await.press("비밀번호 없애기").await.expect(422);
        before.assert_same(&site.tables().await);
        let elsewhere = site.sign_in(member).await;
        form().await.fill("password", PASSWORD).fill("new_password", "new password").submit().await.expect(200);
        assert!(is_signed_in(&visitor).await && !is_signed_in(&elsewhere).await);
        let page = form().await.fill("password", "new password").press("비밀번호 없애기").await;
        assert_eq!(page.path, "/account?done=password-removed");
        let row = person::Entity::find_by_id(member).one(site.centre.database()).await.unwrap().unwrap();
        assert_eq!(row.password_hash, None);
    }

    async fn name_and_language_are_changed_and_what_is_wrong_with_them_is_said(site) {
        let visitor = site.resident("김회원").await;
        let before = site.tables().await;
        for (field, value) in [("name", ""), ("name", "\u{1}"), ("language", "fr"), ("language", "")] {
            let page = visitor.get("/account/profile").await.form("main form").forge(field, value).submit().await;
            assert!(page.expect(422).problem(field).is_some(), "{field}={value:?}");
        }
        before.assert_same(&site.tables().await);
        let form = visitor.get("/account/profile").await.form("main form");
        let page = form.fill("name", " 김  회원 ").fill("language", "en").submit().await;
        assert!(page.said().contains("저장했습니다") && page.said().contains("김 회원"), "{}", page.said());
    }

    async fn an_address_is_added_by_its_code_and_the_last_one_stays(site) {
        let visitor = site.resident("김회원").await;
        let before = site.tables().await;
        for (path, wrong) in [("phone", "kim@example.org"), ("phone", ""), ("email", "01012345678"), ("email", "kim")] {
            let form = visitor.get(&format!("/account/contact/{path}")).await.form("main form");
            form.fill("address", wrong).submit().await.expect(422);
        }
        let form = visitor.get("/account/contact/phone").await.form("main form");
        form.submit().await.expect(409);
        let page = visitor.get("/account/contact/phone").await.form("main form:has([name=act])").submit().await.expect(409);
        assert!(page.said().contains("하나는 있어야"));
        visitor.get("/account/contact/fax").await.expect(404);
        before.assert_same(&site.tables().await);

        let form = visitor.get("/account/contact/email").await.form("main form");
        let page = form.fill("address", "kim@example.org").submit().await;
        let stranger = site.visitor();
        let typed = code(site, &email("kim@example.org")).await;
        let page = type_code(&page, &typed).await;
        assert_eq!(page.path, "/account?done=contact");
        assert!(!is_signed_in(&stranger).await);
        let page = visitor.get("/account/contact/phone").await.form("main form:has([name=act])").submit().await;
        assert_eq!(page.path, "/account?done=contact-removed");
        visitor.get("/account/contact/email").await.form("main form:has([name=act])").submit().await.expect(409);
    }

    async fn the_address_of_another_account_is_not_taken_and_its_code_signs_nobody_in(site) {
        let address = email("kim@example.org");
        site.person_at("김회원", address.clone(), &[]).await;
        let visitor = site.resident("이회원").await;
        let form = visitor.get("/account/contact/email").await.form("main form");
        let page = form.fill("address", "kim@example.org").submit().await.expect(200);
        let typed = code(site, &address).await;
        let link = link(site, &address).await;
        assert!(visitor.get(&link).await.has("main form"));
        let before = site.tables().await.without(&["challenge"]);
        let page = type_code(&page, &typed).await.expect(409);
        assert!(page.problem("code").unwrap().contains("다른 계정"));
        before.assert_same(&site.tables().await.without(&["challenge"]));
    }

    async fn a_link_in_another_browser_confirms_the_address_and_signs_nobody_in(site) {
        let visitor = site.resident("이회원").await;
        let form = visitor.get("/account/contact/email").await.form("main form");
        form.fill("address", "lee@example.org").submit().await;
        let office = site.visitor();
        let page = office.get(&link(site, &email("lee@example.org")).await).await;
        assert!(page.said().contains("이*원 님 계정의 연락처가 됩니다"), "{}", page.said());
        let page = page.form("main form").submit().await;
        assert_eq!(page.path, "/confirmed");
        assert!(!is_signed_in(&office).await);
        assert!(visitor.get("/account").await.said().contains("lee@example.org 확인됨"));
    }

    async fn who_still_reads_an_address_that_went_is_told(site) {
        let before = phone("01012345678");
        let person = site.person_at("이회원", before.clone(), &[]).await;
        let visitor = site.sign_in(person).await;
        let form = visitor.get("/account/contact/phone").await.form("main form");
        let page = form.fill("address", "010-8765-4321").submit().await;
        type_code(&page, &code(site, &phone("01087654321")).await).await.expect(200);
        assert_eq!(letter(site, &before).await.0.event, Event::ContactReplaced);
        let form = visitor.get("/account/contact/email").await.form("main form");
        let page = form.fill("address", "lee@example.org").submit().await;
        type_code(&page, &code(site, &email("lee@example.org")).await).await.expect(200);
        visitor.get("/account/contact/phone").await.form("main form:has([name=act])").submit().await.expect(200);
        assert_eq!(letter(site, &phone("01087654321")).await.0.event, Event::ContactReplaced);
        site.deliver().await;
        assert!(site.files().iter().any(|text| text.contains("본인이 바꾼 것이 아니면")));
    }

    async fn who_confirms_an_address_of_the_office_is_staff_until_it_goes(site) {
        let visitor = site.resident("박직원").await;
        assert!(!site.signed_in(visitor.id()).await.is_staff());
        let address = format!("park@{STAFF_DOMAIN}");
        let form = visitor.get("/account/contact/email").await.form("main form");
        let page = form.fill("address", &address).submit().await;
        assert!(!site.signed_in(visitor.id()).await.is_staff(), "not before the code");
        type_code(&page, &code(site, &email(&address)).await).await;
        assert!(site.signed_in(visitor.id()).await.is_staff());
        visitor.get("/account/contact/email").await.form("main form:has([name=act])").submit().await;
        assert!(!site.signed_in(visitor.id()).await.is_staff());
    }

    async fn an_optional_consent_is_withdrawn_as_it_is_given_and_its_details_go(site) {
        let visitor = site.resident("김회원").await;
        let form = visitor.get("/account/consents").await.form("main form");
        let page = form.tick("consent_figures").tick("consent_news").fill("birth_year", "1952").submit().await;
        assert_eq!(page.path, "/account?done=consents");
        let before = site.tables().await;
        let form = visitor.get("/account/consents").await.form("main form");
        assert_eq!(form.value("birth_year"), "1952");
        form.submit().await.expect(200);
        before.assert_same(&site.tables().await);
        for (field, value) in [("birth_year", "3000"), ("sex", "x"), ("neighbourhood", "x")] {
            let form = visitor.get("/account/consents").await.form("main form").forge(field, value);
            assert!(form.submit().await.expect(422).problem(field).is_some());
        }
        before.assert_same(&site.tables().await);
        visitor.get("/account/consents").await.form("main form").untick("consent_figures").submit().await;
        let row = person::Entity::find_by_id(visitor.id()).one(site.centre.database()).await.unwrap().unwrap();
        assert_eq!(row.birth_year, None);
        let page = visitor.get("/account/consents").await;
        let history = page.all("tbody tr");
        assert_eq!(history.len(), 5, "two required, two given, one withdrawn: {history:?}");
        assert!(history[0].contains("통계 작성") && history[0].contains("철회"));
    }

    async fn nobody_but_an_administrator_sees_or_grants_duties(site) {
        let target = site.person("김회원", &[]).await;
        let person = format!("/manage/people/{target}");
        let paths = ["/manage/people", "/manage/audit", &person];
        let mut refused = vec![site.resident("홍길동").await];
        for duty in Duty::ALL.iter().copied().filter(|duty| *duty != Duty::Administrator) {
            refused.push(site.sign_in_as(duty).await);
        }
        let before = site.tables().await;
        for visitor in &refused {
            for path in paths {
                visitor.get(path).await.expect(403);
            }
            let own = format!("/manage/people/{}", visitor.id());
            for path in [&person, &own] {
                visitor.post(path, &[("duty", "administrator"), ("act", "grant")]).await.expect(403);
                visitor.post(path, &[("duty", "staff"), ("act", "grant")]).await.expect(403);
            }
        }
        for path in paths {
            assert!(site.visitor().get(path).await.path.starts_with("/sign-in?next="), "{path}");
        }
        before.assert_same(&site.tables().await);
    }

    async fn an_administrator_grants_and_takes_away_and_the_log_says_so_without_names(site) {
        let visitor = site.person("관리하는이", &[Duty::Administrator]).await;
        let visitor = site.sign_in(visitor).await;
        let target = site.person_at("홍길동", phone("01087654321"), &[]).await;
        let page = visitor.get("/manage/people").await;
        assert!(!page.said().contains("홍*동"), "only who has a duty, until one searches");
        for asked in ["길동", "홍", "010-8765-4321", "4321"] {
            let page = visitor.get("/manage/people").await.form("main form").fill("q", asked).submit().await;
            assert!(page.said().contains("홍*동") && page.said().contains("010-****-4321"), "{asked}: {}", page.said());
            assert!(!page.said().contains("홍길동"));
        }
        for asked in ["%", "_", "없는이름", "0000000"] {
            let page = visitor.get("/manage/people").await.form("main form").fill("q", asked).submit().await;
            assert!(page.said().contains("찾는 사람이 없습니다"), "{asked}: {}", page.said());
        }
        let path = format!("/manage/people/{target}");
        let desk = "form:has([value=front_desk])";
        let page = visitor.get(&path).await.form(desk).press("권한 주기").await.expect(200);
        assert!(page.said().contains("권한을 주었습니다"));
        assert!(site.signed_in(target).await.desk().is_ok());
        visitor.get(&path).await.form("form:has([value=staff])").press("권한 주기").await;
        assert!(site.signed_in(target).await.is_staff());
        visitor.get(&path).await.form(desk).press("권한 거두기").await;
        assert!(site.signed_in(target).await.desk().is_err(), "gone at once");
        let log = visitor.get("/manage/audit").await;
        let lines = log.all("tbody tr");
        assert!(lines[0].contains("관리하는이") && lines[0].contains("권한 회수") && lines[0].contains("안내데스크"));
        assert!(lines[0].contains("홍*동"), "{}", lines[0]);
        let rows = audit::Entity::find().all(site.centre.database()).await.unwrap();
        let rows = format!("{rows:?}");
        assert!(!rows.contains("홍길동") && !rows.contains("관리하는이") && !rows.contains("01087654321"));
        let before = site.tables().await;
        visitor.post(&path, &[("duty", "emperor"), ("act", "grant")]).await.expect(400);
        visitor.post(&path, &[("duty", "producer"), ("act", "keep")]).await.expect(400);
        visitor.post(&format!("/manage/people/{}", Uuid::nil()), &[("duty", "producer"), ("act", "grant")]).await.expect(404);
        before.assert_same(&site.tables().await);
    }

    async fn the_last_administrator_stays(site) {
        let visitor = site.sign_in_as(Duty::Administrator).await;
        let path = format!("/manage/people/{}", visitor.id());
        let form = "form:has([value=administrator])";
        let before = site.tables().await;
        let page = visitor.get(&path).await.form(form).press("권한 거두기").await.expect(409);
        assert!(page.said().contains("마지막 시스템 관리자"));
        before.assert_same(&site.tables().await);
        let other = site.person("이관리", &[Duty::Administrator]).await;
        visitor.get(&path).await.form(form).press("권한 거두기").await;
        visitor.get(&path).await.expect(403);
        assert!(site.signed_in(other).await.administrator().is_ok());
    }

    async fn two_administrators_who_revoke_each_other_leave_one(site) {
        for _ in 0..5 {
            let (one, other) =
                (site.person("김관리", &[Duty::Administrator]).await, site.person("이관리", &[Duty::Administrator]).await);
            let (by_one, by_other) = (administrator(site, one).await, administrator(site, other).await);
            let (first, second) = tokio::join!(
                duty::revoke(&site.centre, &by_one, other, Duty::Administrator),
                duty::revoke(&site.centre, &by_other, one, Duty::Administrator),
            );
            assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
            let left = if first.is_ok() { one } else { other };
            let by = administrator(site, left).await;
            assert!(duty::revoke(&site.centre, &by, left, Duty::Administrator).await.is_err());
            // Makes room for the next two.
            let next = site.person("박관리", &[Duty::Administrator]).await;
            let by = administrator(site, next).await;
            duty::revoke(&site.centre, &by, left, Duty::Administrator).await.unwrap();
            domain::account::entity::duty::Entity::delete_by_id((next, Duty::Administrator))
                .exec(site.centre.database())
                .await
                .unwrap();
        }
    }

    async fn a_form_of_the_account_needs_its_person(site) {
        let before = site.tables().await;
        for path in ["/account/profile", "/account/contact/email", "/account/password", "/account/consents",
            "/sign-out-everywhere"] {
            let page = site.visitor().send(Method::POST, path, Some("application/x-www-form-urlencoded"), Vec::new()).await;
            assert_eq!(page.status, 303, "{path}");
            assert!(page.location().unwrap().starts_with("/sign-in"), "{path}");
        }
        before.assert_same(&site.tables().await);
    }
}
