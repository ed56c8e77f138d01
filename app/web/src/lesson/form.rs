//! Making a lesson, changing it, its chapters, and whether the library shows it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use domain::broadcast::VideoId;
use domain::course::store::list_courses;
use domain::course::{Line, Viewers};
use domain::lesson::edit::{self, LessonDetails, LessonError};
use domain::lesson::entity::{lesson, lesson_event};
use domain::lesson::store::{self, Listed};
use domain::lesson::{LessonCode, LessonState, Moment, Spoken, chapters_text, parse_chapters};
use leptos::prelude::*;

use super::sentence::{chapter_sentence, event_word, refused, state_badge, viewers_choices};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{
    Alert, Breadcrumb, Button, Choice, Crumb, Disclosure, Form, Hidden, Input, LinkButton, Look, PageHead,
    Problems, Query, RadioGroup, Select, TextArea, TextInput, Tone,
};
use crate::when;
use crate::words::{Language, lesson as words};

/// The longest title and the longest summary, in characters.
const TITLE: usize = 100;
const SUMMARY: usize = 1000;

/// The longest reason, in characters.
const REASON: usize = 200;

/// How a page is drawn this time.
#[derive(Default)]
struct Drawn {
    status: StatusCode,
    /// Which form was sent, where there are several.
    form: &'static str,
    input: Input,
    problems: Problems,
    done: Option<&'static str>,
}

impl Drawn {
    fn wrong(form: &'static str, input: Input, problems: Problems) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, form, input, problems, done: None }
    }

    fn refused(l: Language, form: &'static str, input: Input, error: LessonError) -> Result<Self, AppError> {
        let (status, problems) = refused(l, error)?;
        Ok(Self { status, form, input, problems, done: None })
    }

    /// What a form shows: what was sent by it, or else what is so.
    fn of(&self, form: &str, present: Input) -> (Input, Problems) {
        match self.form == form {
            true => (self.input.clone(), self.problems.clone()),
            false => (present, Problems::default()),
        }
    }
}

/// `GET /manage/lessons/new`
pub async fn blank(ask: Ask) -> Result<Response, AppError> {
    let input = Input::new([("viewers", Viewers::Everybody.as_str()), ("spoken", Spoken::Korean.as_str())]);
    draw_new(&ask, Drawn { input, ..Drawn::default() }).await
}

/// `POST /manage/lessons/new`
pub async fn make(ask: Ask, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.lesson_editor()?;
    let mut problems = Problems::default();
    let code = LessonCode::parse(input.text("code"));
    if code.is_none() {
        problems.add("code", words::wrong_code(l));
    }
    let (Some(code), Some(details)) = (code, parse(&ask, &input, &mut problems).await?) else {
        return draw_new(&ask, Drawn::wrong("", input, problems)).await;
    };
    match edit::make(&ask.centre, &by, &code, &details).await {
        Ok(()) => Ok(ask.see_other(&format!("/manage/lessons/{}?done=made", code.as_str()))),
        Err(error) => draw_new(&ask, Drawn::refused(l, "", input, error)?).await,
    }
}

async fn draw_new(ask: &Ask, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    ask.signed_in()?.lesson_editor()?;
    let courses = courses(ask).await?;
    Ok(ask.refuse(drawn.status, words::make(l), move || {
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::title(l), "/manage/lessons")] here=words::make(l)/>
            <PageHead title=words::make(l) lead=words::make_lead(l)/>
            <Form l=l action=l.path("/manage/lessons/new") input=drawn.input problems=drawn.problems>
                <TextInput name="code" label=words::code(l) hint=words::code_hint(l) required=true short=true maxlength=24/>
                {fields(l, courses)}
                <Button>{words::make_draft(l)}</Button>
            </Form>
        }
    }))
}

async fn courses(ask: &Ask) -> Result<Vec<Choice>, AppError> {
    let l = ask.language;
    let courses = list_courses(ask.centre.database()).await?;
    Ok(courses.iter().map(|it| Choice::new(it.id.to_string(), crate::course::title(l, it))).collect())
}

