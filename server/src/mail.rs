//! Letters: by SMTP where it is configured, else as files one can open.

use lettre::{AsyncSmtpTransport, Tokio1Executor};

/// Whether a URL names a mail server: `smtps://user:password@host:465`, or `smtp://…?tls=required` for STARTTLS.
/// The error never repeats the URL, which holds a password.
pub fn check_url(url: &str) -> Result<(), &'static str> {
    match AsyncSmtpTransport::<Tokio1Executor>::from_url(url) {
        Ok(_) => Ok(()),
        Err(_) => {
            Err("is not like smtps://user:password@host:465 or smtp://user:password@host:587?tls=required")
        }
    }
}
