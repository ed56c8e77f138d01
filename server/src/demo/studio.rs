//! The demonstration's studio: its rules, what there is to lend, the uses of 2020, and bookings in every state.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, Utc, Weekday};
use domain::account::{Audience, Duty, SignedIn};
use domain::centre::Centre;
use domain::course::Line;
use domain::seoul;
use domain::space::arrange::{self, Arrangement, Opening, ThingDetails};
use domain::space::diary::Diary;
use domain::space::rules::SpaceRules;
use domain::space::store::Tree;
use domain::space::{Approver, AskedBy, Margin, Slot, SpaceCode, ThingKind, Use};
use domain::studio::ask::{Asked, StudioError, Wish, ask};
use domain::studio::call::{self, CallDetails, answer, find_call, find_live, publish};
use domain::studio::decide::{approve, decline};
use domain::studio::{AnswerState, Kind, file};

use super::{Failure, People};

const USES_2020: &str = include_str!("../../demo/studio-2020.csv");

/// Rules of the studio and the broadcast room, and what can be lent.
pub async fn furnish(centre: &Centre) -> Result<(), Failure> {
    let tree = Tree::load(centre.database()).await?;
    let id = |code: &str| tree.by_code(code).map(|space| space.id).ok_or("a space is missing");
    let hours = |audience, days: std::ops::RangeInclusive<u8>, from: u16, until: u16| {
        days.map(move |weekday| Opening {
            audience,
            weekday,
            from_minute: from * 60,
            until_minute: until * 60,
        })
    };
    let margin = |set_up, strike| Margin { set_up, strike };
    let tvum = Arrangement {
        approver: Some(Approver::Producer),
        asked_by: Some(AskedBy::Everybody),
        resident_minutes: Some(8 * 60),
        equipment: Some("조명 12등, 크로마키, 프롬프터, 4채널 스위처, 오디오 믹서".into()),
        openings: hours(Audience::Staff, 1..=5, 9, 22)
            .chain(hours(Audience::Staff, 6..=6, 10, 18))
            .chain(hours(Audience::Resident, 2..=5, 13, 21))
            .chain(hours(Audience::Resident, 6..=6, 10, 17))
            .collect(),
        margins: vec![
            (Use::Recording, margin(30, 30)),
            (Use::Live, margin(60, 30)),
            (Use::Other, margin(10, 10)),
        ],
    };
    arrange::install(centre, id("tvum")?, &tvum).await?;
    let booth = Arrangement {
        approver: Some(Approver::TrainingManager),
        asked_by: Some(AskedBy::Staff),
        equipment: Some("웹캠, 콘덴서 마이크, 송출용 컴퓨터".into()),
        openings: hours(Audience::Staff, 1..=6, 9, 21).collect(),
        margins: vec![(Use::Class, margin(10, 10)), (Use::Live, margin(20, 10))],
        ..Arrangement::default()
    };
    arrange::install(centre, id("broadcast-booth")?, &booth).await?;
    for (code, name, name_en, kind, total) in [
        ("camera", "카메라", "Camera", ThingKind::Camera, 3),
        ("microphone", "무선 마이크", "Wireless microphone", ThingKind::Microphone, 4),
        ("encoder", "송출 장비", "Encoder", ThingKind::Encoder, 2),
        ("car", "촬영 차량", "Filming car", ThingKind::Car, 1),
        ("crew", "촬영 인력", "Crew", ThingKind::Crew, 3),
    ] {
        let code = SpaceCode::parse(code).ok_or("a thing's code is wrong")?;
        let (name, name_en) = (name.to_owned(), Some(name_en.to_owned()));
        arrange::put_thing(centre, None, None, &ThingDetails { code, name, name_en, kind, total }).await?;
    }
    file::import(centre, USES_2020.as_bytes()).await?;
    Ok(())
}

/// Bookings around today: two that ask for one afternoon, a series, one in line, one declined, one for tonight.
pub async fn book(centre: &Centre, people: &People, today: DateTime<Utc>) -> Result<(), Failure> {
    let (hana, producer, staff) = (&people.known[0], &people.known[3], &people.known[8]);
    let by = producer.on_duty(Duty::Producer)?;
    let wishes = Wishes { centre, tvum: tvum(centre).await? };
    let rules = SpaceRules::load(centre.database()).await?;
    let ahead = Slot { starts_at: today, ends_at: today + Duration::days(90) };
    let diary = Diary::load(centre.database(), ahead).await?;
    let free = |weekday, (from, until): (u32, u32)| {
        let is_free = |day: &NaiveDate| {
            // An hour around for set-up and strike.
            let slot = slot(*day, from - 1, until + 1);
            let leaves = rules.tree.leaves_of(wishes.tvum);
            !rules.holidays.days.contains(day) && diary.free(&leaves, slot) == [slot]
        };
        let days = (seoul::day(today) + Days::new(2)).iter_days().take(60);
        days.filter(|day| day.weekday() == weekday).find(is_free).ok_or("the studio is never free")
    };
    let (tuesday, thursday) = (free(Weekday::Tue, (17, 20))?, free(Weekday::Thu, (17, 20))?);

    let news = Wish {
        rule: Some("FREQ=WEEKLY;COUNT=3".into()),
        ..wishes.of("구정뉴스 녹화", Kind::Recording)
    };
    wishes.ask(producer, news, free(Weekday::Mon, (18, 20))?, (18, 20)).await?;
    let soon = today + Duration::hours(1);
    let tonight = Slot { starts_at: soon, ends_at: soon + Duration::hours(2) };
    let conference = Wish { slot: tonight, ..wishes.of("긴급 화상회의", Kind::Other) };
    ask(centre, producer, &conference).await?;

    wishes.ask(staff, wishes.of("보건소 금연 홍보영상", Kind::Recording), tuesday, (17, 19)).await?;
    let mine = Wish {
        agreed: true,
        help: Some("카메라 조작을 도와 주세요.".into()),
        ..wishes.of("동네 책방 소개", Kind::Recording)
    };
    wishes.ask(hana, mine, tuesday, (18, 20)).await?;
    let given = Wish { agreed: true, ..wishes.of("시 낭송 녹음", Kind::Recording) };
    if let Some(given) = wishes.ask(hana, given, thursday, (17, 19)).await? {
        approve(centre, &by, &given.code, 1).await?;
    }
    let waits = Wish { waits: true, ..wishes.of("청년 정책 토론", Kind::Live) };
    wishes.ask(staff, waits, thursday, (18, 20)).await?;
    let refused = wishes.of("직원 송년회", Kind::Other);
    if let Some(refused) = wishes.ask(staff, refused, thursday + Days::new(7), (18, 20)).await? {
        let reason = Line::parse("영상 제작과 방송에만 쓸 수 있습니다.", 100).ok_or("a reason is wrong")?;
        decline(centre, &by, &refused.code, 1, &reason).await?;
    }
    Ok(())
}

