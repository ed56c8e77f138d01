//! Making, moving and stretching on the board with a pointer or the arrow keys. Each ends at the plain form that does it.
//!
//! The board is drawn by the server; what is known here is what its attributes say: rows of a quarter of an hour, places
//! and days of columns, and which bookings whoever looks may alter. Compiled for the server too, where nothing calls it.

use domain::language::Language;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, KeyboardEvent, PointerEvent};

use crate::words::calendar as words;

/// Uses begin and end on half hours: two rows.
const STEP: i32 = 2;

/// A pointer that moved less than this many pixels has clicked.
const CLICK: i32 = 6;

/// Listens to the board on the page and says what is being done.
#[island]
pub fn CalendarDrag(l: Language) -> impl IntoView {
    let said = RwSignal::new(String::new());
    Effect::new(move || {
        if document().query_selector(".calendar-board").ok().flatten().is_none() {
            return;
        }
        let draft = StoredValue::new_local(None::<Draft>);
        let on = |name: &str, run: Answer| {
            let listen = Closure::<dyn Fn(Event)>::new(move |event: Event| run(l, &event, draft, said));
            // Of the whole page: a pointer may be let go, and Escape pressed, outside of the board. A listener that can't be
            // added leaves links that work.
            let _added = document().add_event_listener_with_callback(name, listen.as_ref().unchecked_ref());
            listen.forget();
        };
        on("pointerdown", press);
        on("pointermove", pull);
        on("pointerup", release);
        on("pointercancel", give_up);
        on("click", keep_click);
        on("keydown", key);
        on("focusout", give_up_focus);
    });
    view! {
        <p class="calendar-hint">{words::drag_hint(l)}</p>
        <p class="sr-only" role="status">{move || said.get()}</p>
    }
}

type Held = StoredValue<Option<Draft>, LocalStorage>;

type Answer = fn(Language, &Event, Held, RwSignal<String>);

/// What is being made or moved, where it stands now, and the element that shows it.
#[derive(Clone)]
struct Draft {
    shape: Shape,
    column: Element,
    from: i32,
    length: i32,
    ghost: Element,
    /// The row and the height on the screen at which the pointer went down, and how it went since.
    start: (i32, i32),
    moved: bool,
    /// The pointer is still down, and what follows is no click.
    given_up: bool,
}

#[derive(Clone)]
enum Shape {
    /// Something new.
    New,
    Moved {
        entry: Element,
        from: i32,
        length: i32,
    },
    Stretched {
        entry: Element,
        length: i32,
    },
}

fn attribute(element: &Element, name: &str) -> Option<String> {
    element.get_attribute(name)
}

/// The number behind a prefix in an element's class, `from-4`.
fn number(element: &Element, prefix: &str) -> Option<i32> {
    element.class_name().split(' ').find_map(|class| class.strip_prefix(prefix)?.parse().ok())
}

fn list_of(column: &Element) -> Option<Element> {
    column.query_selector("ol").ok().flatten()
}

fn rows_of(column: &Element) -> i32 {
    list_of(column).and_then(|list| number(&list, "hours-")).unwrap_or(24) * 4
}

fn columns() -> Vec<Element> {
    let Ok(found) = document().query_selector_all(".calendar-column") else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
}

/// The row under a pointer, and the column.
fn place(event: &PointerEvent) -> Option<(Element, i32)> {
    let at = document().element_from_point(event.client_x() as f32, event.client_y() as f32)?;
    let column = at.closest(".calendar-column").ok()??;
    let edges = list_of(&column)?.get_bounding_client_rect();
    let rows = rows_of(&column);
    let row = (f64::from(event.client_y()) - edges.top()) / edges.height() * f64::from(rows);
    (edges.height() > 0.0).then_some((column, (row as i32).clamp(0, rows - 1)))
}

impl Draft {
    fn new(shape: Shape, column: Element, from: i32, length: i32, start: (i32, i32)) -> Option<Self> {
        let ghost = document().create_element("li").ok()?;
        Some(Self { shape, column, from, length, ghost, start, moved: false, given_up: false })
    }

    fn entry(&self) -> Option<&Element> {
        match &self.shape {
            Shape::New => None,
            Shape::Moved { entry, .. } | Shape::Stretched { entry, .. } => Some(entry),
        }
    }

