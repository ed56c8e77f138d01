//! Sets a page from a template and files that are all in memory, as a tagged PDF that a screen reader reads well (PDF/UA-1).

use std::collections::HashMap;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::font::{BOLD, REGULAR};

#[derive(Debug, thiserror::Error)]
pub enum NotSet {
    #[error("the page can't be set: {0}")]
    Page(String),
    #[error("the code can't be drawn: {0}")]
    Code(#[from] qrcode::types::QrError),
    #[error("what it says can't be written down: {0}")]
    Words(#[from] serde_json::Error),
}

/// Read once.
static FONTS: LazyLock<Vec<Font>> =
    LazyLock::new(|| [REGULAR, BOLD].into_iter().flat_map(|face| Font::iter(Bytes::new(face))).collect());

static BOOK: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(FONTS.iter())));

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// What has no glyph is set as a box: a page with a letter that the typeface lacks would be refused as a whole.
pub fn settable(text: &str) -> String {
    let has_glyph = |letter: char| FONTS.iter().all(|font| font.info().coverage.contains(u32::from(letter)));
    text.chars().map(|letter| if has_glyph(letter) { letter } else { '□' }).collect()
}

/// The template and the files it reads, by name.
pub struct Sheet {
    main: Source,
    files: HashMap<FileId, Bytes>,
}

impl Sheet {
    pub fn new(template: &str) -> Result<Self, NotSet> {
        Ok(Self { main: Source::new(file_id("main.typ")?, template.to_owned()), files: HashMap::new() })
    }

    pub fn add(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), NotSet> {
        self.files.insert(file_id(name)?, Bytes::new(bytes));
        Ok(())
    }

    pub fn pdf(&self) -> Result<Vec<u8>, NotSet> {
        let standards = PdfStandards::new(&[PdfStandard::Ua_1])
            .map_err(|error| NotSet::Page(error.message().to_string()))?;
        let options = PdfOptions { standards, ..PdfOptions::default() };
        let set = typst::compile(self).output.and_then(|document| typst_pdf::pdf(&document, &options));
        // What it remembers between two runs is of no use to the next person's page, and would grow for ever.
        typst::comemo::evict(0);
        set.map_err(|errors| NotSet::Page(said(&errors)))
    }
}

fn said(errors: &[SourceDiagnostic]) -> String {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    messages.join("; ")
}

fn file_id(name: &str) -> Result<FileId, NotSet> {
    let path = VirtualPath::new(name).map_err(|error| NotSet::Page(format!("{name}: {error:?}")))?;
    Ok(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(missing(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    /// A page says when it was issued; when it was drawn says nothing.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}
