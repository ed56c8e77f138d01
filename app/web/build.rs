//! Turns the sentences of `locales/<language>/<namespace>.toml` into functions, one for each key.
//!
//! A crate such as `leptos_i18n` keeps the language in a reactive context. Ours are also needed in letters, PDFs and
//! islands, where there is none: so a sentence is a plain function of the language and of what it mentions.
//!
//!     # locales/ko/course.toml                       // generated, in `words::course`
//!     apply = "수강신청"                               pub(crate) fn apply(l: Language) -> &'static str
//!     seats_left = "잔여 {count}석"                    pub(crate) fn seats_left(l: Language, count: impl Display) -> String
//!
//! The Korean file decides the order of the arguments. Every language must have the same keys with the same
//! placeholders, else the build stops and names them; a key that no page uses is a dead function, which the compiler
//! reports. `{{` and `}}` write braces.

use regex::Regex;
use std::{collections::BTreeMap, env, fmt::Write, fs, path::Path};

/// As `domain::language::Language` has them: variant and folder. Korean, the first, is the measure of the others.
const LANGUAGES: [(&str, &str); 4] = [("Ko", "ko"), ("En", "en"), ("Zh", "zh"), ("Ja", "ja")];

/// Key to sentence.
type Words = BTreeMap<String, String>;

fn main() {
    println!("cargo::rerun-if-changed=locales");
    let mut problems = Vec::new();
    let mut code = String::new();
    let namespaces = files(&format!("locales/{}", LANGUAGES[0].1));
    for (_, language) in &LANGUAGES[1..] {
        for name in files(&format!("locales/{language}")).iter().filter(|name| !namespaces.contains(name)) {
            problems.push(format!("locales/{language}/{name}.toml has no Korean counterpart"));
        }
    }
    for namespace in &namespaces {
        let texts = LANGUAGES.map(|(_, language)| read(language, namespace, &mut problems));
        writeln!(code, "pub(crate) mod {namespace} {{\nuse super::Language;").unwrap();
        for key in texts[0].keys() {
            let sentences: Vec<&str> =
                texts.iter().filter_map(|words| words.get(key)).map(String::as_str).collect();
            if sentences.len() == LANGUAGES.len() {
                check(namespace, key, &sentences, &mut problems);
                write_function(&mut code, key, &sentences);
            }
        }
        code.push_str("}\n");
        for ((_, language), words) in LANGUAGES.iter().zip(&texts) {
            let all = texts.iter().flat_map(|words| words.keys());
            for key in all.filter(|key| !words.contains_key(*key)) {
                problems.push(format!("locales/{language}/{namespace}.toml lacks the key `{key}`"));
            }
        }
    }
    problems.sort();
    problems.dedup();
    for problem in problems {
        println!("cargo::error={problem}");
    }
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("words.rs"), code).unwrap();
}

/// The names of the TOML files in a folder, without their ending, in order.
fn files(folder: &str) -> Vec<String> {
    let paths = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let toml = paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    let mut names: Vec<String> =
        toml.map(|path| path.file_stem().unwrap().to_str().unwrap().into()).collect();
    names.sort();
    names
}

/// The sentences of one file; an unreadable or missing one counts as empty and is reported.
fn read(language: &str, namespace: &str, problems: &mut Vec<String>) -> Words {
    let path = format!("locales/{language}/{namespace}.toml");
    let text = fs::read_to_string(&path).map_err(|error| error.to_string());
    let words = text.and_then(|text| toml::from_str(&text).map_err(|error| error.to_string()));
    words.unwrap_or_else(|error| {
        problems.push(format!("{path}: {}", error.replace('\n', " ")));
        Words::new()
    })
}

/// The placeholders of a sentence, in order of first appearance.
fn placeholders(sentence: &str) -> Vec<String> {
    let bare = sentence.replace("{{", "").replace("}}", "");
    let mut names: Vec<String> = Vec::new();
    for found in Regex::new(r"[{}]([^{}]*)\}?").unwrap().captures_iter(&bare) {
        if !names.contains(&found[1].into()) {
            names.push(found[1].into());
        }
    }
    names
}

fn check(namespace: &str, key: &str, sentences: &[&str], problems: &mut Vec<String>) {
    let word = Regex::new("^[a-z][a-z0-9_]*$").unwrap();
    let korean = placeholders(sentences[0]);
    for name in korean.iter().map(String::as_str).chain([key]).filter(|name| !word.is_match(name)) {
        problems.push(format!("locales/ko/{namespace}.toml: `{name}` in `{key}` is no lower_case name"));
    }
    for ((_, language), sentence) in LANGUAGES.iter().zip(sentences).skip(1) {
        let mut theirs = placeholders(sentence);
        theirs.sort_by_key(|name| korean.iter().position(|other| other == name));
        if theirs != korean {
            problems.push(format!(
                "locales/{language}/{namespace}.toml: `{key}` mentions {theirs:?}, the Korean one {korean:?}"
            ));
        }
    }
}

fn write_function(code: &mut String, key: &str, sentences: &[&str]) {
    let arguments = placeholders(sentences[0]);
    let plain = arguments.is_empty();
    let returns = if plain { "&'static str" } else { "String" };
    let typed: String = arguments.iter().map(|name| format!(", {name}: impl std::fmt::Display")).collect();
    writeln!(code, "#[doc = {:?}]", format!("“{}”", sentences[0].replace('\n', " "))).unwrap();
    writeln!(code, "pub(crate) fn {key}(l: Language{typed}) -> {returns} {{\nmatch l {{").unwrap();
    for ((variant, _), sentence) in LANGUAGES.iter().zip(sentences) {
        if plain {
            let text = sentence.replace("{{", "{").replace("}}", "}");
            writeln!(code, "Language::{variant} => {text:?},").unwrap();
        } else {
            writeln!(code, "Language::{variant} => format!({sentence:?}),").unwrap();
        }
    }
    code.push_str("}\n}\n");
}