    /// `10:00`
    fn time(&self, row: i32) -> String {
        let first: i32 = self
            .column
            .closest(".calendar-board")
            .ok()
            .flatten()
            .and_then(|board| attribute(&board, "data-first")?.parse().ok())
            .unwrap_or_default();
        let minutes = first * 60 + row * 15;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// What is held on the page where this would stand, set-up and strike included; by name.
    fn clash(&self) -> Option<String> {
        let margin = |name| self.entry().and_then(|entry| attribute(entry, name)?.parse().ok()).unwrap_or(0);
        let (from, until) =
            (self.from - margin("data-before"), self.from + self.length + margin("data-after"));
        let own = self.entry().and_then(|entry| attribute(entry, "data-id"));
        let day = attribute(&self.column, "data-day");
        let here = attribute(&self.column, "data-place");
        // What takes a whole hall is in the way of all its parts.
        let whole = self
            .entry()
            .and_then(|entry| attribute(entry, "data-place"))
            .filter(|it| Some(it) == attribute(&self.column, "data-whole").as_ref());
        let concerned = |column: &Element| {
            attribute(column, "data-day") == day
                && (attribute(column, "data-place") == here
                    || whole.is_some() && attribute(column, "data-whole") == whole)
        };
        for column in columns().into_iter().filter(concerned) {
            let Ok(held) = column.query_selector_all(".entry:not([data-asked]), .calendar-margin") else {
                continue;
            };
            let held = (0..held.length()).filter_map(|index| held.get(index)?.dyn_into::<Element>().ok());
            for other in held.filter(|other| attribute(other, "data-id") != own || own.is_none()) {
                let (Some(start), Some(count)) = (number(&other, "from-"), number(&other, "for-")) else {
                    continue;
                };
                if start < until && from < start + count {
                    // A margin is named after what it belongs to.
                    let id = attribute(&other, "data-id").unwrap_or_default();
                    let title = column.query_selector(&format!(".entry[data-id=\"{id}\"] .entry-title"));
                    let title = title.ok().flatten().and_then(|title| title.text_content());
                    return Some(title.unwrap_or_default());
                }
            }
        }
        None
    }

    /// Draws it where it stands, and says so.
    fn show(&mut self, l: Language, said: RwSignal<String>) {
        let rows = rows_of(&self.column);
        self.length = self.length.clamp(STEP, rows);
        self.from = self.from.clamp(0, rows - self.length);
        let clash = self.clash();
        let state = if clash.is_some() { "clash" } else { "fits" };
        self.ghost
            .set_class_name(&format!("calendar-ghost {state} lane from-{} for-{}", self.from, self.length));
        let span = format!("{}~{}", self.time(self.from), self.time(self.from + self.length));
        let name = attribute(&self.column, "data-name").unwrap_or_default();
        let sentence = match clash {
            Some(with) => words::drag_clash(l, &span, with),
            None => words::drag_fits(l, &span),
        };
        self.ghost.set_text_content(Some(&sentence));
        // Where it can't be shown the sentence still says it.
        let _shown = list_of(&self.column).map(|list| list.append_child(&self.ghost));
        said.set(format!("{name} {sentence}"));
    }

    /// The form that does it.
    fn href(&self) -> Option<String> {
        let day = attribute(&self.column, "data-day")?;
        let (start, end) = (self.time(self.from), self.time(self.from + self.length));
        let Some(entry) = self.entry() else {
            let new = attribute(&self.column, "data-new")?;
            return Some(format!("{new}&date={day}&start={start}&end={end}"));
        };
        let before = attribute(entry, "data-place").unwrap_or_default();
        let is_whole = attribute(&self.column, "data-whole").as_ref() == Some(&before);
        let place = if is_whole { before } else { attribute(&self.column, "data-place")? };
        Some(format!("{}?place={place}&date={day}&start={start}&end={end}", attribute(entry, "data-alter")?))
    }

    fn end(self, l: Language, said: RwSignal<String>) {
        self.ghost.remove();
        said.set(words::drag_ended(l).to_owned());
    }
}

fn press(_: Language, event: &Event, draft: Held, _: RwSignal<String>) {
    let Some(event) = event.dyn_ref::<PointerEvent>() else { return };
    // A finger scrolls; there are links for it.
    if event.button() != 0 || event.pointer_type() == "touch" {
        return;
    }
    let Some(target) = event.target().and_then(|it| it.dyn_into::<Element>().ok()) else { return };
    let Some((column, row)) = place(event) else { return };
    let entry = target.closest(".entry").ok().flatten();
    let begun = match entry {
        Some(entry) if entry.has_attribute("data-alter") => {
            let (Some(from), Some(length)) = (number(&entry, "from-"), number(&entry, "for-")) else {
                return;
            };
            // Whoever takes it at its end stretches it.
            let edge = f64::from(event.client_y()) > entry.get_bounding_client_rect().bottom() - 10.0;
            let shape = match edge {
                true => Shape::Stretched { entry, length },
                false => Shape::Moved { entry, from, length },
            };
            Draft::new(shape, column, from, length, (row, event.client_y()))
        }
        Some(_) => return,
        None if column.has_attribute("data-new") => {
            Draft::new(Shape::New, column, row / STEP * STEP, STEP, (row, event.client_y()))
        }
        None => return,
    };
    event.prevent_default();
    draft.set_value(begun);
}

fn pull(l: Language, event: &Event, held: Held, said: RwSignal<String>) {
    let Some(event) = event.dyn_ref::<PointerEvent>() else { return };
    let Some(mut draft) = held.get_value().filter(|draft| !draft.given_up) else { return };
    if event.buttons() & 1 == 0 {
        return;
    }
    let Some((column, row)) = place(event) else { return };
    let elsewhere = column != draft.column;
    draft.moved = draft.moved || elsewhere || (event.client_y() - draft.start.1).abs() >= CLICK;
    if !draft.moved {
        return;
    }
    let by = (row - draft.start.0) / STEP * STEP;
    match draft.shape.clone() {
        Shape::New => {
            let (first, last) =
                (draft.start.0.min(row) / STEP * STEP, draft.start.0.max(row) / STEP * STEP + STEP);
            (draft.from, draft.length) = (first, last - first);
        }
        Shape::Moved { from, length, .. } => {
            draft.column = column;
            (draft.from, draft.length) = (from + by, length);
        }
        Shape::Stretched { length, .. } => draft.length = length + by,
    }
    draft.show(l, said);
    held.set_value(Some(draft));
}

fn release(l: Language, _: &Event, held: Held, said: RwSignal<String>) {
    let Some(draft) = held.get_value().filter(|draft| draft.moved) else {
        held.set_value(None);
        return;
    };
    if draft.given_up {
        return;
    }
    match draft.href() {
        // The click that follows is not a click on what lies there.
        Some(href) => {
            let _gone = window().location().assign(&href);
        }
        None => {
            held.set_value(None);
            draft.end(l, said);
        }
    }
}

fn keep_click(_: Language, event: &Event, held: Held, _: RwSignal<String>) {
    let Some(draft) = held.get_value().filter(|draft| draft.moved) else { return };
    event.prevent_default();
    if draft.given_up {
        held.set_value(None);
    }
}

fn give_up(l: Language, _: &Event, held: Held, said: RwSignal<String>) {
    let Some(draft) = held.get_value().filter(|draft| !draft.given_up) else { return };
    let by_pointer = draft.start.1 >= 0;
    held.set_value(by_pointer.then(|| Draft { given_up: true, ..draft.clone() }));
    draft.end(l, said);
}

fn give_up_focus(l: Language, event: &Event, held: Held, said: RwSignal<String>) {
    if held.get_value().is_some_and(|draft| draft.start.1 < 0) {
        give_up(l, event, held, said);
    }
}

/// Arrow keys move the booking that has the focus, with shift they stretch it; Enter goes to the form, Escape gives up.
fn key(l: Language, event: &Event, held: Held, said: RwSignal<String>) {
    let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
    let name = event.key();
    if name == "Escape" {
        return give_up(l, event, held, said);
    }
    let known = held.get_value().filter(|draft| !draft.given_up);
    if name == "Enter" {
        if let Some(href) = known.and_then(|draft| draft.href()) {
            event.prevent_default();
            let _gone = window().location().assign(&href);
        }
        return;
    }
    let (rows, columns_on) = match name.as_str() {
        "ArrowUp" => (-STEP, 0),
        "ArrowDown" => (STEP, 0),
        "ArrowLeft" => (0, -1),
        "ArrowRight" => (0, 1),
        _ => return,
    };
    let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    let Some(entry) = target.and_then(|it| it.closest(".entry[data-alter]").ok().flatten()) else { return };
    let fresh = || {
        let column = entry.closest(".calendar-column").ok()??;
        let (from, length) = (number(&entry, "from-")?, number(&entry, "for-")?);
        // No pointer has this height.
        Draft::new(Shape::Moved { entry: entry.clone(), from, length }, column, from, length, (0, -1))
    };
    let Some(mut draft) = known.or_else(fresh) else { return };
    event.prevent_default();
    if event.shift_key() {
        draft.length += rows;
    } else {
        draft.from += rows;
        draft.column = beside(&draft.column, columns_on);
    }
    draft.show(l, said);
    held.set_value(Some(draft));
}

/// The column so many to the right, or itself where there is none.
fn beside(column: &Element, by: isize) -> Element {
    let all = columns();
    let here = all.iter().position(|it| it == column).unwrap_or_default();
    here.checked_add_signed(by).and_then(|there| all.get(there)).unwrap_or(column).clone()
}
