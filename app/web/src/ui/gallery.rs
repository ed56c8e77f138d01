//! Every component on one page; tests look at the markup, and people at the files it leaves in the target folder.
//!
//! `cargo test -p web --features ssr gallery` writes `target/gallery/*.html`, to be opened or photographed by a browser
//! beside a built `style.css`.

use super::*;
use crate::words::Language;
use axum::{
    body::to_bytes,
    http::{StatusCode, header},
    response::Response,
};
use futures::executor::block_on;
use leptos::prelude::*;
use std::{fs, path::Path, sync::Arc};

fn frame(language: Language, visitor: Option<Visitor>) -> Frame {
    let centre = CentreFacts {
        name: Bilingual::new("영등포구 평생스마트교육", "Yeongdeungpo Smart Learning"),
        office: Bilingual::new("영등포구청", "Yeongdeungpo-gu Office"),
        address: Bilingual::new("서울특별시 영등포구 당산로 123", "123 Dangsan-ro, Yeongdeungpo-gu, Seoul"),
        phone: "02-1234-5678".into(),
        hours: Bilingual::new("평일 09:00~18:00", "Weekdays 09:00–18:00"),
        demonstration: true,
        version: "1".into(),
    };
    Frame {
        language,
        path: "/courses?page=2".into(),
        visitor,
        high_contrast: false,
        centre: Arc::new(centre),
    }
}

fn staff() -> Visitor {
    let menu = [("현장접수", "/desk"), ("교육 운영", "/manage/runs"), ("장소·좌석", "/manage/places")];
    let menu = menu.map(|(label, path)| MenuItem::new(label, path)).into();
    Visitor { name: "박담당".into(), menu }
}

/// The page without the empty comments that Leptos puts between views.
fn html(response: Response) -> String {
    let body = block_on(to_bytes(response.into_body(), usize::MAX)).unwrap();
    String::from_utf8(body.into()).unwrap().replace("<!>", "")
}

fn draw<V: IntoView + 'static>(body: impl FnOnce() -> V) -> String {
    html(frame(Language::Ko, None).render(StatusCode::OK, "제목", body))
}

#[island]
fn Moving(count: u32) -> impl IntoView {
    view! { <p>{count}</p> }
}

#[test]
fn a_page_is_private_and_says_its_language() {
    let response = frame(Language::En, None).render(StatusCode::CONFLICT, "Seats", || "full");
    assert_eq!(response.status(), StatusCode::CONFLICT);
    assert_eq!(response.headers()[header::CACHE_CONTROL], "private, no-store");
    assert_eq!(response.headers()[header::CONTENT_LANGUAGE], "en");
    let page = html(response);
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\""), "{page}");
    assert!(page.contains("<title>Seats | Yeongdeungpo Smart Learning</title>"), "{page}");
    assert!(page.contains("href=\"/courses?page=2\""), "the way to the other language: {page}");
    assert!(!page.contains(" style=") && !page.contains("<script"), "the content policy forbids it: {page}");
}

#[test]
fn a_page_with_an_island_starts_it() {
    let page = draw(|| view! { <Moving count=7/> });
    assert!(page.contains("<leptos-island data-component=\"Moving_"), "{page}");
    assert!(page.contains("data-props=\"{&quot;count&quot;:7}\""), "{page}");
    assert!(page.contains("<script type=\"module\" src=\"/islands.js?v=1\">"), "{page}");
}

#[test]
fn a_text_stays_a_text() {
    let evil = "</textarea><script>alert(1)</script>\"";
    let page = draw(move || {
        let input = Input::new([("note", evil), ("name", evil), ("kind", evil)]);
        view! {
            <Form l=Language::Ko action="/" input=input problems=Problems::one("note", evil)>
                <TextArea name="note" label=evil/>
                <TextInput name="name" label="이름" hint=evil/>
                <Select name="kind" label="종류" choices=vec![Choice::new(evil, evil)]/>
            </Form>
        }
    });
    assert!(!page.contains("<script"), "{page}");
    assert_eq!(page.matches("</textarea>").count(), 1, "{page}");
    assert!(page.contains(">\n&lt;/textarea>&lt;script>alert(1)&lt;/script>\"</textarea>"), "{page}");
}

