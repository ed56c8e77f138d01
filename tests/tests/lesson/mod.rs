//! Recorded lessons: making and watching them, captions and transcripts, the files of a course.

mod desk;
mod handout;
mod property;
mod track;
mod watch;

use domain::account::Duty;
use domain::course::Mode;
use domain::course::entity::course;
use domain::lesson::entity::lesson;
use domain::registration::{Choice, store as registration};
use sea_orm::{EntityTrait, QueryOrder};
use tests::programme::{Dates, add_run};
use tests::{Form, Page, Site, Visitor};
use uuid::Uuid;

const NOW: &str = "2021-03-01T09:00:00+09:00";

/// A course with an online run on the third at ten, and whoever makes lessons for it.
pub(super) struct School {
    pub producer: Visitor,
    pub course: course::Model,
    run: Uuid,
}

pub(super) async fn furnish(site: &Site) -> School {
    site.set_time(NOW);
    let dates = Dates::on(chrono::NaiveDate::from_ymd_opt(2021, 3, 3).unwrap(), site.now());
    let run = add_run(&site.centre, "P21-014", None, dates, |run| run.mode = Mode::Online).await;
    let course = course::Entity::find().one(site.centre.database()).await.unwrap().unwrap();
    School { producer: site.sign_in_as(Duty::Producer).await, course, run }
}

impl School {
    /// Somebody with a place in its run.
    pub async fn learner(&self, site: &Site) -> Visitor {
        let visitor = site.resident("홍길동").await;
        let viewer = site.signed_in(visitor.id()).await;
        let key = site.centre.clock().id();
        registration::apply(&site.centre, &viewer, self.run, Choice::Any, key).await.unwrap();
        visitor
    }

    /// The form of a new lesson of ten minutes, filled in.
    pub async fn form(&self, code: &str) -> Form {
        let page = self.producer.get("/manage/lessons/new").await.expect(200);
        page.form("main form")
            .fill("code", code)
            .fill("course", &self.course.id.to_string())
            .fill("title", &format!("마우스 {code}"))
            .fill("summary", "잡는 법과 누르는 법")
            .fill("presenter", "홍길동")
            .fill("video", "https://youtu.be/dQw4w9WgXcQ")
            .fill("length", "10:00")
    }

    /// A draft.
    pub async fn make(&self, code: &str) {
        let page = self.form(code).await.submit().await.expect(200);
        assert!(page.text("[role=status]").contains("초안을 만들었습니다"));
    }

    /// One that the library shows to these.
    pub async fn publish(&self, code: &str, viewers: &str) {
        self.form(code).await.fill("viewers", viewers).submit().await.expect(200);
        let page = self.press(code, "publish").await.expect(200);
        assert!(page.text("[role=status]").contains("공개했습니다"));
    }

    /// Sends one of the forms on a lesson's desk as it stands.
    pub async fn press(&self, code: &str, act: &str) -> Page {
        self.desk(code).await.form(&format!("form[action$='/{code}/{act}']")).submit().await
    }

    pub async fn desk(&self, code: &str) -> Page {
        self.producer.get(&format!("/manage/lessons/{code}")).await.expect(200)
    }

    /// Uploads captions of a lesson.
    pub async fn caption(&self, code: &str, language: &str, file: &[u8]) -> Page {
        let page = self.producer.get(&format!("/manage/lessons/{code}/captions")).await.expect(200);
        let form = page.form("form[enctype]").forge("language", language);
        form.attach("file", "captions.vtt", file).submit().await
    }
}

pub(super) async fn lessons(site: &Site) -> Vec<lesson::Model> {
    let all = lesson::Entity::find().order_by_asc(lesson::Column::Place);
    all.all(site.centre.database()).await.unwrap()
}

/// Three cues, the last after a pause.
pub(super) const KOREAN: &str = "WEBVTT\n\n00:01.000 --> 00:03.000\n안녕하세요.\n\n00:03.000 --> 00:06.000\n마우스를 <b>잡아</b> 봅시다.\n\n\
    01:15.000 --> 01:18.000\n두 번 눌러 봅시다.\n";
