//! What an uploaded file is: judged by its bytes, never by its name or by what the browser says of it.
//!
//! A picture or clip that breaks off is refused, since nobody stands beside a board to see that it stays grey. SVG is
//! a program in disguise and no picture here.

use crate::named::named;

named! {
    /// What a board can show, by media type.
    pub enum MediaType {
        Png = "image/png",
        Jpeg = "image/jpeg",
        WebP = "image/webp",
        Mp4 = "video/mp4",
        WebM = "video/webm",
    }
}

impl MediaType {
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg | Self::WebP)
    }
}

/// A file that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Media {
    pub kind: MediaType,
    /// Width and height of a picture, in pixels.
    pub size: Option<(u32, u32)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    #[error("none of the kinds that a board shows")]
    Unknown,
    #[error("it breaks off or is damaged")]
    Broken,
    #[error("a side is longer than {MOST_PIXELS} pixels")]
    TooWide,
}

/// The longest side of a picture. A small file can claim to be a picture that no screen has the memory for.
pub const MOST_PIXELS: u32 = 8_000;

/// Says what a file is.
pub fn look(bytes: &[u8]) -> Result<Media, MediaError> {
    let found = if bytes.starts_with(PNG) {
        picture(MediaType::Png, png(bytes))
    } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        picture(MediaType::Jpeg, jpeg(bytes))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        picture(MediaType::WebP, webp(bytes))
    } else if bytes.get(4..8) == Some(b"ftyp") {
        mp4(bytes).map(|()| Media { kind: MediaType::Mp4, size: None })
    } else if bytes.starts_with(EBML) {
        return match is_webm(bytes) {
            true => Ok(Media { kind: MediaType::WebM, size: None }),
            false => Err(MediaError::Unknown),
        };
    } else {
        return Err(MediaError::Unknown);
    };
    let media = found.ok_or(MediaError::Broken)?;
    match media.size {
        Some((0, _) | (_, 0)) => Err(MediaError::Broken),
        Some((width, height)) if width.max(height) > MOST_PIXELS => Err(MediaError::TooWide),
        _ => Ok(media),
    }
}

fn picture(kind: MediaType, size: Option<(u32, u32)>) -> Option<Media> {
    Some(Media { kind, size: Some(size?) })
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const EBML: &[u8] = &[0x1A, 0x45, 0xDF, 0xA3];

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

fn little(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// Every chunk to the last, each with its checksum (PNG specification, 5.3).
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let (mut at, mut size, mut has_pixels) = (PNG.len(), None, false);
    loop {
        let length = usize::try_from(big(bytes, at)?).ok()?;
        let end = at.checked_add(8)?.checked_add(length)?;
        let checked = bytes.get(at + 4..end)?;
        if big(bytes, end)? != crc(checked) {
            return None;
        }
        match &checked[..4] {
            b"IHDR" if size.is_none() => size = Some((big(checked, 4)?, big(checked, 8)?)),
            b"IDAT" => has_pixels = true,
            b"IEND" => return size.filter(|_| has_pixels),
            _ => {}
        }
        at = end + 4;
    }
}

/// CRC-32 as PNG has it (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    };
    !bytes.iter().fold(u32::MAX, step)
}

/// Segment by segment to the frame's header (ITU T.81, B.2), and an end-of-image marker at the end, behind which some
/// cameras leave zeros.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let whole = bytes.iter().rposition(|byte| *byte != 0).map(|last| &bytes[..=last])?;
    if !whole.ends_with(&[0xFF, 0xD9]) {
        return None;
    }
    let (mut at, mut size) = (2, None);
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        if marker == 0xFF {
            // Any number of these may stand before a marker.
            at += 1;
            continue;
        }
        let length = bytes.get(at + 2..at + 4)?;
        let length = usize::from(u16::from_be_bytes(length.try_into().ok()?));
        let is_frame = matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
        if is_frame {
            let side = |from: usize| little(&[*bytes.get(from + 1)?, *bytes.get(from)?], 0, 2);
            size = Some((side(at + 7)?, side(at + 5)?));
        }
        // The scan: what follows are pixels.
        if marker == 0xDA {
            return size;
        }
        at = at.checked_add(2)?.checked_add(length.max(2))?;
    }
}

/// The container says how long it is, its first chunk how large the picture (RFC 9649).
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    let claimed = usize::try_from(little(bytes, 4, 4)?).ok()?;
    if bytes.len() < claimed.checked_add(8)? {
        return None;
    }
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        b"VP8 " if bytes.get(23..26)? == [0x9D, 0x01, 0x2A] => {
            Some((little(bytes, 26, 2)? & 0x3FFF, little(bytes, 28, 2)? & 0x3FFF))
        }
        b"VP8L" if *bytes.get(20)? == 0x2F => {
            let sides = little(bytes, 21, 4)?;
            Some(((sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1))
        }
        _ => None,
    }
}

