//! A form as it stands on a page: its fields with what they hold, its choices, its buttons.

use axum::http::Method;
use scraper::ElementRef;

use crate::page::{parse, text};
use crate::{Page, Visitor};

pub struct Form {
    visitor: Visitor,
    method: Method,
    action: String,
    fields: Vec<Field>,
    buttons: Vec<Button>,
    file: Option<File>,
}

struct Field {
    name: String,
    kind: Kind,
    /// What would be sent; nothing for a box without a tick.
    value: Option<String>,
}

enum Kind {
    Text,
    /// A radio button or a checkbox with the value it stands for.
    Box {
        stands_for: String,
        radio: bool,
    },
    Select {
        options: Vec<String>,
    },
    File,
}

struct Button {
    label: String,
    name: Option<String>,
    value: String,
    action: Option<String>,
}

struct File {
    field: String,
    name: String,
    contents: Vec<u8>,
}

impl Form {
    pub(crate) fn read(visitor: Visitor, path: &str, form: ElementRef) -> Self {
        let method = match form.attr("method") {
            Some(method) if method.eq_ignore_ascii_case("post") => Method::POST,
            _ => Method::GET,
        };
        let here = path.split(['?', '#']).next().unwrap_or_default();
        let action = match form.attr("action") {
            None | Some("") if method == Method::POST => path,
            None | Some("") => here,
            Some(action) => action,
        };
        let disabled = |element: &ElementRef| {
            let ancestors = element.ancestors().filter_map(ElementRef::wrap);
            element.attr("disabled").is_some()
                || ancestors
                    .into_iter()
                    .any(|it| it.value().name() == "fieldset" && it.attr("disabled").is_some())
        };
        let controls = parse("input, select, textarea, button");
        let (mut fields, mut buttons) = (Vec::new(), Vec::new());
        for element in form.select(&controls).filter(|element| !disabled(element)) {
            match read_control(element) {
                Some(Control::Field(field)) => fields.push(field),
                Some(Control::Button(button)) => buttons.push(button),
                None => {}
            }
        }
        Self { visitor, method, action: action.to_owned(), fields, buttons, file: None }
    }

    /// Where it would be sent.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// What a field holds.
    #[track_caller]
    pub fn value(&self, name: &str) -> String {
        let field = self.fields.iter().find(|field| field.name == name && field.value.is_some());
        field.and_then(|field| field.value.clone()).unwrap_or_default()
    }

