//! Boards: what hangs in the hall on which day, who puts it there, and what a board's own program is told.

use axum::http::Method;
use chrono::Duration;
use domain::account::Duty;
use domain::account::entity::audit;
use domain::board::edit::keep;
use domain::board::entity::{board_item, board_media};
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};
use serde_json::Value;
use tests::{Form, Page, Site, Visitor, both};

const POSTER: &[u8] = include_bytes!("../../server/demo/poster-class.png");
const OTHER: &[u8] = include_bytes!("../../server/demo/poster-studio.png");
const CLIP: &[u8] = include_bytes!("../../server/demo/clip.webm");

/// A Monday.
const NOW: &str = "2020-11-30T09:00:00+09:00";

const FORM: &str = "main form[enctype], main form[action$=notices]";

/// A board in the lobby, and whoever fills it.
async fn hang(site: &Site) -> Visitor {
    site.set_time(NOW);
    let manager = site.sign_in_as(Duty::TrainingManager).await;
    let form = manager.get("/manage/boards").await.expect(200).form("main form");
    let page = form.fill("name", "1층 로비").fill("name_en", "Lobby").fill("code", "lobby").submit().await;
    assert!(page.expect(200).said().contains("전광판을 만들었습니다"));
    site.sign_in_as(Duty::Producer).await
}

async fn form(who: &Visitor, face: &str) -> Form {
    who.get(&format!("/manage/boards/lobby/{face}")).await.expect(200).form(FORM)
}

/// Puts a notice up from one day to another: `2020-11-30`.
async fn notice(who: &Visitor, title: &str, first: &str, last: &str) -> Page {
    let form = form(who, "notices").await.fill("title", title).fill("lines", "첫 줄\n둘째 줄");
    form.fill("first_day", first).fill("last_day", last).submit().await.expect(200)
}

async fn poster(who: &Visitor, face: &str, title: &str, first: &str, last: &str, file: &[u8]) -> Page {
    let form = form(who, face).await.fill("title", title).fill("first_day", first).fill("last_day", last);
    form.attach("file", "any.bin", file).submit().await
}

async fn items(site: &Site) -> Vec<board_item::Model> {
    let all = board_item::Entity::find().order_by_asc(board_item::Column::Id);
    all.all(site.centre.database()).await.unwrap()
}

async fn pieces(site: &Site) -> u64 {
    board_media::Entity::find().count(site.centre.database()).await.unwrap()
}

async fn screen(site: &Site) -> Page {
    site.visitor().get("/boards/lobby").await.expect(200)
}

fn json(page: &Page) -> Value {
    serde_json::from_slice(&page.bytes).unwrap()
}

