//! Captions: what of WebVTT matters to readers, read strictly enough that a broken file is refused with its line, and made
//! into paragraphs.
//!
//! Source: "WebVTT: The Web Video Text Tracks Format", sections 4 and 6. Settings, styles and regions say where on the
//! picture a line stands, and a transcript has no picture.

use thiserror::Error;

/// A span of a video, in milliseconds, with what is said in it. Tags are taken out, and lines stay lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    pub starts: u32,
    pub ends: u32,
    pub text: String,
}

/// What is wrong with a file that should be captions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Wrong {
    #[error("it is no text")]
    NotText,
    #[error("it does not begin with WEBVTT and an empty line")]
    NoHeader,
    #[error("no times stand where a cue begins")]
    NoTimes,
    #[error("the times are unreadable")]
    BadTimes,
    #[error("it ends before it begins")]
    Backwards,
    #[error("it begins before the cue above")]
    OutOfOrder,
    #[error("the line between two cues is missing")]
    NoGap,
    #[error("it holds nothing that is said")]
    Empty,
}

/// What is wrong, and on which line, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {wrong}")]
pub struct CaptionProblem {
    pub line: usize,
    pub wrong: Wrong,
}

/// The largest file of captions, in bytes: a day of talking is less.
pub const CAPTION_BYTES: usize = 1_000_000;

const ARROW: &str = "-->";

/// Reads a file. Cues that say nothing are left out.
pub fn parse(text: &str) -> Result<Vec<Cue>, CaptionProblem> {
    let problem = |line: usize, wrong: Wrong| CaptionProblem { line, wrong };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    if let Some(at) = text.find('\0') {
        return Err(problem(text[..at].matches('\n').count() + 1, Wrong::NotText));
    }
    let mut lines = text.split('\n').zip(1_usize..).peekable();
    let is_header = |line: &str| {
        line.strip_prefix("WEBVTT").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    };
    if !lines.next().is_some_and(|(line, _)| is_header(line)) {
        return Err(problem(1, Wrong::NoHeader));
    }
    // What stands below the first line up to an empty one describes the file.
    while let Some((line, number)) = lines.next_if(|(line, _)| !line.is_empty()) {
        if line.contains(ARROW) {
            return Err(problem(number, Wrong::NoHeader));
        }
    }
    let mut cues: Vec<Cue> = Vec::new();
    let mut before = 0;
    while let Some((first, number)) = lines.next() {
        if first.is_empty() {
            continue;
        }
        if !first.contains(ARROW) && is_aside(first) {
            while lines.next_if(|(line, _)| !line.is_empty()).is_some() {}
            continue;
        }
        let times = if first.contains(ARROW) {
            (first, number)
        } else {
            // A name for the cue stands above its times.
            lines.next_if(|(line, _)| line.contains(ARROW)).ok_or(problem(number, Wrong::NoTimes))?
        };
        let (starts, ends) = parse_times(times.0).ok_or(problem(times.1, Wrong::BadTimes))?;
        if ends <= starts {
            return Err(problem(times.1, Wrong::Backwards));
        }
        if starts < before {
            return Err(problem(times.1, Wrong::OutOfOrder));
        }
        before = starts;
        let mut said = Vec::new();
        while let Some((line, number)) = lines.next_if(|(line, _)| !line.is_empty()) {
            if line.contains(ARROW) {
                return Err(problem(number, Wrong::NoGap));
            }
            said.push(line);
        }
        let text = plain(&said.join("\n"));
        if !text.is_empty() {
            cues.push(Cue { starts, ends, text });
        }
    }
    if cues.is_empty() { Err(problem(1, Wrong::Empty)) } else { Ok(cues) }
}

/// A note to whoever edits the file, or how the captions look.
fn is_aside(line: &str) -> bool {
    let word = line.split([' ', '\t']).next().unwrap_or_default();
    word == "NOTE" || matches!(line.trim_end(), "STYLE" | "REGION")
}

/// `00:01.000 --> 00:02:03.500 align:start`
fn parse_times(line: &str) -> Option<(u32, u32)> {
    let (starts, rest) = line.split_once(ARROW)?;
    let ends = rest.split_whitespace().next()?;
    Some((parse_time(starts.trim())?, parse_time(ends)?))
}

/// Hours may be left out; all else has its digits.
fn parse_time(text: &str) -> Option<u32> {
    let number = |part: &str, digits: usize| {
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<u32>().ok()).flatten()
    };
    let (clock, thousandths) = text.split_once('.')?;
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [minutes, seconds] => (0, minutes, seconds),
        [hours, minutes, seconds] => (number(hours, 2)?, minutes, seconds),
        _ => return None,
    };
    let (minutes, seconds) = (number(minutes, 2)?, number(seconds, 2)?);
    let fits = minutes < 60 && seconds < 60;
    fits.then_some(((hours * 60 + minutes) * 60 + seconds) * 1000 + number(thousandths, 3)?)
}

/// Without tags, with the characters that names stand for, each line trimmed. A `<` that nothing closes ends the text, as
/// browsers have it.
fn plain(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        bare.push_str(&rest[..at]);
        rest = rest[at..].split_once('>').map_or("", |(_, rest)| rest);
    }
    bare.push_str(rest);
    // `&amp;` last, so that `&amp;lt;` stays what somebody wanted to show.
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&lrm;", ""), ("&rlm;", ""), ("&amp;", "&")];
    let text = named.iter().fold(bare, |text, (name, stands_for)| text.replace(name, stands_for));
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// Something said without a longer pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// Whole seconds from the beginning.
    pub starts: u32,
    pub text: String,
}