/// Box by box to the very end (ISO 14496-12, 4.2), with an index and with pictures.
fn mp4(bytes: &[u8]) -> Option<()> {
    let (mut at, mut has_index, mut has_pixels) = (0_usize, false, false);
    while at < bytes.len() {
        let kind = bytes.get(at + 4..at + 8)?;
        has_index |= kind == b"moov";
        has_pixels |= kind == b"mdat";
        let length = match big(bytes, at)? {
            // To the end of the file.
            0 => bytes.len() - at,
            1 => {
                let (high, low) = (big(bytes, at + 8)?, big(bytes, at + 12)?);
                usize::try_from(u64::from(high) << 32 | u64::from(low)).ok()?
            }
            length => usize::try_from(length).ok()?,
        };
        at = at.checked_add(length.max(8))?;
    }
    (at == bytes.len() && has_index && has_pixels).then_some(())
}

/// Matroska's header with WebM's name in it (RFC 8794, 11.2.6). It can't be told where one breaks off: it may be a stream.
fn is_webm(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(64)];
    head.windows(7).any(|part| part == [0x42, 0x82, 0x84, b'w', b'e', b'b', b'm'])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG of these sides; its pixels are never looked at here.
    fn a_png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = PNG.to_vec();
        let mut chunk = |kind: &[u8], data: &[u8]| {
            let checked = [kind, data].concat();
            bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
            bytes.extend(&checked);
            bytes.extend(crc(&checked).to_be_bytes());
        };
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        chunk(b"IHDR", &header);
        chunk(b"IDAT", &[0x78, 0x9C]);
        chunk(b"IEND", &[]);
        bytes
    }

    fn size(bytes: &[u8]) -> Option<(u32, u32)> {
        look(bytes).ok()?.size
    }

    #[test]
    fn pictures_say_how_large_they_are() {
        assert_eq!(size(&a_png(320, 480)), Some((320, 480)));
        let jpeg = [
            &[0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0][..],
            &[0xFF, 0xC2, 0, 11, 8, 0x01, 0xE0, 0x01, 0x40, 1, 1, 0x11, 0],
            &[0xFF, 0xDA, 0, 2, 1, 2, 3, 0xFF, 0xD9, 0, 0],
        ]
        .concat();
        assert_eq!(look(&jpeg), Ok(Media { kind: MediaType::Jpeg, size: Some((320, 480)) }));
        let extended = [&b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0"[..], &[0x3F, 1, 0, 0xDF, 1, 0]].concat();
        assert_eq!(look(&extended), Ok(Media { kind: MediaType::WebP, size: Some((320, 480)) }));
        let lossless = [&b"RIFF\x11\0\0\0WEBPVP8L\x05\0\0\0\x2f"[..], &[0x3F, 0xC1, 0x77, 0, 0]].concat();
        assert_eq!(size(&lossless), Some((320, 480)));
    }

    #[test]
    fn what_breaks_off_or_is_damaged_is_refused() {
        let whole = a_png(320, 480);
        for length in PNG.len()..whole.len() {
            assert_eq!(look(&whole[..length]), Err(MediaError::Broken), "{length}");
        }
        let mut damaged = whole.clone();
        damaged[20] ^= 1;
        assert_eq!(look(&damaged), Err(MediaError::Broken));
        assert_eq!(look(&a_png(0, 480)), Err(MediaError::Broken));
        assert_eq!(look(&a_png(8001, 480)), Err(MediaError::TooWide));
        assert_eq!(look(&[0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0]), Err(MediaError::Broken));
        assert_eq!(look(b"RIFF\xFF\0\0\0WEBPVP8X"), Err(MediaError::Broken));
    }

    #[test]
    fn clips_are_known_by_their_boxes() {
        let part = |kind: &[u8; 4], data: &[u8]| {
            let length = u32::try_from(data.len() + 8).unwrap();
            [&length.to_be_bytes()[..], kind, data].concat()
        };
        let whole = [part(b"ftyp", b"isom"), part(b"moov", b"...."), part(b"mdat", b"....")].concat();
        assert_eq!(look(&whole), Ok(Media { kind: MediaType::Mp4, size: None }));
        assert_eq!(look(&whole[..whole.len() - 1]), Err(MediaError::Broken));
        assert_eq!(look(&part(b"ftyp", b"heic")), Err(MediaError::Broken));
        let webm = [EBML, &[0x8B, 0x42, 0x82, 0x84], b"webm"].concat();
        assert_eq!(look(&webm), Ok(Media { kind: MediaType::WebM, size: None }));
        let matroska = [EBML, &[0x8B, 0x42, 0x82, 0x88], b"matroska"].concat();
        assert_eq!(look(&matroska), Err(MediaError::Unknown));
    }

    #[test]
    fn a_name_or_a_claim_makes_no_picture() {
        for bad in [&b""[..], b"<html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"%PDF-1.7"]
        {
            assert_eq!(look(bad), Err(MediaError::Unknown));
        }
    }
}
