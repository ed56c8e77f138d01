//! The demonstration's recorded lessons: chapters, captions and a file, all made up; their videos don't exist.

use domain::broadcast::VideoId;
use domain::centre::Centre;
use domain::course::handout;
use domain::course::store::list_courses;
use domain::course::{Line, Viewers};
use domain::lesson::edit::{LessonDetails, make, publish, set_chapters};
use domain::lesson::progress::Watched;
use domain::lesson::track::{Of, put};
use domain::lesson::watch::{Report, report};
use domain::lesson::{LessonCode, Moment, Spoken, parse_chapters, store};

use super::{Failure, People};

const PRACTICE: &[u8] = include_bytes!("../../demo/practice-1.pdf");

struct Lesson {
    code: &'static str,
    course: &'static str,
    title: &'static str,
    summary: &'static str,
    length: &'static str,
    viewers: Viewers,
    video: &'static str,
    chapters: &'static str,
    captions: &'static [(Spoken, &'static str)],
}

const LESSONS: [Lesson; 3] = [
    Lesson {
        code: "E-001",
        course: "컴퓨터 첫걸음",
        title: "마우스 잡기와 누르기",
        summary: "마우스를 편하게 잡고 한 번, 두 번 누르는 법을 익힙니다. (시연용이라 영상은 나오지 않습니다.)",
        length: "3:20",
        viewers: Viewers::Everybody,
        video: "demo-less01",
        chapters: "0:00 마우스 잡기\n0:40 한 번 누르기와 두 번 누르기\n2:40 연습하기",
        captions: &[
            (Spoken::Korean, include_str!("../../demo/lesson-1-ko.vtt")),
            (Spoken::English, include_str!("../../demo/lesson-1-en.vtt")),
        ],
    },
    Lesson {
        code: "E-002",
        course: "컴퓨터 첫걸음",
        title: "사진을 폴더에 담기",
        summary: "폴더를 만들고 사진을 끌어다 담습니다. (시연용이라 영상은 나오지 않습니다.)",
        length: "5:10",
        viewers: Viewers::SignedIn,
        video: "demo-less02",
        chapters: "0:00 폴더 만들기\n1:20 끌어다 놓기",
        captions: &[(Spoken::Korean, include_str!("../../demo/lesson-2-ko.vtt"))],
    },
    Lesson {
        code: "E-003",
        course: "엑셀 기초",
        title: "첫 합계 내기",
        summary: "숫자를 적고 자동 합계로 더해 봅니다. (시연용이라 영상은 나오지 않습니다.)",
        length: "4:00",
        viewers: Viewers::Everybody,
        video: "demo-less03",
        chapters: "",
        captions: &[(Spoken::Korean, include_str!("../../demo/lesson-3-ko.vtt"))],
    },
];

/// Makes and publishes them, and lets the resident of the demonstration begin one.
pub async fn record(centre: &Centre, people: &People) -> Result<(), Failure> {
    let by = people.known[3].lesson_editor()?;
    let line = |text: &str| Line::parse(text, Line::TITLE_MAX).ok_or("a line is wrong");
    let courses = list_courses(centre.database()).await?;
    for it in &LESSONS {
        let course = courses.iter().find(|course| course.title == it.course).ok_or("a course is missing")?;
        let length = Moment::parse(it.length).ok_or("a length is wrong")?;
        let details = LessonDetails {
            course: course.id,
            title: line(it.title)?,
            summary: it.summary.into(),
            presenter: Some(line("이강사")?),
            length,
            spoken: Spoken::Korean,
            video: VideoId::parse(it.video).ok_or("a video's id is wrong")?,
            viewers: it.viewers,
            shown_until: None,
        };
        make(centre, &by, &LessonCode::parse(it.code).ok_or("a code is wrong")?, &details).await?;
        set_chapters(centre, &by, it.code, 1, &parse_chapters(it.chapters, length.seconds())?).await?;
        publish(centre, &by, it.code, 2).await?;
        let lesson = store::find(centre, it.code).await?.ok_or("a lesson is missing")?.lesson;
        for (language, text) in it.captions {
            put(centre, &by, Of::Lesson(lesson.id), *language, text.as_bytes()).await?;
        }
        if it.code == "E-002" {
            let seen = Report { position: 95, watched: Watched::from_iter(0..3) };
            report(centre, &people.known[0], &lesson, &seen).await?;
        }
    }
    let first =
        courses.iter().find(|course| course.title == LESSONS[0].course).ok_or("a course is missing")?;
    let (title, key) = (line("마우스 연습지")?, centre.clock().id());
    handout::add(centre, &by, first.id, &title, Viewers::Everybody, PRACTICE, key).await?;
    Ok(())
}