/// The titles that the feed has of a face.
fn titles(feed: &Value, face: &str) -> Vec<String> {
    let faces = feed["faces"].as_array().unwrap();
    let of_face = faces.iter().find(|it| it["face"] == face).unwrap();
    let items = of_face["items"].as_array().unwrap();
    items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn an_item_is_shown_from_its_first_midnight_to_its_last(site) {
        let producer = hang(site).await;
        notice(&producer, "오늘만", "2020-11-30", "2020-11-30").await;
        notice(&producer, "내일부터", "2020-12-01", "2020-12-02").await;
        poster(&producer, "left_poster", "오늘의 포스터", "2020-11-30", "2020-11-30", POSTER).await.expect(200);
        let said = async |at: &str| {
            site.set_time(at);
            screen(site).await
        };
        for at in ["2020-11-30T09:00:00+09:00", "2020-11-30T23:59:59.999999+09:00"] {
            let page = said(at).await;
            assert_eq!(page.text(".board-notices h2"), "오늘만");
            assert_eq!(page.all(".board-notices p"), ["첫 줄", "둘째 줄"]);
            assert_eq!(page.attribute(".board-left img", "alt"), "오늘의 포스터");
        }
        for at in ["2020-12-01T00:00:00+09:00", "2020-12-02T23:59:59+09:00"] {
            let page = said(at).await;
            assert!(page.text(".board-notices").contains("내일부터"), "{}", page.said());
            // What an empty face says.
            assert_eq!(page.text(".board-left strong"), "평생스마트교육장");
            assert_eq!(page.text(".board-left p"), "어느 길 1 · 02-123-4567");
        }
        let page = said("2020-12-03T00:00:00+09:00").await;
        assert!(!page.said().contains("내일부터") && page.text(".board-notices").contains("평생스마트교육장"), "{}", page.said());
        site.set_time("2020-12-03T09:00:00+09:00");
        let desk = site.sign_in(producer.id()).await.get("/manage/boards/lobby").await.expect(200);
        assert!(desk.said().contains("지난 것 2건") && desk.said().contains("2020년 11월 30일(월)"), "{}", desk.said());
    }

    async fn the_screen_is_whole_without_scripts_and_says_what_is_on_where_nothing_is_up(site) {
        let producer = hang(site).await;
        let page = screen(site).await;
        assert!(!page.has("#krds-header") && page.has("noscript meta[http-equiv=refresh]") || page.body().contains("http-equiv=\"refresh\""));
        assert!(page.body().contains("content=\"60\""), "nothing has a turn");
        assert_eq!(page.all("h1"), ["평생스마트교육장"]);
        assert!(page.has("html[data-krds-mode=high-contrast]"));
        assert!(!page.has("[style]") && !page.has("style"), "the content policy forbids it");
        for script in page.all("script") {
            assert_eq!(script, "", "only files");
        }
        // Two take turns of twelve seconds.
        for title in ["가", "나"] {
            let form = form(&producer, "notices").await.fill("title", title).fill("seconds", "12");
            form.submit().await.expect(200);
        }
        let mut shown = Vec::new();
        for _ in 0..4 {
            shown.push(screen(site).await.text(".board-notices h2"));
            site.advance(Duration::seconds(6));
        }
        assert_eq!(shown[0], shown[1]);
        assert_eq!(shown[2], shown[3]);
        assert_ne!(shown[0], shown[2]);
        site.set_time("2020-11-30T09:00:00+09:00");
        assert!(screen(site).await.body().contains("content=\"12\""), "when the next has its turn");
        site.advance(Duration::seconds(7));
        assert!(screen(site).await.body().contains("content=\"10\""), "but not at once");
        poster(&producer, "video", "소개 영상", "2020-11-30", "2020-11-30", CLIP).await.expect(200);
        let page = screen(site).await;
        assert!(page.body().contains("content=\"60\""), "a clip would begin again");
        assert!(page.has(".board-video video[muted][loop][autoplay][playsinline]"), "{}", page.body());
        assert_eq!(page.attribute(".board-video source", "media"), "(prefers-reduced-motion: no-preference)");
        assert!(page.text(".board-still").contains("소개 영상"), "for whoever wants no motion");
        // What the island asks for is the same.
        let state = json(&site.visitor().get("/boards/lobby/state").await.expect(200));
        assert_eq!(state["notices"][0]["title"], "가");
        assert_eq!(state["second"], 18596 * 86400 + 9 * 3600 + 7);
        let english = site.visitor().get("/en/boards/lobby").await.expect(200);
        assert!(english.said().contains("Lobby · Mon 30 November 2020"), "{}", english.said());
        site.visitor().get("/boards/nowhere").await.expect(404);
        site.visitor().get("/boards/nowhere/state").await.expect(404);
    }

    async fn without_a_notice_the_day_of_the_house_is_read(site) {
        crate::registration::run_of_four(site).await;
        hang(site).await;
        site.set_time(crate::registration::BEGINS);
        let page = screen(site).await;
        let programme = page.text(".board-notices");
        assert!(programme.starts_with("오늘의 일정") && programme.contains("1차시"), "{programme}");
    }

    async fn a_boards_own_program_reads_all_of_it_and_not_again_what_it_knows(site) {
        let producer = hang(site).await;
        notice(&producer, "오늘만", "2020-11-30", "2020-11-30").await;
        notice(&producer, "다음 주", "2020-12-06", "2020-12-06").await;
        notice(&producer, "한참 뒤", "2020-12-08", "2020-12-08").await;
        poster(&producer, "right_poster", "특강", "2020-11-30", "2020-12-02", POSTER).await.expect(200);
        let stranger = site.visitor();
        let page = stranger.get("/boards/lobby/feed.json").await.expect(200);
        assert_eq!(page.header("content-type"), Some("application/json"));
        assert_eq!(page.header("cache-control"), Some("public, no-cache"));
        let feed = json(&page);
        assert_eq!((&feed["board"]["code"], &feed["board"]["name_en"]), (&"lobby".into(), &"Lobby".into()));
        assert_eq!(feed["generated"], "2020-11-30T09:00:00+09:00");
        assert_eq!(titles(&feed, "notices"), ["오늘만", "다음 주"], "a week ahead, and what is later stays in the office");
        assert_eq!(titles(&feed, "right_poster"), ["특강"]);
        assert_eq!((titles(&feed, "video").len(), titles(&feed, "left_poster").len()), (0, 0));
        let item = &feed["faces"][3]["items"][0];
        assert_eq!((&item["from"], &item["until"]), (&"2020-11-30T00:00:00+09:00".into(), &"2020-12-03T00:00:00+09:00".into()));
        assert_eq!((&item["seconds"], &item["text"]), (&15.into(), &Value::Null));
        assert_eq!(feed["faces"][0]["items"][0]["text"], "첫 줄\n둘째 줄");
        let media = &item["media"];
        assert_eq!((&media["type"], &media["width"], &media["height"]), (&"image/png".into(), &540.into(), &810.into()));
        assert_eq!(media["bytes"], POSTER.len());
        let bytes = stranger.get(media["url"].as_str().unwrap()).await.expect(200);
        assert_eq!(bytes.bytes, POSTER);
        assert_eq!(bytes.header("etag"), Some(&*format!("\"{}\"", media["sha256"].as_str().unwrap())));
        assert_eq!((bytes.header("content-type"), bytes.header("x-content-type-options")), (Some("image/png"), Some("nosniff")));

        let known = stranger.clone().with_header("if-none-match", page.header("etag").unwrap());
        site.advance(Duration::minutes(5));
        let same = known.get("/boards/lobby/feed.json").await.expect(304);
        assert!(same.bytes.is_empty() && same.header("etag") == page.header("etag"));
        notice(&site.sign_in(producer.id()).await, "새 소식", "2020-11-30", "2020-11-30").await;
        known.get("/boards/lobby/feed.json").await.expect(200);
        site.set_time("2020-12-01T00:00:00+09:00");
        let feed = json(&stranger.get("/boards/lobby/feed.json").await.expect(200));
        assert_eq!(titles(&feed, "notices"), ["다음 주"]);
        stranger.get("/boards/nowhere/feed.json").await.expect(404);
    }

    async fn a_board_that_can_only_fetch_one_picture_follows_the_dates(site) {
        let producer = hang(site).await;
        let stranger = site.visitor();
        let path = "/boards/lobby/left_poster/picture";
        let nothing = stranger.get(path).await.expect(200);
        assert_eq!((nothing.header("content-type"), nothing.header("cache-control")), (Some("image/png"), Some("public, no-cache")));
        assert!(nothing.bytes != POSTER, "a neutral picture");
        poster(&producer, "left_poster", "특강", "2020-11-30", "2020-11-30", POSTER).await.expect(200);
        let known = stranger.clone().with_header("if-none-match", nothing.header("etag").unwrap());
        let page = known.get(path).await.expect(200);
        assert_eq!(page.bytes, POSTER);
        let known = stranger.clone().with_header("if-none-match", page.header("etag").unwrap());
        known.get(path).await.expect(304);
        // Two take turns.
        poster(&producer, "left_poster", "열린 스튜디오", "2020-11-30", "2020-12-01", OTHER).await.expect(200);
        let mut shown = Vec::new();
        for _ in 0..2 {
            shown.push(stranger.get(path).await.expect(200).bytes);
            site.advance(Duration::seconds(15));
        }
        assert!(shown.contains(&POSTER.to_vec()) && shown.contains(&OTHER.to_vec()));
        site.set_time("2020-12-01T00:00:00+09:00");
        assert_eq!(stranger.get(path).await.bytes, OTHER);
        site.set_time("2020-12-02T00:00:00+09:00");
        assert_eq!(known.get(path).await.expect(200).bytes, nothing.bytes);
        for other in ["notices/picture", "video/picture", "roof/picture"] {
            stranger.get(&format!("/boards/lobby/{other}")).await.expect(404);
        }
        stranger.get("/boards/nowhere/left_poster/picture").await.expect(404);
    }

    async fn a_clip_is_sent_in_the_parts_that_are_asked_for(site) {
        let producer = hang(site).await;
        // Larger than a piece, so that parts lie across two.
        let mut clip = CLIP.to_vec();
        clip.extend((0..600_000_u32).map(|number| number as u8));
        poster(&producer, "video", "소개 영상", "2020-12-01", "2020-12-01", &clip).await.expect(200);
        assert_eq!(pieces(site).await, 3);
        let path = format!("/boards/lobby/media/{}", items(site).await[0].id);
        let stranger = site.visitor();
        let whole = stranger.get(&path).await.expect(200);
        assert_eq!(whole.bytes, clip);
        assert_eq!((whole.header("content-type"), whole.header("accept-ranges")), (Some("video/webm"), Some("bytes")));
        assert_eq!(whole.header("content-length"), Some(&*clip.len().to_string()));
        assert_eq!(whole.header("x-content-type-options"), Some("nosniff"));
        let tag = whole.header("etag").unwrap().to_owned();
        let last = clip.len() - 1;
        for (range, from, until) in [
            ("bytes=0-9".to_owned(), 0, 10),
            ("bytes=262140-262150".to_owned(), 262_140, 262_151),
            (format!("bytes={}-", clip.len() - 5), clip.len() - 5, clip.len()),
            ("bytes=-7".to_owned(), clip.len() - 7, clip.len()),
            (format!("bytes=100-{}", last + 1000), 100, clip.len()),
        ] {
            let part = stranger.clone().with_header("range", &range).get(&path).await.expect(206);
            assert_eq!(part.bytes, &clip[from..until], "{range}");
            let says = format!("bytes {from}-{}/{}", until - 1, clip.len());
            assert_eq!(part.header("content-range"), Some(&*says), "{range}");
            assert_eq!(part.header("content-length"), Some(&*(until - from).to_string()));
        }
        let beyond = stranger.clone().with_header("range", &format!("bytes={}-", clip.len())).get(&path).await.expect(416);
        assert_eq!(beyond.header("content-range"), Some(&*format!("bytes */{}", clip.len())));
        // A part of what has changed since is no use.
        let ranged = stranger.clone().with_header("range", "bytes=0-9");
        assert_eq!(ranged.clone().with_header("if-range", &tag).get(&path).await.expect(206).bytes.len(), 10);
        assert_eq!(ranged.with_header("if-range", "\"other\"").get(&path).await.expect(200).bytes.len(), clip.len());
        stranger.clone().with_header("if-none-match", &tag).get(&path).await.expect(304);
        let head = stranger.send(Method::HEAD, &path, None, Vec::new()).await.expect(200);
        assert_eq!((head.bytes.len(), head.header("content-length")), (0, Some(&*clip.len().to_string())));
        let packed = stranger.clone().with_header("accept-encoding", "br, gzip").get(&path).await.expect(200);
        assert_eq!(packed.header("content-encoding"), None, "it is compressed already");
    }

    async fn what_is_for_a_later_day_is_seen_by_those_who_fill_the_boards(site) {
        let producer = hang(site).await;
        poster(&producer, "left_poster", "봄 축제", "2021-03-01", "2021-03-02", POSTER).await.expect(200);
        let path = format!("/boards/lobby/media/{}", items(site).await[0].id);
        site.visitor().get(&path).await.expect(404);
        site.resident("김하나").await.get(&path).await.expect(404);
        let page = producer.get(&path).await.expect(200);
        assert_eq!((page.bytes.as_slice(), page.header("cache-control")), (POSTER, Some("private, no-cache")));
        site.set_time("2021-02-22T00:00:00.000001+09:00");
        site.visitor().get(&path).await.expect(200);
        site.visitor().get(&path.replace("lobby", "lift")).await.expect(404);
        site.visitor().get("/boards/lobby/media/00000000-0000-0000-0000-000000000000").await.expect(404);
    }

    async fn every_wrong_field_is_named_and_nothing_is_saved(site) {
        let producer = hang(site).await;
        let before = site.tables().await;
        let (long, text, lines) = ("가".repeat(41), "가".repeat(201), "가\n".repeat(6));
        for (field, value, sentence) in [
            ("title", "", "제목을 한 줄로 40자까지"), ("title", &*long, "40자"), ("title", "=1+1", "한 줄로"),
            ("lines", &text, "5줄, 200자까지"), ("lines", &lines, "5줄"),
            ("first_day", "내일", "날짜를"), ("first_day", "", "날짜를"), ("last_day", "1920-01-01", "날짜를"),
            ("last_day", "2020-11-29", "첫날보다 앞섭니다"), ("seconds", "4", "5에서 600까지"), ("seconds", "601", "5에서 600까지"), ("seconds", "ten", "5에서 600까지"),
        ] {
            let page = form(&producer, "notices").await.fill("title", "공지").forge(field, value).submit().await.expect(422);
            assert!(page.problem(field).unwrap_or_default().contains(sentence), "{field}={value}: {:?}", page.problems());
            before.assert_same(&site.tables().await);
        }
        let over = form(&producer, "notices").await.fill("title", "공지").fill("first_day", "2020-11-28").fill("last_day", "2020-11-29");
        assert!(over.submit().await.expect(422).problem("last_day").unwrap().contains("이미 지났습니다"));
        // A title that stands for a picture may be longer.
        let wordy = form(&producer, "video").await.fill("title", &"가".repeat(81)).attach("file", "a.webm", CLIP);
        assert!(wordy.submit().await.expect(422).problem("title").unwrap().contains("80자"));
        before.assert_same(&site.tables().await);
        // Files are what their bytes are, whatever they are called.
        let html = b"<!doctype html><script>alert(1)</script>";
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let mut damaged = POSTER.to_vec();
        damaged[5000] ^= 1;
        let large = [POSTER, &[0; 5_000_000]].concat();
        let huge = vec![0; 30_000_001];
        for (face, name, file, sentence) in [
            ("left_poster", "a.png", &b""[..], "파일을 골라"),
            ("left_poster", "a.png", html, "보일 수 없는 파일"),
            ("right_poster", "a.svg", svg, "보일 수 없는 파일"),
            ("right_poster", "a.png", &POSTER[..POSTER.len() - 20], "깨졌거나"),
            ("left_poster", "a.png", &damaged, "깨졌거나"),
            ("left_poster", "a.webm", CLIP, "다른 종류"),
            ("video", "a.png", POSTER, "다른 종류"),
            ("video", "a.mp4", b"\0\0\0\x18ftypisom", "깨졌거나"),
            ("left_poster", "a.png", &large, "5MB까지"),
            ("video", "a.webm", &huge, "30MB까지"),
        ] {
            let form = form(&producer, face).await.fill("title", "포스터").attach("file", name, file);
            let page = form.submit().await.expect(422);
            assert!(page.problem("file").unwrap_or_default().contains(sentence), "{face} {name}: {:?}", page.problems());
            assert_eq!(page.form(FORM).value("title"), "포스터", "what was typed stays");
            before.assert_same(&site.tables().await);
        }
        for face in ["notices", "left_poster"] {
            producer.post(&format!("/manage/boards/lobby/{face}"), &[("title", "a"), ("key", "x")]).await.expect(400);
        }
        producer.get("/manage/boards/lobby/roof").await.expect(404);
        producer.get("/manage/boards/nowhere/notices").await.expect(404);
        before.assert_same(&site.tables().await);

        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let before = site.tables().await;
        let long = "가".repeat(61);
        for (field, value, status, sentence) in [
            ("code", "", 422, "영어 소문자"), ("code", "Lobby!", 422, "영어 소문자"), ("code", "lobby", 409, "다른 전광판이"),
            ("name", "", 422, "한 줄로"), ("name", &*long, 422, "60자"), ("name_en", &long, 422, "60자"),
        ] {
            let form = manager.get("/manage/boards").await.form("main form").fill("name", "승강기").fill("code", "lift");
            let page = form.forge(field, value).submit().await.expect(status);
            assert!(page.problem(field).unwrap_or_default().contains(sentence), "{field}={value}: {:?}", page.problems());
            before.assert_same(&site.tables().await);
        }
        let rename = manager.get("/manage/boards/lobby").await.form("main form[action$='/lobby']").fill("name", "");
        assert!(rename.submit().await.expect(422).problem("name-name").unwrap().contains("한 줄로"));
        before.assert_same(&site.tables().await);
        let rename = manager.get("/manage/boards/lobby").await.form("main form[action$='/lobby']").fill("name", "본관 로비");
        assert!(rename.submit().await.expect(200).text("h1").contains("본관 로비"));
    }

    async fn a_form_sent_twice_adds_one_and_one_made_before_a_change_changes_nothing(site) {
        let producer = hang(site).await;
        let twice = form(&producer, "notices").await.fill("title", "공지");
        let fields: Vec<(String, String)> = twice.names().iter().map(|name| ((*name).to_owned(), twice.value(name))).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for _ in 0..2 {
            producer.post("/manage/boards/lobby/notices", &fields).await.expect(200);
        }
        assert_eq!(items(site).await.len(), 1);
        let path = format!("/manage/boards/lobby/items/{}", items(site).await[0].id);
        let (stale, change) = (producer.get(&path).await.form("main form"), producer.get(&path).await.form("main form"));
        change.fill("title", "새 공지").fill("seconds", "20").submit().await.expect(200);
        let before = site.tables().await;
        let page = stale.fill("title", "옛 공지").submit().await.expect(409);
        assert!(page.problems()[0].contains("다른 사람이 바꾸었습니다"), "{:?}", page.problems());
        for (act, field) in [("end", ("", "")), ("shift", ("way", "later"))] {
            let page = producer.post(&format!("{path}/{act}"), &[("version", "1"), field]).await.expect(409);
            assert!(page.said().contains("다른 사람이 바꾸었습니다"), "{}", page.said());
        }
        for bad in [&[("version", "x")][..], &[]] {
            producer.post(&format!("{path}/end"), bad).await.expect(400);
        }
        producer.post(&format!("{path}/shift"), &[("version", "2"), ("way", "up")]).await.expect(400);
        let wrong = producer.get(&path).await.form("main form").fill("title", "").fill("last_day", "2020-11-29");
        let page = wrong.submit().await.expect(422);
        assert!(page.problem("title").is_some(), "{:?}", page.problems());
        let wrong = producer.get(&path).await.form("main form").fill("last_day", "2020-11-29");
        assert!(wrong.submit().await.expect(422).problem("last_day").unwrap().contains("앞섭니다"));
        before.assert_same(&site.tables().await);
        let item = &items(site).await[0];
        assert_eq!((item.title.as_str(), item.seconds, item.version), ("새 공지", 20, 2));
    }

    async fn items_stand_in_the_order_that_somebody_gives_them(site) {
        let producer = hang(site).await;
        for title in ["하나", "둘", "셋"] {
            notice(&producer, title, "2020-11-30", "2020-12-01").await;
        }
        let order = async || titles(&json(&site.visitor().get("/boards/lobby/feed.json").await), "notices");
        let desk = producer.get("/manage/boards/lobby").await.expect(200);
        let moving = |page: &Page, index: usize, way: &str| {
            page.form(&format!(".board-items .board-item:nth-child({index}) form:has([value={way}])"))
        };
        let page = moving(&desk, 3, "earlier").submit().await.expect(200);
        assert!(page.said().contains("순서를 바꾸었습니다"));
        assert_eq!(order().await, ["하나", "셋", "둘"]);
        moving(&page, 1, "later").submit().await.expect(200);
        assert_eq!(order().await, ["셋", "하나", "둘"]);
        // At the ends there is no button, and whoever forges one changes nothing.
        let desk = producer.get("/manage/boards/lobby").await;
        assert!(!desk.has(".board-item:nth-child(1) [value=earlier]") && !desk.has(".board-item:nth-child(3) [value=later]"));
        let before = site.tables().await;
        moving(&desk, 1, "later").forge("way", "earlier").submit().await.expect(200);
        before.assert_same(&site.tables().await);
    }

    async fn what_is_taken_down_is_gone_with_its_file_and_stays_written(site) {
        let producer = hang(site).await;
        poster(&producer, "left_poster", "특강", "2020-11-30", "2020-12-05", POSTER).await.expect(200);
        poster(&producer, "right_poster", "축제", "2020-11-30", "2020-12-05", OTHER).await.expect(200);
        let item = items(site).await.remove(0);
        let page = producer.get(&format!("/manage/boards/lobby/items/{}", item.id)).await.expect(200);
        let page = page.form("form[action$=end]").submit().await.expect(200);
        assert!(page.said().contains("내렸습니다"), "{}", page.said());
        assert_eq!(pieces(site).await, 1);
        let ended = items(site).await.remove(0);
        assert_eq!((ended.ended_by, ended.sha256, ended.width), (Some(producer.id()), item.sha256, Some(540)));
        let screen = screen(site).await;
        assert!(!screen.has(".board-left img") && screen.has(".board-right img"));
        for who in [&site.visitor(), &producer] {
            who.get(&format!("/boards/lobby/media/{}", item.id)).await.expect(404);
        }
        let page = producer.get(&format!("/manage/boards/lobby/items/{}", item.id)).await.expect(200);
        assert!(!page.has("main form"), "nothing brings it back");
        let lines: Vec<_> = audit::Entity::find().order_by_asc(audit::Column::Id).all(site.centre.database()).await.unwrap();
        let lines: Vec<_> = lines.iter().map(|line| format!("{} {} {}", line.action, line.subject, line.fields)).collect();
        let ours: Vec<_> = lines.iter().filter(|line| line.contains("board")).map(String::as_str).collect();
        assert_eq!(ours, ["add board code name name_en", "add board_item left_poster", "add board_item right_poster", "end board_item ended_at"]);

        // The other ends by itself, thirty days after its last.
        site.set_time("2021-01-04T23:59:59+09:00");
        assert_eq!(keep(&site.centre).await.unwrap(), 0);
        site.set_time("2021-01-05T00:00:00+09:00");
        assert_eq!(keep(&site.centre).await.unwrap(), 1);
        assert_eq!((pieces(site).await, items(site).await[1].ended_by), (0, None));
        assert_eq!(keep(&site.centre).await.unwrap(), 0);
    }

    async fn each_duty_does_its_own_and_nobody_else_any(site) {
        let producer = hang(site).await;
        notice(&producer, "공지", "2020-11-30", "2020-11-30").await;
        let item = items(site).await.remove(0).id;
        let pages = ["/manage/boards", "/manage/boards/lobby", "/manage/boards/lobby/notices", &format!("/manage/boards/lobby/items/{item}")];
        let acts = ["/manage/boards", "/manage/boards/lobby", "/manage/boards/lobby/notices", &format!("/manage/boards/lobby/items/{item}"),
            &format!("/manage/boards/lobby/items/{item}/shift"), &format!("/manage/boards/lobby/items/{item}/end")];
        for path in pages {
            assert!(site.visitor().get(path).await.path.starts_with("/sign-in"), "{path}");
        }
        let mut others = vec![site.resident("김하나").await];
        for duty in [Duty::FrontDesk, Duty::Instructor, Duty::PrivacyOfficer] {
            others.push(site.sign_in_as(duty).await);
        }
        let administrator = site.sign_in_as(Duty::Administrator).await;
        let manager = site.sign_in_as(Duty::TrainingManager).await;
        let before = site.tables().await;
        for other in &others {
            for path in pages {
                other.get(path).await.expect(403);
            }
            for path in acts {
                other.post(path, &[("version", "1")]).await.expect(403);
            }
        }
        for path in acts {
            let page = site.visitor().post(path, &[("version", "1")]).await;
            assert!(page.path.starts_with("/sign-in"), "{path}: {}", page.path);
        }
        // What they send is not even read.
        let upload = async |who: &Visitor| {
            let kind = Some("multipart/form-data; boundary=x");
            who.open(Method::POST, "/manage/boards/lobby/video", kind, b"rubbish".to_vec()).await
        };
        upload(&producer).await.expect(400);
        for other in others.iter().chain([&administrator]) {
            upload(other).await.expect(403);
        }
        form(&producer, "video").await.attach("file", "a.webm", &vec![0; 60_000_001]).submit().await.expect(413);
        // Whoever puts boards up does not thereby fill them, and the other way round.
        let page = administrator.get("/manage/boards/lobby").await.expect(200);
        assert!(!page.said().contains("공지") && page.has("form[action$='/lobby']"), "{}", page.said());
        for path in &pages[2..] {
            administrator.get(path).await.expect(403);
        }
        for path in &acts[2..] {
            administrator.post(path, &[("version", "1")]).await.expect(403);
        }
        for path in &acts[..2] {
            producer.post(path, &[("name", "x"), ("code", "x")]).await.expect(403);
        }
        assert!(!producer.get("/manage/boards").await.has("main form"));
        before.assert_same(&site.tables().await);
        let form = administrator.get("/manage/boards").await.form("main form").fill("name", "승강기").fill("code", "lift");
        form.submit().await.expect(200);
        notice(&manager, "교육 공지", "2020-11-30", "2020-11-30").await;
    }
}