fn fields(l: Language, courses: Vec<Choice>) -> impl IntoView {
    let languages = Spoken::ALL.iter().map(|it| Choice::new(it.as_str(), it.name())).collect();
    view! {
        <Select name="course" label=words::course(l) choices=courses none=words::choose(l) required=true/>
        <TextInput name="title" label=words::lesson_title(l) required=true maxlength=100/>
        <TextArea name="summary" label=words::summary(l) maxlength=1000/>
        <TextInput name="presenter" label=words::presenter(l) maxlength=40/>
        <TextInput name="video" label=words::video(l) hint=words::video_hint(l) required=true maxlength=200/>
        <TextInput name="length" label=words::length(l) hint=words::length_hint(l) required=true short=true maxlength=8/>
        <Select name="spoken" label=words::spoken(l) choices=languages required=true/>
        <RadioGroup name="viewers" legend=words::viewers(l) choices=viewers_choices(l) required=true/>
        <TextInput name="shown_until" label=words::shown_until(l) hint=words::shown_until_hint(l) kind="date" short=true/>
    }
}

/// What was typed, if all of it makes sense.
async fn parse(ask: &Ask, input: &Input, problems: &mut Problems) -> Result<Option<LessonDetails>, AppError> {
    let l = ask.language;
    let known = list_courses(ask.centre.database()).await?;
    let course = known.iter().find(|it| it.id.to_string() == input.text("course"));
    let title = Line::parse(input.text("title"), TITLE);
    let presenter = match input.text("presenter") {
        "" => Some(None),
        text => Line::parse(text, Line::INSTRUCTOR_MAX).map(Some),
    };
    let summary = input.text("summary").to_owned();
    let video = VideoId::parse(input.text("video"));
    let length = Moment::parse(input.text("length")).filter(|length| length.seconds() > 0);
    let spoken = Spoken::parse(input.text("spoken"));
    let viewers = Viewers::parse(input.text("viewers"));
    let shown_until = match input.text("shown_until") {
        "" => Some(None),
        text => text.parse::<NaiveDate>().ok().filter(|day| (2000..2200).contains(&day.year())).map(Some),
    };
    let wrong = [
        (course.is_none(), "course", words::wrong_course(l).to_owned()),
        (title.is_none(), "title", words::wrong_line(l, TITLE)),
        (summary.chars().count() > SUMMARY, "summary", words::wrong_text(l, SUMMARY)),
        (presenter.is_none(), "presenter", words::wrong_line(l, Line::INSTRUCTOR_MAX)),
        (video.is_none(), "video", words::wrong_video(l).to_owned()),
        (length.is_none(), "length", words::wrong_length(l).to_owned()),
        (spoken.is_none(), "spoken", words::wrong_choice(l).to_owned()),
        (viewers.is_none(), "viewers", words::wrong_choice(l).to_owned()),
        (shown_until.is_none(), "shown_until", words::wrong_day(l).to_owned()),
    ];
    for (_, field, sentence) in wrong.into_iter().filter(|(is_wrong, ..)| *is_wrong) {
        problems.add(field, sentence);
    }
    let whole = (course, title, presenter, video, length, spoken, viewers, shown_until);
    let (
        Some(course),
        Some(title),
        Some(presenter),
        Some(video),
        Some(length),
        Some(spoken),
        Some(viewers),
        Some(shown_until),
    ) = whole
    else {
        return Ok(None);
    };
    let details = LessonDetails {
        course: course.id,
        title,
        summary,
        presenter,
        length,
        spoken,
        video,
        viewers,
        shown_until,
    };
    Ok(Some(details).filter(|_| problems.is_empty()))
}

async fn find(ask: &Ask, code: &str) -> Result<Listed, AppError> {
    ask.signed_in()?.lesson_editor()?;
    store::find(&ask.centre, code).await?.ok_or(AppError::NotFound)
}

fn version(input: &Input) -> Result<i32, AppError> {
    input.text("version").parse().map_err(|_| AppError::BadRequest)
}