    /// The names of its fields.
    pub fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|field| field.name.as_str()).collect()
    }

    /// Types into a field, or chooses what a menu or a group of radio buttons offers.
    #[track_caller]
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        let mut found = false;
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            match &field.kind {
                Kind::Text => field.value = Some(value.to_owned()),
                Kind::Select { options } => {
                    assert!(options.iter().any(|it| it == value), "{name} offers {options:?}, not {value:?}");
                    field.value = Some(value.to_owned());
                }
                Kind::Box { stands_for, radio: true } => {
                    field.value = (stands_for == value).then(|| value.to_owned());
                    found |= field.value.is_some();
                    continue;
                }
                Kind::Box { radio: false, .. } | Kind::File => {
                    panic!("{name} is ticked or attached, not filled")
                }
            }
            found = true;
        }
        assert!(found, "no field {name} that takes {value:?} among {:?}", self.names());
        self
    }

    /// Ticks the checkbox of that name.
    #[track_caller]
    pub fn tick(self, name: &str) -> Self {
        self.set_box(name, None, true)
    }

    /// Ticks the checkbox of that name which stands for this value.
    #[track_caller]
    pub fn tick_value(self, name: &str, value: &str) -> Self {
        self.set_box(name, Some(value), true)
    }

    #[track_caller]
    pub fn untick(self, name: &str) -> Self {
        self.set_box(name, None, false)
    }

    #[track_caller]
    fn set_box(mut self, name: &str, value: Option<&str>, ticked: bool) -> Self {
        let mut found = false;
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            let Kind::Box { stands_for, radio: false } = &field.kind else { continue };
            if value.is_none_or(|value| value == stands_for) {
                field.value = ticked.then(|| stands_for.clone());
                found = true;
            }
        }
        assert!(found, "no checkbox {name} {value:?} among {:?}", self.names());
        self
    }

    /// Sets what no reader could: a hidden field, a value the page doesn't offer, a field it doesn't have.
    pub fn forge(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|field| field.name != name);
        let value = Some(value.to_owned());
        self.fields.push(Field { name: name.to_owned(), kind: Kind::Text, value });
        self
    }

    /// Leaves a field out.
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|field| field.name != name);
        self
    }

    /// Chooses a file.
    #[track_caller]
    pub fn attach(mut self, field: &str, name: &str, contents: &[u8]) -> Self {
        let is_file = |it: &Field| it.name == field && matches!(it.kind, Kind::File);
        assert!(self.fields.iter().any(is_file), "no file field {field} among {:?}", self.names());
        self.file =
            Some(File { field: field.to_owned(), name: name.to_owned(), contents: contents.to_owned() });
        self
    }

    /// Presses Enter, which is the first button.
    pub async fn submit(self) -> Page {
        self.send(0).await
    }

    /// Presses the button with this label.
    pub async fn press(self, label: &str) -> Page {
        let labels: Vec<&str> = self.buttons.iter().map(|button| button.label.as_str()).collect();
        let index = self.buttons.iter().position(|button| button.label.contains(label));
        let index = index.unwrap_or_else(|| panic!("no button {label:?} among {labels:?}"));
        self.send(index).await
    }

    async fn send(self, button: usize) -> Page {
        let mut pairs: Vec<(String, String)> =
            self.fields.into_iter().filter_map(|field| Some((field.name, field.value?))).collect();
        let mut action = self.action;
        if let Some(button) = self.buttons.into_iter().nth(button) {
            pairs.extend(button.name.map(|name| (name, button.value)));
            action = button.action.unwrap_or(action);
        }
        if let Some(file) = self.file {
            let (kind, body) = multipart(&pairs, &file);
            return self.visitor.open(Method::POST, &action, Some(&kind), body).await;
        }
        let encoded = serde_urlencoded::to_string(pairs).expect("encoding the form");
        if self.method == Method::GET {
            return self.visitor.get(&format!("{action}?{encoded}")).await;
        }
        let kind = "application/x-www-form-urlencoded";
        self.visitor.open(Method::POST, &action, Some(kind), encoded.into_bytes()).await
    }
}

enum Control {
    Field(Field),
    Button(Button),
}

fn read_control(element: ElementRef) -> Option<Control> {
    let attribute = |name: &str| element.attr(name).map(str::to_owned);
    let kind = attribute("type").unwrap_or_default();
    let value = attribute("value");
    let name = attribute("name").filter(|name| !name.is_empty());
    let tag = element.value().name();
    if tag == "button" || (tag == "input" && kind == "submit") {
        let sends = kind != "button" && kind != "reset";
        let label = if tag == "button" { text(element) } else { value.clone().unwrap_or_default() };
        let (value, action) = (value.unwrap_or_default(), attribute("formaction"));
        return sends.then_some(Control::Button(Button { label, name, value, action }));
    }
    let name = name?;
    let (kind, value) = match (tag, kind.as_str()) {
        ("select", _) => {
            let options = parse("option");
            let read = |option: ElementRef| option.attr("value").map_or_else(|| text(option), str::to_owned);
            let all: Vec<String> = element.select(&options).map(read).collect();
            let selected =
                element.select(&options).find(|option| option.attr("selected").is_some()).map(read);
            let value = selected.or_else(|| all.first().cloned());
            (Kind::Select { options: all }, value)
        }
        ("textarea", _) => (Kind::Text, Some(element.text().collect())),
        (_, "checkbox" | "radio") => {
            let stands_for = value.unwrap_or_else(|| "on".into());
            let ticked = element.attr("checked").is_some();
            let value = ticked.then(|| stands_for.clone());
            (Kind::Box { stands_for, radio: kind == "radio" }, value)
        }
        (_, "file") => (Kind::File, None),
        (_, "reset" | "button" | "image") => return None,
        _ => (Kind::Text, Some(value.unwrap_or_default())),
    };
    Some(Control::Field(Field { name, kind, value }))
}

fn multipart(pairs: &[(String, String)], file: &File) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "centre-boundary-7f3a";
    let mut body = Vec::new();
    for (name, value) in pairs {
        let part =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n",
        file.field, file.name
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&file.contents);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}
