//! Listening to a run in the browser. Compiled for the server too, where nothing calls it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Event, EventSource, FormData, Headers, HtmlElement, HtmlFormElement, MessageEvent, RequestInit, Response,
    UrlSearchParams,
};

/// The server says something at least every fifteen seconds. Longer silence means that the stream doesn't get through.
const SILENCE: f64 = 20_000.0;

/// How often is looked whether it gets through, and, while it doesn't, how often the state is asked for instead.
const LOOK: Duration = Duration::from_secs(5);

/// Milliseconds since the page was opened, by a clock that nobody sets.
pub fn uptime() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Calls `tell` with each state of `path`: from its event stream (`{path}/events`), which the browser reopens by
/// itself, or by asking (`{path}/seats`) where the stream is cut or silent. For as long as the page is open.
pub fn follow<T: DeserializeOwned + 'static>(path: String, tell: impl Fn(T) + 'static) {
    let tell = Rc::new(tell);
    let heard = Rc::new(Cell::new(uptime()));
    let stream = EventSource::new(&format!("{path}/events")).ok();
    if let Some(stream) = &stream {
        let (tell, heard) = (Rc::clone(&tell), Rc::clone(&heard));
        let listen = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            heard.set(uptime());
            let state = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
            state.into_iter().for_each(|state| tell(state));
        });
        stream.set_onmessage(Some(listen.as_ref().unchecked_ref()));
        listen.forget();
    }
    set_interval(
        move || {
            let open = stream.as_ref().is_some_and(|stream| stream.ready_state() == EventSource::OPEN);
            if open && uptime() - heard.get() < SILENCE {
                return;
            }
            let (tell, path) = (Rc::clone(&tell), format!("{path}/seats"));
            spawn_local(async move { fetch(&path).await.into_iter().for_each(|state| tell(state)) });
        },
        LOOK,
    );
}

/// Asks the server for JSON; `None` while it can't be had.
pub async fn fetch<T: DeserializeOwned>(path: &str) -> Option<T> {
    let response: Response = JsFuture::from(window().fetch_with_str(path)).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    read(&response).await
}

/// Sends a form as the browser would, but stays on the page; gives the new state, whether or not it was refused. `None`
/// where nobody knows what came of it.
pub async fn send<T: DeserializeOwned>(form: &HtmlFormElement) -> Option<T> {
    let fields = FormData::new_with_form(form).ok()?;
    let body = UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
    let headers = Headers::new().ok()?;
    headers.set("accept", "application/json").ok()?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&body);
    let answer = window().fetch_with_str_and_init(&form.action(), &request);
    let response: Response = JsFuture::from(answer).await.ok()?.dyn_into().ok()?;
    read(&response).await
}

/// Posts JSON; gives what it is answered with, or `None` where it isn't taken or nobody knows.
pub async fn post<T: DeserializeOwned>(path: &str, body: &str) -> Option<T> {
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_body(&JsValue::from_str(body));
    let answer = window().fetch_with_str_and_init(path, &request);
    let response: Response = JsFuture::from(answer).await.ok()?.dyn_into().ok()?;
    if response.ok() { read(&response).await } else { None }
}

async fn read<T: DeserializeOwned>(response: &Response) -> Option<T> {
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}

/// Moves the focus between the buttons of a plan by arrow keys: along a row past what can't be pressed, and to the
/// nearest row that has a button in that column.
pub fn move_focus(event: &leptos::ev::KeyboardEvent) {
    let (row_step, step) = match event.key().as_str() {
        "ArrowLeft" => (0, -1),
        "ArrowRight" => (0, 1),
        "ArrowUp" => (-1, 0),
        "ArrowDown" => (1, 0),
        _ => return,
    };
    let Some(seat) = target(event) else { return };
    let (Some(row), Some(rows)) = (seat.closest(".seat-row").ok().flatten(), rows_of(&seat)) else { return };
    let Some(mut column) = index_of(&row, &seat) else { return };
    let Some(mut line) = rows.iter().position(|other| *other == row) else { return };
    loop {
        let (Some(next_line), Some(next_column)) =
            (line.checked_add_signed(row_step), column.checked_add_signed(step))
        else {
            return;
        };
        (line, column) = (next_line, next_column);
        let Some(row) = rows.get(line) else { return };
        let cells = row.children();
        let cell = u32::try_from(column).ok().and_then(|column| cells.item(column));
        match cell.and_then(|cell| cell.dyn_into::<HtmlElement>().ok()) {
            Some(cell) if cell.tag_name() == "BUTTON" => {
                event.prevent_default();
                // A focus that fails leaves it where it was.
                let _moved = cell.focus();
                return;
            }
            None if step != 0 => return,
            _ => {}
        }
    }
}

fn target(event: &Event) -> Option<web_sys::Element> {
    event.target()?.dyn_into::<web_sys::Element>().ok()
}

fn rows_of(seat: &web_sys::Element) -> Option<Vec<web_sys::Element>> {
    let rows = seat.closest(".seat-room").ok()??.query_selector_all(".seat-row").ok()?;
    Some((0..rows.length()).filter_map(|index| rows.get(index)?.dyn_into().ok()).collect())
}

fn index_of(row: &web_sys::Element, seat: &web_sys::Element) -> Option<usize> {
    let cells = row.children();
    (0..cells.length())
        .find(|index| cells.item(*index).as_ref() == Some(seat))
        .and_then(|i| usize::try_from(i).ok())
}
