//! On which line of a file something stands, as an editor counts. The csv crate counts one too few where lines end
//! with `\r\n` or are empty, since it only skips them when it reads on.

/// Tells the line of ever later bytes of one text.
pub struct Lines<'a> {
    bytes: &'a [u8],
    read: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    pub fn of(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), read: 0, line: 1 }
    }

    /// The line, from 1, of the first byte from `position` on that ends none.
    pub fn line(&mut self, position: Option<&csv::Position>) -> u64 {
        let from = position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        while let Some(byte) = self.bytes.get(self.read) {
            if self.read >= from && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*byte == b'\n');
            self.read += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_stands_where_an_editor_shows_it() {
        for text in ["a\r\nb\r\n\r\nc\r\n", "a\nb\n\nc"] {
            let mut lines = Lines::of(text);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let found: Vec<u64> = reader.records().map(|it| lines.line(it.unwrap().position())).collect();
            assert_eq!(found, [1, 2, 4], "{text:?}");
        }
    }
}
