//! A chart of bars, drawn on the server. Each bar has its name and its figure in words beside it, so that neither colour nor
//! sight is needed; the table below says the same.

use domain::statistics::Figure;
use leptos::prelude::*;

use super::sheet::Value;

/// The chart's own units: as wide as a phone, so that its letters stay readable there.
const WIDTH: u64 = 400;
const LINE: usize = 44;

/// `bars` are names and figures; all figures measure the same. Nothing where nothing is more than nothing.
pub fn chart(title: String, bars: &[(String, Figure)]) -> impl IntoView + use<> {
    let longest = bars.iter().map(|(_, figure)| figure.size()).max().unwrap_or_default();
    let draw = |(index, (name, figure)): (usize, &(String, Figure))| {
        let top = index * LINE;
        let width = figure.size() * WIDTH / longest.max(1);
        view! {
            <text class="chart-name" x="0" y=top + 16>{name.clone()}</text>
            <text class="chart-figure" x=WIDTH y=top + 16>{Value::from(*figure).shown()}</text>
            <rect class="chart-track" x="0" y=top + 22 width=WIDTH height="12"></rect>
            <rect class="chart-bar" x="0" y=top + 22 width=width height="12"></rect>
        }
    };
    let height = bars.len() * LINE;
    (longest > 0).then(|| {
        view! {
            <figure class="chart">
                <figcaption>{title.clone()}</figcaption>
                <svg viewBox=format!("0 0 {WIDTH} {height}") role="img" aria-label=title>
                    {bars.iter().enumerate().map(draw).collect_view()}
                </svg>
            </figure>
        }
    })
}
