//! The picture by which a broadcast is found among others, as YouTube takes it: a PNG of 1280 x 720, below 2 MB.

use domain::broadcast::Thumbnail;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::font::{FAMILY, FONTS};

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;
const MARGIN: f32 = 88.0;

/// What a line of the title may take.
const LINE: f32 = WIDTH as f32 - 2.0 * MARGIN;

/// The sizes a title is tried in, and how many lines of each there is room for.
const SIZES: [(f32, usize); 3] = [(112.0, 3), (88.0, 4), (64.0, 5)];

const TEMPLATE: &str = include_str!("thumbnail.svg");

#[derive(Debug, thiserror::Error)]
pub enum NotDrawn {
    #[error("the picture's template is not as expected: {0}")]
    Template(#[from] resvg::usvg::Error),
    #[error("no room for a picture")]
    Room,
    #[error("the picture can't be written: {0}")]
    Png(String),
}

/// Takes some 50 ms of a processor.
pub fn draw(thumbnail: &Thumbnail) -> Result<Vec<u8>, NotDrawn> {
    let tree = parse(&svg(thumbnail)?)?;
    let mut picture = Pixmap::new(WIDTH, HEIGHT).ok_or(NotDrawn::Room)?;
    resvg::render(&tree, Transform::identity(), &mut picture.as_mut());
    picture.encode_png().map_err(|error| NotDrawn::Png(error.to_string()))
}

fn svg(thumbnail: &Thumbnail) -> Result<String, NotDrawn> {
    let (size, lines) = title(&thumbnail.title)?;
    let mut title = String::new();
    for (index, line) in lines.iter().enumerate() {
        let y = 140.0 + size * (1.0 + 1.25 * index as f32);
        title.push_str(&text(line, MARGIN, y, Some(size)));
    }
    let foot = text(&thumbnail.facts.join(" · "), MARGIN, 640.0, None);
    Ok(TEMPLATE.replacen("{title}", &title, 1).replacen("{foot}", &foot, 1))
}

/// A title in the largest size in which it fits, line by line; in the smallest the rest is cut off.
fn title(text: &str) -> Result<(f32, Vec<String>), NotDrawn> {
    for (size, room) in SIZES {
        let lines = wrap(text, size)?;
        if lines.len() <= room {
            return Ok((size, lines));
        }
    }
    let (size, room) = SIZES[SIZES.len() - 1];
    let mut lines = wrap(text, size)?;
    lines.truncate(room);
    if let Some(last) = lines.last_mut() {
        last.pop();
        last.push('…');
    }
    Ok((size, lines))
}

/// Breaks between words, and within a word that alone is wider than a line.
fn wrap(text: &str, size: f32) -> Result<Vec<String>, NotDrawn> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if let Some(last) = lines.last_mut() {
            let longer = format!("{last} {word}");
            if width(&longer, size)? <= LINE {
                *last = longer;
                continue;
            }
        }
        let mut line = String::new();
        for letter in word.chars() {
            line.push(letter);
            if width(&line, size)? > LINE {
                line.pop();
                lines.push(std::mem::take(&mut line));
                line.push(letter);
            }
        }
        lines.push(line);
    }
    Ok(lines)
}

/// How wide a text is set.
fn width(line: &str, size: f32) -> Result<f32, NotDrawn> {
    let text = text(line, 0.0, 0.0, Some(size));
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'><g font-family='{FAMILY}' font-weight='700'>{text}</g></svg>"
    );
    Ok(parse(&svg)?.root().abs_bounding_box().width())
}

fn text(line: &str, x: f32, y: f32, size: Option<f32>) -> String {
    let size = size.map(|size| format!(" font-size='{size}'")).unwrap_or_default();
    let line = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // What no document may hold at all.
    let line: String = line.chars().filter(|letter| !letter.is_control()).collect();
    format!("<text x='{x}' y='{y}'{size}>{line}</text>")
}

fn parse(svg: &str) -> Result<Tree, NotDrawn> {
    let options = Options { fontdb: FONTS.clone(), ..Options::default() };
    Ok(Tree::from_str(svg, &options)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thumbnail(title: &str) -> Thumbnail {
        let facts = ["3차시", "2021. 3. 2.", "강사01"].map(str::to_owned).to_vec();
        Thumbnail { title: title.into(), facts }
    }

    #[test]
    fn a_picture_is_what_youtube_takes() {
        let png = draw(&thumbnail("똠방각하의 스마트폰 <&> 뷁 기초")).unwrap();
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert_eq!(png[16..24], [0, 0, 5, 0, 0, 0, 2, 208], "1280 x 720");
        assert!(png.len() < 2 * 1024 * 1024);
        assert_ne!(png, draw(&thumbnail("스마트폰 기초")).unwrap());
    }

    #[test]
    fn every_title_fits_and_only_the_longest_are_cut() {
        for (letters, is_cut) in [(4, false), (20, false), (60, false), (120, true)] {
            for text in ["가".repeat(letters), "가나 ".repeat(letters / 2)] {
                let (size, lines) = title(&text).unwrap();
                for line in &lines {
                    assert!(width(line, size).unwrap() <= LINE, "{line}");
                }
                assert_eq!(lines.last().is_some_and(|line| line.ends_with('…')), is_cut, "{letters}");
                let bottom = 140.0 + size * (1.0 + 1.25 * (lines.len() as f32 - 1.0));
                assert!(bottom < 560.0, "{bottom}");
            }
        }
    }

    #[test]
    fn nothing_in_a_name_breaks_the_picture() {
        for title in ["", "</text>", "&amp;", "\u{0}\u{1b}", "{foot}", "  \n "] {
            draw(&thumbnail(title)).unwrap();
        }
    }
}