/// `GET /manage/lessons/{code}`
pub async fn page(ask: Ask, Path(code): Path<String>, Query(query): Query) -> Result<Response, AppError> {
    let l = ask.language;
    let listed = find(&ask, &code).await?;
    let done = match query.text("done") {
        "made" => Some(words::done_made(l)),
        "changed" => Some(words::done_changed(l)),
        "published" => Some(words::done_published(l)),
        "withdrawn" => Some(words::done_withdrawn(l)),
        _ => None,
    };
    draw(&ask, &listed, Drawn { done, ..Drawn::default() }).await
}

/// `POST /manage/lessons/{code}`
pub async fn change(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let by = ask.signed_in()?.lesson_editor()?;
    let listed = find(&ask, &code).await?;
    let version = version(&input)?;
    let mut problems = Problems::default();
    let Some(details) = parse(&ask, &input, &mut problems).await? else {
        return draw(&ask, &listed, Drawn::wrong("lesson", input, problems)).await;
    };
    let answer = edit::change(&ask.centre, &by, &code, version, &details).await;
    back(&ask, &listed, ("lesson", "changed"), input, answer).await
}

/// `POST /manage/lessons/{code}/chapters`
pub async fn chapters(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.lesson_editor()?;
    let listed = find(&ask, &code).await?;
    let version = version(&input)?;
    let chapters = match parse_chapters(input.text("chapters"), listed.lesson.length().seconds()) {
        Ok(chapters) => chapters,
        Err(problem) => {
            let problems = Problems::one("chapters", chapter_sentence(l, problem));
            return draw(&ask, &listed, Drawn::wrong("chapters", input, problems)).await;
        }
    };
    let answer = edit::set_chapters(&ask.centre, &by, &code, version, &chapters).await;
    back(&ask, &listed, ("chapters", "changed"), input, answer).await
}

/// `POST /manage/lessons/{code}/publish`
pub async fn publish(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let by = ask.signed_in()?.lesson_editor()?;
    let listed = find(&ask, &code).await?;
    let answer = edit::publish(&ask.centre, &by, &code, version(&input)?).await;
    back(&ask, &listed, ("state", "published"), input, answer).await
}

/// `POST /manage/lessons/{code}/withdraw`: with a `reason`.
pub async fn withdraw(ask: Ask, Path(code): Path<String>, input: Input) -> Result<Response, AppError> {
    let by = ask.signed_in()?.lesson_editor()?;
    let listed = find(&ask, &code).await?;
    let version = version(&input)?;
    let Some(reason) = Line::parse(input.text("reason"), REASON) else {
        let problems = Problems::one("reason", words::wrong_line(ask.language, REASON));
        return draw(&ask, &listed, Drawn::wrong("state", input, problems)).await;
    };
    let answer = edit::withdraw(&ask.centre, &by, &code, version, &reason).await;
    back(&ask, &listed, ("state", "withdrawn"), input, answer).await
}