#[test]
fn a_problem_is_tied_to_its_field() {
    let page = draw(|| {
        let problems = Problems::one("phone", "숫자만 적어 주세요.");
        view! {
            <Form l=Language::Ko action="/sign-up" id="join" problems=problems>
                <TextInput name="phone" label="휴대전화" kind="tel" hint="예: 010-1234-5678" required=true/>
            </Form>
        }
    });
    assert!(page.contains("<a href=\"#join-phone\">숫자만 적어 주세요.</a>"), "{page}");
    assert!(page.contains("aria-describedby=\"join-phone-hint join-phone-problem\""), "{page}");
    assert!(page.contains("aria-invalid=\"true\""), "{page}");
    assert!(
        page.contains("<p id=\"join-phone-problem\" class=\"form-hint-invalid\">숫자만 적어 주세요.</p>"),
        "{page}"
    );
}

#[test]
fn what_was_typed_comes_back_except_passwords() {
    let page = draw(|| {
        let input = Input::new([("name", "김하나"), ("password", "secret"), ("day", "tue"), ("sms", "yes")]);
        let days = || vec![Choice::new("mon", "월"), Choice::new("tue", "화")];
        view! {
            <Form l=Language::Ko action="/" input=input>
                <TextInput name="name" label="이름"/>
                <TextInput name="password" label="비밀번호" kind="password"/>
                <RadioGroup name="day" legend="요일" choices=days()/>
                <Checkbox name="sms" label="문자"/>
            </Form>
        }
    });
    assert!(page.contains("value=\"김하나\""), "{page}");
    assert!(!page.contains("secret"), "{page}");
    assert!(page.contains("value=\"tue\" checked"), "{page}");
    assert!(page.contains("value=\"yes\" checked"), "{page}");
}

#[test]
fn attributes_reach_a_button() {
    let page = draw(|| view! { <Button attr:name="seat" attr:value="1-07">"1-07"</Button> });
    assert!(page.contains("name=\"seat\" value=\"1-07\""), "{page}");
}

#[test]
fn gallery() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/gallery");
    fs::create_dir_all(&folder).unwrap();
    for (name, language, visitor, high_contrast) in [
        ("ko", Language::Ko, None, false),
        ("staff", Language::Ko, Some(staff()), false),
        ("en", Language::En, None, false),
        ("contrast", Language::Ko, None, true),
    ] {
        let frame = Frame { high_contrast, ..frame(language, visitor) };
        let page = html(frame.render(StatusCode::OK, "모아 보기", move || everything(language)));
        fs::write(folder.join(format!("{name}.html")), page.replace("\"/", "\"./")).unwrap();
        let page = html(error_page(&frame, StatusCode::NOT_FOUND, true));
        fs::write(folder.join(format!("{name}-error.html")), page.replace("\"/", "\"./")).unwrap();
    }
}

fn everything(l: Language) -> impl IntoView {
    view! {
        <Breadcrumb l=l way=vec![Crumb::new(l, "강좌 찾기", "/courses")] here="스마트폰 기초 (제3기)"/>
        <PageHead title="스마트폰 기초 (제3기)" lead="처음 배우는 분을 위한 스마트폰 사용법">
            <LinkButton href="/ics" look=Look::Tertiary small=true><Icon glyph=Glyph::Calendar/> "일정 내려받기"</LinkButton>
        </PageHead>
        <StepIndicator l=l steps=["약관 동의", "연락처 확인", "이름", "완료"].map(String::from).into() current=1/>
        <Alert l=l tone=Tone::Success attr:role="status"><p>"1-07 자리로 신청되었습니다. 확인 문자를 보내드렸습니다."</p></Alert>
        <Alert l=l tone=Tone::Information><p>"접수는 3월 2일(월) 10:00에 시작합니다."</p></Alert>
        <Alert l=l tone=Tone::Warning><p>"같은 시간에 다른 강좌를 신청하셨습니다. 수업 시간이 겹치면 한 강좌만 신청할 수 있습니다."</p></Alert>
        <Alert l=l tone=Tone::Danger><p>"방금 다른 분이 이 자리를 신청했습니다. 다른 자리를 골라 주세요."</p></Alert>
        <Tabs label="업무" tabs=vec![
            Tab { label: "신청자".into(), href: "/a".into(), current: true },
            Tab { label: "대기자 명단".into(), href: "/b".into(), current: false },
            Tab { label: "출석부".into(), href: "/c".into(), current: false },
        ]/>
        {catalogue(l)}
        {seats()}
        {form(l)}
        {tables(l)}
        <Disclosure summary="개인정보는 어떻게 쓰이나요?"><p>"신청과 수업 안내에만 쓰이고 수업이 끝난 뒤 1년 후 지워집니다."</p></Disclosure>
        <div class="actions">
            <Button>"수강신청"</Button>
            <Button look=Look::Secondary>"좌석 변경"</Button>
            <Button look=Look::Tertiary>"목록으로"</Button>
            <Button look=Look::Danger>"신청 취소"</Button>
            <Button look=Look::Text>"나중에"</Button>
        </div>
    }
}