fn slot(day: NaiveDate, from: u32, until: u32) -> Slot {
    let at = |hour| seoul::midnight(day) + Duration::hours(i64::from(hour));
    Slot { starts_at: at(from), ends_at: at(until) }
}

async fn tvum(centre: &Centre) -> Result<uuid::Uuid, Failure> {
    let tree = Tree::load(centre.database()).await?;
    Ok(tree.by_code("tvum").ok_or("the studio is missing")?.id)
}

struct Wishes<'a> {
    centre: &'a Centre,
    tvum: uuid::Uuid,
}

impl Wishes<'_> {
    fn of(&self, purpose: &str, kind: Kind) -> Wish {
        let now = self.centre.clock().now();
        // Every text here is one line.
        let line = |text: &str| Line::parse(text, 100).unwrap_or_else(|| unreachable!("{text}"));
        Wish {
            space_id: self.tvum,
            kind,
            purpose: line(purpose),
            department: None,
            in_charge: line("박영상"),
            presenter: None,
            presenter_id: None,
            people: Some(3),
            help: None,
            slot: Slot { starts_at: now, ends_at: now },
            things: Vec::new(),
            agreed: false,
            rule: None,
            waits: false,
            displaces: None,
            key: self.centre.clock().id(),
        }
    }

    /// Whether it could be asked for: on a public holiday residents can't.
    async fn ask(
        &self,
        who: &SignedIn,
        wish: Wish,
        day: NaiveDate,
        (from, until): (u32, u32),
    ) -> Result<Option<Asked>, Failure> {
        let department = if who.is_staff() { Line::parse("홍보미디어과", 100) } else { None };
        let in_charge = Line::parse(who.name(), 100).ok_or("a name is wrong")?;
        let slot = slot(day, from, until);
        match ask(self.centre, who, &Wish { slot, department, in_charge, ..wish }).await {
            Ok(asked) => Ok(Some(asked)),
            Err(StudioError::Refused(refusals)) => {
                tracing::info!(?refusals, "the demonstration goes without a booking");
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A call for people to take part, with an answer that was chosen, one declined and one to be read; and one that is closed.
pub async fn call(centre: &Centre, people: &People, today: DateTime<Utc>) -> Result<(), Failure> {
    let by = people.known[3].producer()?;
    let line = |text: &str| Line::parse(text, 100).ok_or("a line is wrong");
    let details = CallDetails {
        title: line("우리 동네 가게 이야기 출연자 모집")?,
        purpose:
            "오래된 가게를 지켜 온 분들의 이야기를 10분 영상으로 만듭니다.\n촬영과 편집은 저희가 합니다."
                .into(),
        who_for: "구에서 가게를 하시거나 하셨던 분".into(),
        dates: line("다음 달 둘째 주 평일 오후, 한 분에 2시간")?,
        people: 3,
        contact: line("홍보미디어과 02-000-0000")?,
        opens_at: today - Duration::days(3),
        closes_at: today + Duration::days(11),
    };
    let code = publish(centre, &by, &details, centre.clock().id()).await?;
    let answers = [
        (0, "이십 년 된 문방구를 합니다. 아이들 이야기를 들려드리고 싶습니다.", Some(AnswerState::Chosen)),
        (1, "시장에서 두부를 만듭니다.", Some(AnswerState::Declined)),
        (2, "할머니께 물려받은 세탁소 이야기를 하고 싶습니다.", None),
    ];
    for (index, words, decided) in answers {
        let who = &people.residents[index];
        answer(centre, who, &code, words, true).await?;
        let found = find_call(centre.database(), &code).await?.ok_or("the call is missing")?;
        let given = find_live(centre.database(), found.id, who.id()).await?.ok_or("an answer is missing")?;
        if let Some(state) = decided {
            let reason = match state {
                AnswerState::Chosen => "이야기가 잘 어울립니다.",
                _ => "비슷한 이야기가 먼저 들어왔습니다.",
            };
            call::decide(centre, &by, &code, given.id, given.version, (state, &line(reason)?)).await?;
        }
    }
    let closed = CallDetails {
        title: line("구민 라디오 진행자 모집")?,
        opens_at: today - Duration::days(60),
        closes_at: today - Duration::days(30),
        ..details
    };
    publish(centre, &by, &closed, centre.clock().id()).await?;
    Ok(())
}
