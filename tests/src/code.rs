//! Reads the QR codes of our pages as a phone's program would, by another library than the one that draws them.

use rqrr::{Grid, SimpleGrid};

/// What the code of a page says; its picture is one path of squares in SVG.
///
/// # Panics
///
/// Where there is no picture, or no code in it.
pub fn read_code(html: &str) -> String {
    let svg = html.split("<svg").nth(1).expect("a picture");
    let path = svg.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a path");
    let mut squares = Vec::new();
    let mut side = 0;
    for square in path.split('M').filter(|square| !square.trim().is_empty()) {
        let numbers: Vec<usize> = square
            .split(|c: char| !c.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().expect("a whole number"))
            .collect();
        squares.push((numbers[0], numbers[1]));
        side = numbers[2];
    }
    // The first dark square is a corner of the code; what is around it is margin.
    let left = squares.iter().map(|square| square.0).min().expect("a dark square");
    let right = squares.iter().map(|square| square.0).max().expect("a dark square");
    let is_dark = |x: usize, y: usize| squares.contains(&(left + x * side, left + y * side));
    let grid = SimpleGrid::from_func((right - left) / side + 1, is_dark);
    Grid::new(grid).decode().expect("a code that can be read").1
}
