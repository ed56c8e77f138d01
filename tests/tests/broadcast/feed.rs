//! What is live now and next, as calendars, feed readers and search engines read it.

use domain::broadcast::State;
use domain::broadcast::call::Privacy;
use domain::broadcast::entity::broadcast;
use domain::course::entity::course;
use sea_orm::{ActiveValue::Set, EntityTrait};
use tests::{Site, both};

use super::life::furnish;

async fn set(site: &Site, change: broadcast::ActiveModel) {
    broadcast::Entity::update_many().set(change).exec(site.centre.database()).await.unwrap();
}

both! {
    async fn feeds_and_search_engines_hear_of_public_shows_alone(site) {
        let house = furnish(site).await;
        house.plan(site).await;
        let naughty = course::ActiveModel { title: Set("엑셀 </script> & 한글".into()), ..Default::default() };
        course::Entity::update_many().set(naughty).exec(site.centre.database()).await.unwrap();
        for path in ["/live.ics", "/live.atom", "/live"] {
            let body = site.visitor().get(path).await.expect(200).body();
            assert!(!body.contains("P21-014-1"), "{path} tells of an unlisted show");
        }
        set(site, broadcast::ActiveModel { privacy: Set(Privacy::Public), ..Default::default() }).await;

        let calendar = site.visitor().get("/live.ics").await.expect(200);
        assert_eq!(calendar.header("content-type").unwrap(), "text/calendar; charset=utf-8");
        let body = calendar.body();
        assert!(body.contains("DTSTART;TZID=Asia/Seoul:20210303T100000"), "{body}");
        let atom = site.visitor().get("/en/live.atom").await.expect(200);
        assert_eq!(atom.header("content-type").unwrap(), "application/atom+xml; charset=utf-8");
        let feed: atom_syndication::Feed = atom.body().parse().unwrap();
        assert_eq!(feed.entries.len(), 1);
        assert_eq!(feed.entries[0].title.value, "엑셀 </script> & 한글, session 1");
        assert!(feed.entries[0].links[0].href.ends_with("/en/live/P21-014-1"));
        assert!(feed.id.ends_with("/en/live"));

        for (path, live) in [("/live", false), ("/live/P21-014-1", true)] {
            if live {
                set(site, broadcast::ActiveModel { state: Set(State::Live), ..Default::default() }).await;
            }
            let page = site.visitor().get(path).await.expect(200);
            let script = page.text("script[type='application/ld+json']");
            assert!(!script.contains('<'), "nothing in it ends the script: {script}");
            let data: serde_json::Value = serde_json::from_str(&script).unwrap();
            let event = &data["@graph"][0];
            assert_eq!(event["@type"], "BroadcastEvent");
            assert_eq!(event["name"], "엑셀 </script> & 한글 1차시");
            assert_eq!(event["startDate"], "2021-03-03T01:00:00Z");
            assert_eq!(event["isLiveBroadcast"], live);
        }
    }
}
