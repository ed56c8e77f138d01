//! Google's own machine-readable description of the API, by which every request is checked before it is looked at.
//!
//! The file is Google's and stays out of the repository: `./dev setup` takes it from the PyPI package
//! `google-api-python-client`. Without it these tests fail.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use chrono::DateTime;
use serde_json::{Map, Value};

use super::Request;

/// What is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    Path(String),
    /// The HTTP method.
    Verb(String),
    UnknownParameter(String),
    RepeatedParameter(String),
    MissingParameter(String),
    ParameterValue(String),
    Part(String),
    /// One where none is taken.
    Body,
    NoJson,
    UnknownField(String),
    MissingField(String),
    FieldType(String),
    /// None of its words, or not of its format.
    FieldValue(String),
    /// A field of a part that `part` doesn't name.
    UnnamedPart(String),
    Media(String),
}

/// A method of the API.
#[derive(Clone, Debug)]
pub struct Method {
    /// `youtube.liveBroadcasts.insert`
    pub id: String,
    pub scopes: Vec<String>,
    verb: String,
    parameters: Map<String, Value>,
    /// The schema of its body.
    takes: Option<String>,
    /// Media types, where it takes a file.
    media: Option<Vec<String>>,
    /// What may be asked for with `part`.
    parts: Vec<String>,
}

pub struct Discovery {
    methods: HashMap<String, Vec<Method>>,
    schemas: Map<String, Value>,
    common: Map<String, Value>,
}

/// Where the file lies, unless `YOUTUBE_DISCOVERY` says otherwise.
fn place() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    variable("YOUTUBE_DISCOVERY").unwrap_or_else(|| {
        let cache =
            variable("XDG_CACHE_HOME").unwrap_or_else(|| variable("HOME").unwrap_or_default().join(".cache"));
        cache.join("learning-centre/tools/youtube.v3.json")
    })
}

/// Google's description.
///
/// # Panics
/// Where the file is missing.
pub fn google() -> &'static Discovery {
    static READ: LazyLock<Discovery> = LazyLock::new(|| {
        let place = place();
        let text = std::fs::read_to_string(&place).unwrap_or_else(|cause| {
            let place = place.display();
            panic!(
                "Google's description of YouTube's API is not at {place} ({cause}): please run ./dev setup"
            )
        });
        Discovery::new(serde_json::from_str(&text).expect("Google's description is JSON"))
    });
    &READ
}

impl Discovery {
    fn new(json: Value) -> Self {
        let object = |value: &Value| value.as_object().cloned().unwrap_or_default();
        let mut methods: HashMap<String, Vec<Method>> = HashMap::new();
        for resource in object(&json["resources"]).values() {
            for method in object(&resource["methods"]).values() {
                let media = &method["mediaUpload"];
                let path = media["protocols"]["simple"]["path"].as_str().map(str::to_owned);
                let path = path.unwrap_or_else(|| format!("/{}", text(&method["path"])));
                methods.entry(path).or_default().push(Method {
                    id: text(&method["id"]),
                    scopes: texts(&method["scopes"]),
                    verb: text(&method["httpMethod"]),
                    parameters: object(&method["parameters"]),
                    takes: method["request"]["$ref"].as_str().map(str::to_owned),
                    media: media["accept"].is_array().then(|| texts(&media["accept"])),
                    parts: parts(&json["schemas"], &text(&method["response"]["$ref"])),
                });
            }
        }
        Self { methods, schemas: object(&json["schemas"]), common: object(&json["parameters"]) }
    }

    /// The method that the request is for, without a look at anything else.
    pub fn find(&self, request: &Request) -> Result<&Method, Wrong> {
        let methods = self.methods.get(&request.path).ok_or_else(|| Wrong::Path(request.path.clone()))?;
        methods.iter().find(|it| it.verb == request.verb).ok_or_else(|| Wrong::Verb(request.verb.clone()))
    }

    /// `added` names fields that YouTube has come to know since the description was written: `contentDetails.quiet`.
    pub fn check(&self, request: &Request, added: &[String]) -> Result<&Method, Wrong> {
        let method = self.find(request)?;
        self.check_query(method, request)?;
        match (&method.takes, &method.media) {
            (None, None) if request.body.is_empty() => {}
            (None, None) => return Err(Wrong::Body),
            (Some(schema), _) => self.check_body(method, schema, request, added)?,
            (None, Some(accepted)) => {
                let given = request.content_type.clone().unwrap_or_default();
                let is_media = request.parameter("uploadType") == Some("media");
                if !accepted.contains(&given) || !is_media || request.body.is_empty() {
                    return Err(Wrong::Media(given));
                }
            }
        }
        Ok(method)
    }

