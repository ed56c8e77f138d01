//! The files of a course: what one prints before a class, and what one takes home from it.

use std::sync::Arc;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};
use thiserror::Error;
use uuid::Uuid;

use crate::account::{LessonEditor, record};
use crate::board::edit::PIECE;
use crate::board::media::{self, MediaType};
use crate::centre::{Centre, turn};
use crate::course::entity::{course, handout, handout_piece};
use crate::course::{Line, Viewers};
use crate::kept::kept;
use crate::named::named;

named! {
    /// What may be put beside a course, by the ending of its name.
    pub enum FileType {
        Pdf = "pdf",
        Hwp = "hwp",
        Hwpx = "hwpx",
        Docx = "docx",
        Xlsx = "xlsx",
        Pptx = "pptx",
        Png = "png",
        Jpeg = "jpg",
    }
}

impl FileType {
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Hwp => "application/x-hwp",
            Self::Hwpx => "application/hwp+zip",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// What a file is by its bytes, never by its name. Whatever holds macros has another content type, and is none.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"%PDF-") {
            return Some(Self::Pdf);
        }
        // A compound file, and the sentence with which 한글 begins its header.
        if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
            return holds(bytes, b"HWP Document File").then_some(Self::Hwp);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            // Names of a zip's parts are not compressed, and hwpx begins with its own media type.
            let head = &bytes[..bytes.len().min(100)];
            let parts: [(&[u8], Self); 3] = [
                (b"word/document.xml", Self::Docx),
                (b"xl/workbook.xml", Self::Xlsx),
                (b"ppt/presentation.xml", Self::Pptx),
            ];
            if holds(bytes, b"vbaProject.bin") {
                return None;
            }
            if holds(head, b"application/hwp+zip") {
                return Some(Self::Hwpx);
            }
            return parts.into_iter().find(|(part, _)| holds(bytes, part)).map(|(_, kind)| kind);
        }
        match media::look(bytes).ok()?.kind {
            MediaType::Png => Some(Self::Png),
            MediaType::Jpeg => Some(Self::Jpeg),
            _ => None,
        }
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[derive(Debug, Error)]
pub enum HandoutError {
    #[error("no such course or file")]
    NotFound,
    #[error("larger than {0} bytes")]
    TooLarge(usize),
    #[error("none of the kinds that may be put there")]
    Unknown,
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// Puts a file beside a course. `key` is the form's, so that sending it twice adds one.
pub async fn add(
    centre: &Centre,
    by: &LessonEditor,
    course: Uuid,
    title: &Line,
    viewers: Viewers,
    file: &[u8],
    key: Uuid,
) -> Result<(), HandoutError> {
    let most = centre.settings().lesson.handout_bytes;
    if file.len() > most {
        return Err(HandoutError::TooLarge(most));
    }
    let file_type = FileType::of(file).ok_or(HandoutError::Unknown)?;
    let tx = centre.begin().await?;
    // First, since it writes; and pages that are kept show the programme of one turn.
    turn(&tx).await?;
    if course::Entity::find_by_id(course).one(&tx).await?.is_none() {
        return Err(HandoutError::NotFound);
    }
    if handout::Entity::find().filter(handout::Column::RequestKey.eq(key)).one(&tx).await?.is_some() {
        return Ok(());
    }
    let id = centre.clock().id();
    let row = handout::Model {
        id,
        course_id: course,
        title: title.as_str().to_owned(),
        viewers,
        file_type,
        size: i32::try_from(file.len()).unwrap_or(i32::MAX),
        request_key: key,
        ended_at: None,
        created_by: Some(by.id()),
        created_at: centre.clock().now(),
    };
    handout::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&tx).await?;
    for (number, piece) in (0..).zip(file.chunks(PIECE)) {
        let row = handout_piece::ActiveModel {
            handout_id: Set(id),
            number: Set(number),
            bytes: Set(piece.to_vec()),
        };
        handout_piece::Entity::insert(row).exec_without_returning(&tx).await?;
    }
    record(&tx, centre.clock(), Some(by.id()), "add", "handout", &id.to_string(), "title viewers").await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a file away for good and erases its bytes. That it was there stays written; whoever comes second finds nothing.
pub async fn end(centre: &Centre, by: &LessonEditor, id: Uuid) -> Result<(), HandoutError> {
    let tx = centre.begin().await?;
    turn(&tx).await?;
    let row = handout::Entity::find_by_id(id).one(&tx).await?.ok_or(HandoutError::NotFound)?;
    if row.ended_at.is_some() {
        return Ok(());
    }
    handout_piece::Entity::delete_many().filter(handout_piece::Column::HandoutId.eq(id)).exec(&tx).await?;
    let now = centre.clock().now();
    handout::ActiveModel { ended_at: Set(Some(now)), ..row.into_active_model() }.update(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "end", "handout", &id.to_string(), "ended_at").await?;
    tx.commit().await?;
    Ok(())
}

/// The files of a course, in the order in which they came, whoever may see them. Read anew when the programme has changed.
pub async fn list(centre: &Centre, course: Uuid) -> Result<Arc<Vec<handout::Model>>, DbErr> {
    let read = || async {
        handout::Entity::find()
            .filter(handout::Column::CourseId.eq(course))
            .filter(handout::Column::EndedAt.is_null())
            .order_by_asc(handout::Column::CreatedAt)
            .order_by_asc(handout::Column::Id)
            .all(centre.database())
            .await
            .map(Arc::new)
    };
    kept(centre, &centre.programme().handouts, course, |_| true, read).await
}

/// A file with its course, where it was not taken away.
pub async fn find(centre: &Centre, id: Uuid) -> Result<Option<(handout::Model, course::Model)>, DbErr> {
    let db = centre.database();
    let found = handout::Entity::find_by_id(id).filter(handout::Column::EndedAt.is_null()).one(db).await?;
    let Some(found) = found else { return Ok(None) };
    let course = course::Entity::find_by_id(found.course_id).one(db).await?;
    Ok(course.map(|course| (found, course)))
}

/// The bytes of a file.
pub async fn read(centre: &Centre, id: Uuid) -> Result<Vec<u8>, DbErr> {
    let pieces = handout_piece::Entity::find()
        .filter(handout_piece::Column::HandoutId.eq(id))
        .order_by_asc(handout_piece::Column::Number)
        .all(centre.database())
        .await?;
    Ok(pieces.into_iter().flat_map(|piece| piece.bytes).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let zip = |part: &str| [b"PK\x03\x04".as_slice(), &[0; 26], part.as_bytes()].concat();
        let compound =
            [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], b"....HWP Document File"].concat();
        for (bytes, kind) in [
            (b"%PDF-1.7".to_vec(), Some(FileType::Pdf)),
            (compound.clone(), Some(FileType::Hwp)),
            (compound[..12].to_vec(), None),
            (zip("mimetypeapplication/hwp+zip"), Some(FileType::Hwpx)),
            (zip("[Content_Types].xml word/document.xml"), Some(FileType::Docx)),
            (zip("[Content_Types].xml word/document.xml word/vbaProject.bin"), None),
            (zip("xl/workbook.xml"), Some(FileType::Xlsx)),
            (zip("ppt/presentation.xml"), Some(FileType::Pptx)),
            (zip("evil.exe"), None),
            (b"<html>".to_vec(), None),
            (b"MZ".to_vec(), None),
            (Vec::new(), None),
        ] {
            assert_eq!(FileType::of(&bytes), kind, "{}", String::from_utf8_lossy(&bytes));
        }
    }
}