/// On to the lesson, or the page again with a sentence.
async fn back(
    ask: &Ask,
    listed: &Listed,
    (form, done): (&'static str, &str),
    input: Input,
    answer: Result<(), LessonError>,
) -> Result<Response, AppError> {
    match answer {
        Ok(()) => Ok(ask.see_other(&format!("/manage/lessons/{}?done={done}", listed.lesson.code))),
        Err(error) => draw(ask, listed, Drawn::refused(ask.language, form, input, error)?).await,
    }
}

fn present(lesson: &lesson::Model) -> Input {
    Input::new([
        ("version", lesson.version.to_string()),
        ("course", lesson.course_id.to_string()),
        ("title", lesson.title.clone()),
        ("summary", lesson.summary.clone()),
        ("presenter", lesson.presenter.clone()),
        ("video", format!("https://youtu.be/{}", lesson.video)),
        ("length", lesson.length().to_string()),
        ("spoken", lesson.spoken.as_str().to_owned()),
        ("viewers", lesson.viewers.as_str().to_owned()),
        ("shown_until", lesson.shown_until.map(|day| day.to_string()).unwrap_or_default()),
    ])
}

async fn draw(ask: &Ask, listed: &Listed, drawn: Drawn) -> Result<Response, AppError> {
    let l = ask.language;
    let by = ask.signed_in()?.lesson_editor()?;
    let (courses, lesson) = (courses(ask).await?, &listed.lesson);
    let chapters = store::chapters(&ask.centre, lesson.id).await?;
    let history = store::history(&ask.centre, &by, lesson.id).await?;
    Ok(ask.refuse(drawn.status, &lesson.title, || {
        let path = format!("/manage/lessons/{}", lesson.code);
        let (watch, captions) = (l.path(&format!("/lessons/{}", lesson.code)), l.path(&format!("{path}/captions")));
        let badge = state_badge(l, lesson.state);
        let (input, problems) = drawn.of("lesson", present(lesson));
        let text = chapters_text(chapters.iter().map(|(starts, title)| (*starts, title.as_str())));
        let (chapter_input, chapter_problems) =
            drawn.of("chapters", Input::new([("version", lesson.version.to_string()), ("chapters", text)]));
        let (version, chapter_version) =
            (input.text("version").to_owned(), chapter_input.text("version").to_owned());
        view! {
            <Breadcrumb l=l way=vec![Crumb::new(l, words::title(l), "/manage/lessons")] here=lesson.title.clone()/>
            <PageHead title=lesson.title.clone() lead=crate::course::title(l, &listed.course)>
                {badge}
                <LinkButton href=watch look=Look::Secondary small=true>{words::look(l)}</LinkButton>
                <LinkButton href=captions look=Look::Secondary small=true>{words::captions(l)}</LinkButton>
            </PageHead>
            {drawn.done.map(|done| view! { <div role="status"><Alert l=l tone=Tone::Success><p>{done}</p></Alert></div> })}
            <Form l=l action=l.path(&path) input=input problems=problems>
                <Hidden name="version" value=version/>
                {fields(l, courses)}
                <Button>{words::save(l)}</Button>
            </Form>
            <h2 class="section-title">{words::chapters(l)}</h2>
            <Form l=l action=l.path(&format!("{path}/chapters")) input=chapter_input problems=chapter_problems id="chapters">
                <Hidden name="version" value=chapter_version/>
                <TextArea name="chapters" label=words::chapters_label(l) hint=words::chapters_hint(l) rows=8/>
                <Button look=Look::Secondary>{words::save_chapters(l)}</Button>
            </Form>
            {state_form(l, lesson, &drawn)}
            {history_of(l, &history)}
        }
    }))
}

/// Into the library, or out of it with a reason.
fn state_form(l: Language, lesson: &lesson::Model, drawn: &Drawn) -> impl IntoView + use<> {
    let (input, problems) = drawn.of("state", Input::new([("version", lesson.version.to_string())]));
    let version = input.text("version").to_owned();
    let path = format!("/manage/lessons/{}", lesson.code);
    match lesson.state {
        LessonState::Published => view! {
            <h2 class="section-title">{words::withdraw(l)}</h2>
            <p>{words::withdraw_lead(l)}</p>
            <Form l=l action=l.path(&format!("{path}/withdraw")) input=input problems=problems id="state">
                <Hidden name="version" value=version/>
                <TextInput name="reason" label=words::reason(l) required=true maxlength=200/>
                <Button look=Look::Danger>{words::withdraw(l)}</Button>
            </Form>
        }
        .into_any(),
        LessonState::Draft | LessonState::Withdrawn => view! {
            <h2 class="section-title">{words::publish(l)}</h2>
            <p>{words::publish_lead(l)}</p>
            <Form l=l action=l.path(&format!("{path}/publish")) input=input problems=problems id="state">
                <Hidden name="version" value=version/>
                <Button look=Look::Secondary>{words::publish(l)}</Button>
            </Form>
        }
        .into_any(),
    }
}

fn history_of(l: Language, history: &[lesson_event::Model]) -> impl IntoView + use<> {
    let line = |event: &lesson_event::Model| {
        let said = words::event_line(l, when::moment(l, event.at), event_word(l, event.kind));
        let reason = event.reason.as_ref().map(|reason| words::event_reason(l, reason));
        view! { <li>{said} {reason}</li> }
    };
    let lines: Vec<_> = history.iter().map(line).collect();
    view! { <Disclosure summary=words::history(l)><ul class="plain-list">{lines}</ul></Disclosure> }
}
