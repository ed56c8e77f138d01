//! That the tests' YouTube refuses what Google's description doesn't allow: else it would prove nothing.

use domain::broadcast::call::Call;
use serde_json::{Value, json};
use server::youtube::Exchange;
use tests::youtube::discovery::{Wrong, google};
use tests::youtube::{Reply, Request, World};

use super::{draft, start};

/// A world, and a token that is good there.
fn world() -> (World, String) {
    let (mut world, refresh_token) = World::with_channel("채널");
    let grant = domain::broadcast::call::Grant { channel: uuid::Uuid::from_u128(1), refresh_token };
    let token = world.fetch(start(), &grant).expect("a token");
    (world, token)
}

fn request(call: &Call, token: &str) -> Request {
    Request::of(Exchange::new(call).request(), token)
}

fn insert(token: &str) -> Request {
    request(&Call::InsertBroadcast(draft("1회")), token)
}

fn list(token: &str) -> Request {
    request(&Call::ListBroadcasts, token)
}

/// The same request with a parameter set otherwise, or taken away.
fn with(mut request: Request, name: &str, value: Option<&str>) -> Request {
    request.query.retain(|(known, _)| known != name);
    request.query.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    request
}

fn edited(mut request: Request, edit: impl FnOnce(&mut Value)) -> Request {
    let mut json = request.json();
    edit(&mut json);
    request.body = json.to_string().into_bytes();
    request
}

fn assert_wrong(request: &Request, wrong: Wrong) {
    assert_eq!(google().check(request, &[]).map(|method| method.id.clone()), Err(wrong));
}

#[test]
fn what_the_client_says_is_right_and_each_kind_of_mistake_is_found() {
    let (insert, list) = (insert("t"), list("t"));
    for right in [&insert, &list] {
        assert!(google().check(right, &[]).is_ok());
    }
    let owned = str::to_owned;
    assert_wrong(
        &Request { path: "/youtube/v3/liveBroadcast".into(), ..list.clone() },
        Wrong::Path(owned("/youtube/v3/liveBroadcast")),
    );
    assert_wrong(&Request { verb: "PATCH".into(), ..insert.clone() }, Wrong::Verb(owned("PATCH")));
    assert_wrong(&with(list.clone(), "part", None), Wrong::MissingParameter(owned("part")));
    assert_wrong(&with(list.clone(), "part", Some("id,snipet")), Wrong::Part(owned("snipet")));
    assert_wrong(&with(list.clone(), "mine", Some("yes")), Wrong::ParameterValue(owned("mine")));
    assert_wrong(&with(list.clone(), "maxResults", Some("51")), Wrong::ParameterValue(owned("maxResults")));
    assert_wrong(&with(list.clone(), "limit", Some("5")), Wrong::UnknownParameter(owned("limit")));
    assert_wrong(
        &with(list.clone(), "broadcastStatus", Some("ended")),
        Wrong::ParameterValue(owned("broadcastStatus")),
    );
    let mut twice = list.clone();
    twice.query.push(("mine".into(), "true".into()));
    assert_wrong(&twice, Wrong::RepeatedParameter(owned("mine")));
    assert_wrong(&Request { body: b"{}".to_vec(), ..list.clone() }, Wrong::Body);

    let transition =
        request(&Call::Transition { id: "a".into(), to: domain::broadcast::call::Move::Live }, "t");
    assert_wrong(
        &with(transition, "broadcastStatus", Some("ready")),
        Wrong::ParameterValue(owned("broadcastStatus")),
    );
    let bind = request(&Call::Bind { id: "a".into(), stream: Some("s".into()) }, "t");
    assert_wrong(&Request { body: b"{}".to_vec(), ..bind.clone() }, Wrong::Body);
    assert_wrong(&with(bind, "id", None), Wrong::MissingParameter(owned("id")));
}