fn catalogue(l: Language) -> impl IntoView {
    let item = |title: &'static str,
                tone: Tone,
                state: &'static str,
                left: &'static str,
                number: &'static str| {
        let badges = view! { <Badge tone=tone text=state/><Badge text="대면" outline=true/><Badge text="선착순" outline=true/> };
        let action = view! {
            <p class="places-left"><strong>{number}</strong>" "{left}</p>
            <LinkButton href="/courses/P21-014" look=Look::Secondary small=true>"자세히 보기"</LinkButton>
        };
        let items = vec![
            Fact::new("접수기간", "3. 2.(월) 10:00 ~ 3. 9.(월) 18:00"),
            Fact::new("수업", "3. 16. ~ 4. 10. 월·수·금 10:00~12:00 (12차시)"),
            Fact::new("장소", "YDP미래평생학습관 제1강의실"),
        ];
        view! {
            <StructuredItem href="/courses/P21-014" title=title badges=badges.into_any() items=items action=action.into_any()>
                <p>"전화, 문자, 사진, 카카오톡을 천천히 하나씩 배웁니다."</p>
            </StructuredItem>
        }
    };
    let categories = vec![Choice::new("basic", "기초"), Choice::new("career", "취업·창업")];
    let when = vec![Choice::new("evening", "저녁"), Choice::new("weekend", "주말")];
    view! {
        <Form l=l action="/courses" get=true id="find">
            <SearchBox name="q" label="강좌 이름이나 내용으로 찾기"/>
            <div class="filters">
                <Select name="category" label="분야" none="전체" choices=categories.clone()/>
                <Select name="place" label="장소" none="전체" choices=vec![]/>
                <Select name="mode" label="수업 방식" none="전체" choices=vec![]/>
                <CheckboxGroup name="when" legend="시간" choices=when/>
            </div>
        </Form>
        <p class="list-count">"강좌 "<strong>"24"</strong>"개"</p>
        <StructuredList>
            {item("스마트폰 기초 (제3기)", Tone::Success, "접수중", "자리 남음", "7")}
            {item("엑셀로 배우는 데이터 정리와 시각화, 그리고 보고서까지 한 번에 끝내기 (제1기)", Tone::Information, "접수예정", "자리", "24")}
            {item("유튜브 영상 만들기", Tone::Neutral, "접수마감", "자리 · 대기 4명", "0")}
        </StructuredList>
        <Pagination l=l current=4 pages=12 href=|page| format!("/courses?page={page}")/>
        <EmptyState title="찾으시는 강좌가 없습니다."><p>"검색어를 짧게 줄이거나 조건을 빼고 다시 찾아보세요."</p></EmptyState>
    }
}

fn form(l: Language) -> impl IntoView {
    let mut problems = Problems::one("phone", "휴대전화 번호는 숫자 10~11자리로 적어 주세요.");
    problems.add("consent", "수강신청을 하려면 동의가 필요합니다.");
    let input = Input::new([("name", "김하나"), ("phone", "010-12"), ("group", "work")]);
    let groups = vec![
        Choice::new("live", "영등포구에 삽니다"),
        Choice::new("work", "영등포구에서 일합니다").note("직장 주소가 영등포구인 분"),
        Choice::new("study", "영등포구에서 공부합니다"),
    ];
    view! {
        <h2 class="section-title">"회원 가입"</h2>
        <Form l=l action="/sign-up" input=input problems=problems>
            <TextInput name="name" label="이름" required=true autocomplete="name"/>
            <TextInput name="phone" label="휴대전화 번호" kind="tel" required=true hint="인증번호 6자리를 문자로 보내드립니다." inputmode="tel"/>
            <TextInput name="code" label="인증번호" short=true required=true inputmode="numeric" maxlength=6 autocomplete="one-time-code"/>
            <TextInput name="born" label="태어난 해" short=true hint="나이대별 통계에만 씁니다."/>
            <Select name="town" label="사는 동네" none="말하지 않음" choices=vec![Choice::new("1", "당산1동")]/>
            <RadioGroup name="group" legend="신청자격" choices=groups required=true/>
            <TextArea name="note" label="도움이 필요하신가요?" hint="수어 통역, 동반자 자리 등"/>
            <Checkbox name="consent" label="개인정보 수집·이용에 동의합니다" note="이름과 연락처 · 수강신청과 안내 · 마지막 수업 뒤 1년 보관" required=true/>
            <Checkbox name="news" label="새 강좌 소식을 문자로 받겠습니다"/>
            <div class="actions"><Button>"가입하고 인증번호 받기"</Button><LinkButton href="/" look=Look::Tertiary>"취소"</LinkButton></div>
        </Form>
    }
}

