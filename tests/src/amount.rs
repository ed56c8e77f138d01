//! How much of a proof is done: seconds of it in every test run, as long as one likes where the environment says so.

/// The number in this environment variable, else `usual`.
pub fn amount(variable: &str, usual: usize) -> usize {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
        Err(_) => usual,
    }
}
