//! What a sheet needs to go on without a line: marks kept in the browser until they are answered, and the page itself kept
//! for today by a worker. Compiled for the server too, where nothing calls it.

use idb::{Database, DatabaseEvent, Error, Factory, ObjectStoreParams, TransactionMode};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Array, Date, Object, Reflect};
use web_sys::{
    Headers, RegistrationOptions, RequestInit, Response, ServiceWorkerRegistration, VisibilityState,
};

use super::sheet::Waiting;

/// What came of asking the server.
pub(super) enum Sent<T> {
    Answered(T),
    /// Nobody is signed in here any more.
    SignIn,
    /// There is no line, or nobody knows what came of it.
    Lost,
}

impl<T> Sent<T> {
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Sent<U> {
        match self {
            Self::Answered(answer) => Sent::Answered(change(answer)),
            Self::SignIn => Sent::SignIn,
            Self::Lost => Sent::Lost,
        }
    }
}

/// By this device's clock, in milliseconds: good for how long ago something was, not for when.
pub(super) fn now() -> f64 {
    Date::now()
}

/// Drawn by the browser, so that what is sent twice counts once.
pub(super) fn nonce() -> Uuid {
    let mut bytes = [0; 16];
    let crypto = window().crypto();
    // Without chance of its own the time has to do: two marks of one device are never made in the same instant.
    if crypto.and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes)).is_err() {
        bytes[..8].copy_from_slice(&now().to_bits().to_be_bytes());
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// Whether somebody looks at the page.
pub(super) fn is_seen() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

pub(super) async fn ask<T: DeserializeOwned>(path: &str) -> Sent<T> {
    request(path, &RequestInit::new()).await
}

pub(super) async fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Sent<T> {
    let request_with = RequestInit::new();
    request_with.set_method("POST");
    let Ok(body) = serde_json::to_string(body) else { return Sent::Lost };
    request_with.set_body(&JsValue::from_str(&body));
    request(path, &request_with).await
}

async fn request<T: DeserializeOwned>(path: &str, with: &RequestInit) -> Sent<T> {
    let Ok(headers) = Headers::new() else { return Sent::Lost };
    let told = headers.set("accept", "application/json");
    debug_assert!(told.is_ok(), "a header that browsers allow");
    with.set_headers(&headers);
    let answer = JsFuture::from(window().fetch_with_str_and_init(path, with)).await;
    let Some(answer) = answer.ok().and_then(|answer| answer.dyn_into::<Response>().ok()) else {
        return Sent::Lost;
    };
    // Whoever isn't signed in is sent to where one signs in.
    if answer.redirected() || matches!(answer.status(), 401 | 403) {
        return Sent::SignIn;
    }
    let Ok(text) = answer.text() else { return Sent::Lost };
    let text = JsFuture::from(text).await.ok().and_then(|text| text.as_string());
    text.and_then(|text| serde_json::from_str(&text).ok()).map_or(Sent::Lost, Sent::Answered)
}

const NAME: &str = "sheets";
const MARKS: &str = "marks";

async fn open() -> Result<Database, Error> {
    let mut request = Factory::new()?.open(NAME, Some(1))?;
    request.on_upgrade_needed(|event| {
        let made = event
            .database()
            .and_then(|database| database.create_object_store(MARKS, ObjectStoreParams::new()).map(drop));
        // Then the marks are only in memory, and the page says that they wait.
        if let Err(error) = made {
            leptos::logging::error!("marks can't be kept in this browser: {error}");
        }
    });
    request.await
}

/// Keeps marks until they are answered. Where the browser keeps nothing (a private window), they wait in memory.
pub(super) async fn keep(marks: &[Waiting]) {
    let kept = async {
        let database = open().await?;
        let tx = database.transaction(&[MARKS], TransactionMode::ReadWrite)?;
        let store = tx.object_store(MARKS)?;
        for mark in marks {
            let Ok(text) = serde_json::to_string(mark) else { continue };
            store.put(&text.into(), Some(&mark.posted.nonce.to_string().into()))?.await?;
        }
        tx.commit()?.await?;
        database.close();
        Ok::<(), Error>(())
    };
    if let Err(error) = kept.await {
        leptos::logging::warn!("marks are kept in memory only: {error}");
    }
}

/// Those of a sheet that wait since an earlier visit, in the order in which they were made.
pub(super) async fn kept(path: &str) -> Vec<Waiting> {
    let read = async {
        let database = open().await?;
        let tx = database.transaction(&[MARKS], TransactionMode::ReadOnly)?;
        let all = tx.object_store(MARKS)?.get_all(None, None)?.await?;
        database.close();
        Ok::<Vec<JsValue>, Error>(all)
    };
    let all = read.await.unwrap_or_default();
    let parse = |value: &JsValue| serde_json::from_str::<Waiting>(&value.as_string()?).ok();
    let mut theirs: Vec<Waiting> = all.iter().filter_map(parse).filter(|it| it.path == path).collect();
    theirs.sort_by(|a, b| a.made.total_cmp(&b.made));
    theirs
}

pub(super) async fn forget(nonces: &[Uuid]) {
    let forgotten = async {
        let database = open().await?;
        let tx = database.transaction(&[MARKS], TransactionMode::ReadWrite)?;
        let store = tx.object_store(MARKS)?;
        for nonce in nonces {
            store.delete(JsValue::from(nonce.to_string()))?.await?;
        }
        tx.commit()?.await?;
        database.close();
        Ok::<(), Error>(())
    };
    // What is left is sent again and counts once.
    if let Err(error) = forgotten.await {
        leptos::logging::warn!("marks that were taken are still kept: {error}");
    }
}

/// Has this page kept for today by a worker, so that it opens without a line too. Where browsers have none, it doesn't.
pub(super) fn stay(scope: &str) {
    let navigator = window().navigator();
    if !Reflect::has(&navigator, &"serviceWorker".into()).unwrap_or_default() {
        return;
    }
    let options = RegistrationOptions::new();
    options.set_scope(scope);
    let workers = navigator.service_worker();
    let registered = workers.register_with_options("/sheets-worker.js", &options);
    spawn_local(async move {
        let kept = async {
            JsFuture::from(registered).await?;
            let ready: ServiceWorkerRegistration = JsFuture::from(workers.ready()?).await?.dyn_into()?;
            let worker = ready.active().ok_or(JsValue::NULL)?;
            worker.post_message(&wanted()?)
        };
        if let Err(error) = kept.await {
            leptos::logging::warn!("the sheet opens with a line only: {error:?}");
        }
    });
}

/// The page and all that it has loaded.
fn wanted() -> Result<JsValue, JsValue> {
    let addresses = Array::new();
    if let Some(performance) = window().performance() {
        for entry in performance.get_entries_by_type("resource") {
            addresses.push(&Reflect::get(&entry, &"name".into())?);
        }
    }
    let message = Object::new();
    Reflect::set(&message, &"page".into(), &window().location().href()?.into())?;
    Reflect::set(&message, &"parts".into(), &addresses)?;
    Ok(message.into())
}