fn tables(l: Language) -> impl IntoView {
    let row = |name: &'static str, seat: &'static str, at: &'static str, number: &'static str| -> Vec<Cell> {
        let state = view! { <Badge tone=Tone::Success text="신청 완료"/> };
        let act = view! { <Button look=Look::Tertiary small=true>"좌석 변경"</Button> };
        vec![
            name.into_any(),
            seat.into_any(),
            at.into_any(),
            number.into_any(),
            state.into_any(),
            act.into_any(),
        ]
    };
    let columns = || {
        vec![
            Column::text("이름"),
            Column::text("좌석"),
            Column::text("신청한 때"),
            Column::number("수강 횟수"),
            Column::text("상태"),
            Column::text("업무"),
        ]
    };
    let facts = vec![
        Fact::new("강사", "이선생"),
        Fact::new(
            "장소",
            view! { "YDP미래평생학습관 3층 제1강의실 " <a class="link" href="/places">"약도"</a> },
        ),
        Fact::new("준비물", "쓰시는 스마트폰과 충전기"),
    ];
    let rows = || {
        vec![
            row("김○나", "1-07", "3. 2. 10:00:00.123", "12"),
            row("이○수", "1-08", "3. 2. 10:00:00.456", "3"),
        ]
    };
    view! {
        <h2 class="section-title">"수업 안내"</h2>
        <DescriptionList items=facts/>
        <h2 class="section-title">"신청자"</h2>
        <Table caption="신청자 명단" columns=columns() rows=rows()/>
        <Table caption="신청자 명단 (넓은 표)" columns=columns() rows=rows() grid=true/>
        <Badge tone=Tone::Primary text=l.name()/> <Badge tone=Tone::Warning text="대기 3번"/> <Badge tone=Tone::Danger text="폐강"/>
    }
}

fn seats() -> impl IntoView {
    let seat = |number: String, state: &'static str| {
        let glyph = match state {
            "taken" => Some(Glyph::Cross),
            "mine" => Some(Glyph::Check),
            "wheelchair" => Some(Glyph::Wheelchair),
            "closed" => Some(Glyph::Wrench),
            _ => None,
        };
        let mark = glyph.map(|glyph| view! { <Icon glyph=glyph/> });
        let closed = matches!(state, "taken" | "closed");
        let value = number.clone();
        view! {
            <button class=format!("seat seat-{state}") name="seat" value=value disabled=closed>{mark}<span>{number}</span></button>
        }
    };
    let row = move |room: u32, row: u32, columns: u32| {
        let seats = (1..=columns).map(|column| {
            let number = (row - 1) * columns + column;
            let state = match number {
                3 | 4 | 9 | 16 => "taken",
                10 => "mine",
                21 | 22 => "wheelchair",
                12 => "closed",
                _ => "free",
            };
            let aisle = (column == 4).then(|| view! { <span class="seat-aisle"></span> });
            (aisle, seat(format!("{room}-{number:02}"), state))
        });
        view! { <div class="seat-row" role="group" aria-label=format!("{row}번째 줄")>{seats.collect_view()}</div> }
    };
    let room = move |name: &'static str, room: u32, columns: u32| {
        view! {
            <section class="seat-room" aria-label=name>
                <h3 class="seat-room-name">{name}</h3>
                <p class="seat-front">"앞 (칠판)"</p>
                {(1..=4).map(|number| row(room, number, columns)).collect_view()}
            </section>
        }
    };
    view! {
        <h2 class="section-title">"좌석배치도"</h2>
        <form class="seat-plan" method="post">
            <ul class="seat-legend">
                <li><span class="seat seat-free"></span>"신청 가능"</li>
                <li><span class="seat seat-taken"><Icon glyph=Glyph::Cross/></span>"신청됨"</li>
                <li><span class="seat seat-mine"><Icon glyph=Glyph::Check/></span>"내 자리"</li>
                <li><span class="seat seat-wheelchair"><Icon glyph=Glyph::Wheelchair/></span>"휠체어석"</li>
                <li><span class="seat seat-closed"><Icon glyph=Glyph::Wrench/></span>"사용 불가"</li>
            </ul>
            <div class="seat-rooms">{room("제1강의실", 1, 7)}{room("제2강의실", 2, 6)}</div>
        </form>
    }
}
