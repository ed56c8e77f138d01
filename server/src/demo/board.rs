//! The demonstration's board in the lobby: notices, two posters and a clip, all made up and drawn for it.

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::board::edit::{BoardDetails, ItemDetails, add, install};
use domain::board::{BoardCode, Face, NoticeText, Seconds};
use domain::centre::Centre;
use domain::course::Line;
use domain::seoul;

use super::{Failure, People};

const CLASS: &[u8] = include_bytes!("../../demo/poster-class.png");
const STUDIO: &[u8] = include_bytes!("../../demo/poster-studio.png");
const CLIP: &[u8] = include_bytes!("../../demo/clip.webm");

/// Puts the board up and fills it: some items are due today, one is to come.
pub async fn hang(centre: &Centre, people: &People, today: DateTime<Utc>) -> Result<(), Failure> {
    let line = |text: &str| Line::parse(text, 80).ok_or("a line is wrong");
    let code = BoardCode::parse("lobby").ok_or("a board's code is wrong")?;
    let details = BoardDetails { code, name: line("1층 로비")?, name_en: Some(line("Ground floor")?) };
    install(centre, &details).await?;
    let by = people.known[3].board_editor()?;
    let today = seoul::day(today);
    let put = async |face: Face, title: &str, text: &str, first_day: NaiveDate, days: u64, file: &[u8]| {
        let lines = NoticeText::parse(text).filter(|_| face == Face::Notices);
        let details = ItemDetails {
            title: line(title)?,
            lines,
            first_day,
            last_day: first_day + Days::new(days),
            seconds: Seconds::parse("12").ok_or("so many seconds are wrong")?,
        };
        add(centre, &by, "lobby", face, &details, file, centre.clock().id()).await?;
        Ok::<(), Failure>(())
    };
    let notices = [
        (
            "이번 주 수강신청이 시작됩니다",
            "휴대전화로도 신청하실 수 있습니다.\n도움이 필요하시면 안내데스크로 오십시오.",
            0,
        ),
        ("승강기 점검 안내", "오늘 오후 6시부터 30분 동안 멈춥니다.", 0),
        ("연말 휴관 안내", "12월 31일에는 문을 열지 않습니다.", 3),
    ];
    for (title, text, later) in notices {
        put(Face::Notices, title, text, today + Days::new(later), 6, &[]).await?;
    }
    let class = "무료 특강: 휴대전화로 만드는 짧은 영상, 토요일 오후 2시 제1강의실";
    put(Face::LeftPoster, class, "", today, 13, CLASS).await?;
    let studio = "열린 스튜디오: 내 이야기를 소리로 남기세요, 화~토 구민 누구나";
    put(Face::RightPoster, studio, "", today, 30, STUDIO).await?;
    put(Face::Video, "무엇이든 배웁니다, 누구나 옵니다, 함께 만듭니다", "", today, 30, CLIP).await
}
