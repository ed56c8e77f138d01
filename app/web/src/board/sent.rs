//! What a form with a file sent: its fields, and the file as far as it may be large.

use axum::RequestExt;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::centre::Centre;

use crate::AppError;
use crate::ui::Input;

/// The fields of a form, and the file in its field `file`; nothing where none was chosen.
pub struct Sent {
    pub input: Input,
    pub file: Vec<u8>,
}

/// More than the fields of any of our forms.
const FIELDS: usize = 16 * 1024;

/// So much more than a file may weigh is read and thrown away, so that whoever chose a file somewhat too large reads a
/// sentence and not that the connection broke.
const PATIENCE: usize = 2;

impl Sent {
    /// Reads the body of a form with a file or without. No extractor: whoever may not send one is told so before a byte of
    /// it is read. Of a file that is larger than `most` bytes one more than that is kept, which says that it is.
    pub async fn read(request: Request, centre: &Centre, most: usize) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let input = request.extract_with_state(centre).await?;
            return Ok(Self { input, file: Vec::new() });
        }
        let upload: Multipart = request.extract().await.map_err(IntoResponse::into_response)?;
        read(upload, most).await.map_err(IntoResponse::into_response)
    }
}

async fn read(mut upload: Multipart, most: usize) -> Result<Sent, AppError> {
    let (mut fields, mut file) = (Vec::new(), Vec::new());
    let (mut of_fields, mut of_file) = (0, 0);
    while let Some(mut field) = upload.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        let mut value = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
            if name == "file" {
                of_file += chunk.len();
                let room = (most + 1).saturating_sub(file.len());
                file.extend_from_slice(&chunk[..chunk.len().min(room)]);
            } else {
                of_fields += chunk.len();
                value.extend_from_slice(&chunk);
            }
            if of_fields > FIELDS || of_file > most.saturating_mul(PATIENCE) {
                return Err(AppError::TooLarge);
            }
        }
        if name != "file" {
            let text = String::from_utf8(value).map_err(|_| AppError::BadRequest)?;
            if text.contains('\0') {
                return Err(AppError::BadRequest);
            }
            fields.push((name, text));
        }
    }
    Ok(Sent { input: Input::new(fields), file })
}

fn unreadable(error: MultipartError) -> AppError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge,
        _ => AppError::BadRequest,
    }
}