/// A pause that begins a paragraph, in milliseconds.
const PAUSE: u32 = 2_000;

/// As many characters as one reads in one go: at the next end of a sentence a paragraph begins.
const LONG: usize = 200;

/// What is said, to be read. A line that the next cue says again, as rolling captions do, is written once.
pub fn paragraphs(cues: &[Cue]) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut before: Option<&Cue> = None;
    for cue in cues {
        let known: Vec<&str> = before.map(|cue| cue.text.lines().collect()).unwrap_or_default();
        let new: Vec<&str> = cue.text.lines().filter(|line| !known.contains(line)).collect();
        let pauses = before.is_none_or(|before| cue.starts.saturating_sub(before.ends) >= PAUSE);
        before = Some(cue);
        if new.is_empty() {
            continue;
        }
        let said = new.join(" ");
        match paragraphs.last_mut().filter(|last| !pauses && !is_full(&last.text)) {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(&said);
            }
            None => paragraphs.push(Paragraph { starts: cue.starts / 1000, text: said }),
        }
    }
    paragraphs
}

fn is_full(text: &str) -> bool {
    let length = text.chars().count();
    length >= 2 * LONG || length >= LONG && text.ends_with(['.', '?', '!', '。', '？', '！'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\u{feff}WEBVTT - 첫 수업\r\nKind: captions\r\n\r\nNOTE\r\n아무도 보지 않는\r\n글 a --> b\r\n\r\n\
        STYLE\r\n::cue { color: red }\r\n\r\n1\r\n00:01.000 --> 00:03.500 align:start line:0\r\n<v 강사>안녕하세요.</v>\r\n\r\n\
        00:00:03.500 --> 00:00:06.000\r\n<b>마우스</b>를 <00:04.000>잡아 &amp; 볼까요?\r\n두 번 &lt;딸깍&gt;\r\n\r\n\r\n\
        00:10.000 --> 01:02:03.004\r\n이제 <i>끝\r\n\r\n00:11.000 --> 00:12.000\r\n<c.yellow></c>";

    #[test]
    fn notes_styles_settings_and_tags_are_not_read_out() {
        let cues = parse(FILE).unwrap();
        let said: Vec<_> = cues.iter().map(|cue| (cue.starts, cue.ends, cue.text.as_str())).collect();
        let expected = [
            (1_000, 3_500, "안녕하세요."),
            (3_500, 6_000, "마우스를 잡아 & 볼까요?\n두 번 <딸깍>"),
            (10_000, 3_723_004, "이제 끝"),
        ];
        assert_eq!(said, expected);
        let read = paragraphs(&cues);
        let texts: Vec<_> = read.iter().map(|it| (it.starts, it.text.as_str())).collect();
        assert_eq!(texts, [(1, "안녕하세요. 마우스를 잡아 & 볼까요? 두 번 <딸깍>"), (10, "이제 끝")]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, line, wrong) in [
            ("", 1, Wrong::NoHeader),
            ("WEBVTTX\n", 1, Wrong::NoHeader),
            ("1\n00:00:01,000 --> 00:00:02,000\n안녕", 1, Wrong::NoHeader),
            ("WEBVTT\n00:01.000 --> 00:02.000\na", 2, Wrong::NoHeader),
            ("WEBVTT\n\n안녕하세요\n", 3, Wrong::NoTimes),
            ("WEBVTT\n\n1\n2\n00:01.000 --> 00:02.000\na", 3, Wrong::NoTimes),
            ("WEBVTT\n\n00:01,000 --> 00:02.000\na", 3, Wrong::BadTimes),
            ("WEBVTT\n\n00:01.000 -->\na", 3, Wrong::BadTimes),
            ("WEBVTT\n\n00:61.000 --> 01:02.000\na", 3, Wrong::BadTimes),
            ("WEBVTT\n\n1\n00:02.000 --> 00:02.000\na", 4, Wrong::Backwards),
            ("WEBVTT\n\n00:02.000 --> 00:03.000\na\n\n00:01.999 --> 00:04.000\nb", 6, Wrong::OutOfOrder),
            ("WEBVTT\n\n00:02.000 --> 00:03.000\na\n00:03.000 --> 00:04.000\nb", 5, Wrong::NoGap),
            ("WEBVTT\n\na\0b", 3, Wrong::NotText),
            ("WEBVTT\n\nNOTE nothing\n", 1, Wrong::Empty),
        ] {
            assert_eq!(parse(text), Err(CaptionProblem { line, wrong }), "{text:?}");
        }
    }

    #[test]
    fn a_file_of_old_line_ends_is_read() {
        assert_eq!(parse("WEBVTT\r\r00:01.000 --> 00:02.000\ra\rb").unwrap()[0].text, "a\nb");
    }

    #[test]
    fn rolling_captions_are_written_once_and_a_long_talk_has_paragraphs() {
        let cue = |starts: u32, text: &str| Cue { starts, ends: starts + 1000, text: text.into() };
        let rolling = [cue(0, "하나"), cue(1000, "하나\n둘"), cue(2000, "둘"), cue(3000, "둘\n셋")];
        assert_eq!(paragraphs(&rolling), [Paragraph { starts: 0, text: "하나 둘 셋".into() }]);
        let long = "말".repeat(150) + ".";
        let talk = [cue(0, &long), cue(1000, &format!("{long}!")), cue(2000, "끝")];
        let starts: Vec<u32> = paragraphs(&talk).iter().map(|it| it.starts).collect();
        assert_eq!(starts, [0, 2]);
    }
}
