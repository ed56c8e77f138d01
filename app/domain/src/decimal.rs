//! Decimal figures with at most two places, as whole hundredths: areas, hours.

/// `87.12` as 8712, `7` as 700. `None` for anything but digits with one point, or more than two places.
pub fn hundredths(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let part = part.trim_end_matches('0');
    if part.len() > 2 {
        return None;
    }
    let part: u32 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(part)
}

/// The shortest way to write them: 8712 as `87.12`, 700 as `7`.
pub fn text(hundredths: u32) -> String {
    let (whole, part) = (hundredths / 100, hundredths % 100);
    if part == 0 {
        return whole.to_string();
    }
    format!("{whole}.{part:02}").trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_read_and_written_alike() {
        for (figure, count) in [("87.12", 8712), ("7", 700), ("1.5", 150), ("0.05", 5), ("20", 2000)] {
            assert_eq!(hundredths(figure), Some(count), "{figure}");
            assert_eq!(text(count), figure);
        }
        assert_eq!(hundredths("1.500"), Some(150));
    }

    #[test]
    fn what_is_no_figure_is_refused() {
        for bad in ["", ".", "1.", ".5", "-1", "1,5", "1.234", "1e3", "４", "99999999999"] {
            assert_eq!(hundredths(bad), None, "{bad}");
        }
    }
}