#[test]
fn each_field_of_a_body_is_looked_at() {
    let insert = insert("t");
    let owned = str::to_owned;
    let set = |path: &str, value: Value| {
        edited(insert.clone(), |json| *json.pointer_mut(path).expect("a field") = value)
    };
    assert_wrong(&Request { body: Vec::new(), ..insert.clone() }, Wrong::NoJson);
    assert_wrong(&Request { content_type: None, ..insert.clone() }, Wrong::NoJson);
    assert_wrong(&set("/snippet/title", json!(7)), Wrong::FieldType(owned("snippet.title")));
    assert_wrong(&set("/snippet/title", Value::Null), Wrong::FieldType(owned("snippet.title")));
    assert_wrong(&set("/snippet", json!([])), Wrong::FieldType(owned("snippet")));
    assert_wrong(
        &set("/status/privacyStatus", json!("secret")),
        Wrong::FieldValue(owned("status.privacyStatus")),
    );
    assert_wrong(
        &set("/snippet/scheduledStartTime", json!("tomorrow")),
        Wrong::FieldValue(owned("snippet.scheduledStartTime")),
    );
    assert_wrong(
        &set("/contentDetails/enableDvr", json!("true")),
        Wrong::FieldType(owned("contentDetails.enableDvr")),
    );
    let unknown = edited(insert.clone(), |json| json["contentDetails"]["quiet"] = true.into());
    assert_wrong(&unknown, Wrong::UnknownField(owned("contentDetails.quiet")));
    assert!(google().check(&unknown, &["contentDetails.quiet".to_owned()]).is_ok());
    let missing = edited(insert.clone(), |json| {
        json["snippet"].as_object_mut().expect("an object").remove("scheduledStartTime");
    });
    assert_wrong(&missing, Wrong::MissingField(owned("snippet.scheduledStartTime")));
    let unnamed = with(insert.clone(), "part", Some("id,snippet,status"));
    assert_wrong(&unnamed, Wrong::UnnamedPart(owned("contentDetails")));
    // What a PUT can't do without, deep inside.
    let mut raw = draft("1회").resource();
    raw["id"] = "a".into();
    let put = request(&Call::UpdateBroadcast { raw }, "t");
    assert!(google().check(&put, &[]).is_ok());
    let field = "contentDetails.monitorStream.broadcastStreamDelayMs";
    let missing = edited(put.clone(), |json| {
        json["contentDetails"]["monitorStream"] = json!({ "enableMonitorStream": false });
    });
    assert_wrong(&missing, Wrong::MissingField(owned(field)));
    let missing = edited(put, |json| drop(json.as_object_mut().expect("an object").remove("id")));
    assert_wrong(&missing, Wrong::MissingField(owned("id")));
}

#[test]
fn a_picture_is_sent_as_one() {
    let picture = request(&super::picture("a"), "t");
    assert!(google().check(&picture, &[]).is_ok());
    let gif = Request { content_type: Some("image/gif".into()), ..picture.clone() };
    assert_wrong(&gif, Wrong::Media("image/gif".into()));
    let plain = Request { path: "/youtube/v3/thumbnails/set".into(), ..picture.clone() };
    assert_wrong(&plain, Wrong::Path("/youtube/v3/thumbnails/set".into()));
    assert_wrong(&with(picture.clone(), "uploadType", None), Wrong::Media("image/png".into()));
    assert_wrong(&with(picture, "videoId", None), Wrong::MissingParameter("videoId".into()));
}

#[test]
fn the_world_refuses_in_googles_form_remembers_and_changes_nothing() {
    let (mut world, token) = world();
    let refused = |world: &mut World, request: &Request, status, reason: &str| {
        let reply = world.handle(start(), request);
        assert_eq!((reply.status, reply.reason()), (status, Some(reason)));
        assert_eq!(reply, Reply::refused(status, reason));
        assert!(world.shows().is_empty());
    };
    refused(&mut world, &insert("another"), 401, "authError");
    refused(&mut world, &Request { token: None, ..insert(&token) }, 401, "authError");
    assert!(world.wrong.is_empty(), "a bad token is no mistake in the request");
    refused(&mut world, &with(insert(&token), "part", None), 400, "required");
    refused(&mut world, &edited(insert(&token), |json| json["snipet"] = json!({})), 400, "badRequest");
    refused(&mut world, &Request { path: "/youtube/v4/x".into(), ..insert(&token) }, 404, "notFound");
    assert_eq!(world.wrong.len(), 3);
    assert_eq!(world.units(), 0);
    assert_eq!(world.handle(start(), &insert(&token)).status, 200);
    assert_eq!((world.units(), world.shows().len()), (50, 1));
    // Exactly one way to say which are meant.
    refused_list(&mut world, &with(list(&token), "mine", None));
    refused_list(&mut world, &with(list(&token), "broadcastStatus", Some("all")));
}

fn refused_list(world: &mut World, request: &Request) {
    assert_eq!(world.handle(start(), request).reason(), Some("incompatibleParameters"));
}

#[test]
fn a_page_has_five_rows_unless_told_otherwise() {
    let (mut world, token) = world();
    for _ in 0..7 {
        world.handle(start(), &insert(&token));
    }
    let rows = |reply: &Reply| reply.json["items"].as_array().map(Vec::len);
    let first = world.handle(start(), &with(list(&token), "maxResults", None));
    assert_eq!(rows(&first), Some(5));
    let next = first.json["nextPageToken"].as_str().expect("another page").to_owned();
    let second =
        world.handle(start(), &with(with(list(&token), "maxResults", None), "pageToken", Some(&next)));
    assert_eq!((rows(&second), second.json["nextPageToken"].is_null()), (Some(2), true));
    let wrong = world.handle(start(), &with(list(&token), "pageToken", Some("2")));
    assert_eq!(wrong.reason(), Some("invalidPageToken"));
    let parts = world.handle(start(), &with(list(&token), "part", Some("id,status")));
    assert!(parts.json["items"][0]["snippet"].is_null() && parts.json["items"][0]["status"].is_object());
}