    fn check_query(&self, method: &Method, request: &Request) -> Result<(), Wrong> {
        for (index, (name, value)) in request.query.iter().enumerate() {
            let described = method
                .parameters
                .get(name)
                .or_else(|| self.common.get(name))
                .ok_or_else(|| Wrong::UnknownParameter(name.clone()))?;
            let repeated = described["repeated"] == true;
            if !repeated && request.query[..index].iter().any(|(other, _)| other == name) {
                return Err(Wrong::RepeatedParameter(name.clone()));
            }
            if !parameter_fits(described, value) {
                return Err(Wrong::ParameterValue(name.clone()));
            }
            if name == "part"
                && let Some(part) = value.split(',').find(|part| !method.parts.iter().any(|it| it == part))
            {
                return Err(Wrong::Part(part.to_owned()));
            }
        }
        let needed = method.parameters.iter().filter(|(_, it)| it["required"] == true);
        for (name, _) in needed {
            if request.parameter(name).is_none_or(str::is_empty) {
                return Err(Wrong::MissingParameter(name.clone()));
            }
        }
        Ok(())
    }

    fn check_body(
        &self,
        method: &Method,
        schema: &str,
        request: &Request,
        added: &[String],
    ) -> Result<(), Wrong> {
        let is_json = request.content_type.as_deref().is_some_and(|it| it.starts_with("application/json"));
        let body =
            serde_json::from_slice::<Value>(&request.body).ok().filter(|body| is_json && body.is_object());
        let body = body.ok_or(Wrong::NoJson)?;
        self.check_object(schema, &body, "", added)?;
        let parts = request.parts();
        for name in body.as_object().into_iter().flatten().map(|(name, _)| name.as_str()) {
            if !matches!(name, "id" | "kind" | "etag") && !parts.contains(&name) {
                return Err(Wrong::UnnamedPart(name.to_owned()));
            }
        }
        self.check_needed(method, schema, &body, "", &|name| name == "id" || parts.contains(&name))
    }

    fn check_object(&self, schema: &str, value: &Value, path: &str, added: &[String]) -> Result<(), Wrong> {
        let wrong = || Wrong::FieldType(path.to_owned());
        let known = &self.schemas[schema]["properties"];
        for (name, value) in value.as_object().ok_or_else(wrong)? {
            let path = below(path, name);
            match &known[name] {
                Value::Null if added.contains(&path) => {}
                Value::Null => return Err(Wrong::UnknownField(path)),
                described => self.check_field(described, value, &path, added)?,
            }
        }
        Ok(())
    }

    fn check_field(
        &self,
        described: &Value,
        value: &Value,
        path: &str,
        added: &[String],
    ) -> Result<(), Wrong> {
        if let Some(schema) = described["$ref"].as_str() {
            return self.check_object(schema, value, path, added);
        }
        let fits = match described["type"].as_str() {
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_u64() || value.is_i64(),
            Some("number") => value.is_number(),
            Some("array") => {
                let items = value.as_array().ok_or_else(|| Wrong::FieldType(path.to_owned()))?;
                items.iter().try_for_each(|item| self.check_field(&described["items"], item, path, added))?;
                true
            }
            _ => value.is_object(),
        };
        if !fits {
            return Err(Wrong::FieldType(path.to_owned()));
        }
        let Some(word) = value.as_str() else { return Ok(()) };
        let good = match described["format"].as_str() {
            Some("date-time" | "google-datetime") => DateTime::parse_from_rfc3339(word).is_ok(),
            Some("int64") => word.parse::<i64>().is_ok(),
            Some("uint64") => word.parse::<u64>().is_ok(),
            _ => described["enum"].as_array().is_none_or(|words| words.iter().any(|it| it == word)),
        };
        if good { Ok(()) } else { Err(Wrong::FieldValue(path.to_owned())) }
    }

    /// Fields that the description says this method can't do without.
    fn check_needed(
        &self,
        method: &Method,
        schema: &str,
        value: &Value,
        path: &str,
        named: &dyn Fn(&str) -> bool,
    ) -> Result<(), Wrong> {
        for (name, described) in self.schemas[schema]["properties"].as_object().into_iter().flatten() {
            let needed = texts(&described["annotations"]["required"]).contains(&method.id);
            if !named(name) || described["deprecated"] == true {
                continue;
            }
            let path = below(path, name);
            if needed && value[name].is_null() {
                return Err(Wrong::MissingField(path));
            }
            if let Some(schema) = described["$ref"].as_str() {
                self.check_needed(method, schema, &value[name], &path, &|_| true)?;
            }
        }
        Ok(())
    }
}

fn parameter_fits(described: &Value, value: &str) -> bool {
    let limit = |name: &str| described[name].as_str().and_then(|text| text.parse::<i64>().ok());
    match described["type"].as_str() {
        Some("boolean") => matches!(value, "true" | "false"),
        Some("integer") => value.parse::<i64>().is_ok_and(|number| {
            limit("minimum").is_none_or(|least| number >= least)
                && limit("maximum").is_none_or(|most| number <= most)
        }),
        _ => described["enum"].as_array().is_none_or(|words| words.iter().any(|it| it == value)),
    }
}

/// The properties of the resource that a method answers with, or of those in its list.
fn parts(schemas: &Value, answer: &str) -> Vec<String> {
    let items = schemas[answer]["properties"]["items"]["items"]["$ref"].as_str();
    let properties = schemas[items.unwrap_or(answer)]["properties"].as_object();
    let names = properties.into_iter().flatten().map(|(name, _)| name.clone());
    names.filter(|name| !matches!(name.as_str(), "kind" | "etag")).collect()
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect()
}
