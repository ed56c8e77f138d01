//! What stands around every page: the links over it, the header with the menu, the footer.

use super::{
    button::Telephone,
    icon::{Glyph, Icon},
    page::{CentreFacts, Frame, MenuItem},
};
use crate::{ask::with_next, words};
use domain::language::Language;
use leptos::prelude::*;

/// The first thing the Tab key reaches.
pub(super) fn skip_link(l: Language) -> impl IntoView {
    view! { <div id="krds-skip-link"><a href="#content">{words::ui::skip(l)}</a></div> }
}

/// Whose website this is; a demonstration says that it is one.
pub(super) fn masthead(l: Language, centre: &CentreFacts) -> impl IntoView + use<> {
    let demonstration = centre.demonstration;
    let sentence = if demonstration { words::ui::demonstration(l) } else { words::ui::official(l) };
    let class = if demonstration { "nuri-txt demonstration" } else { "nuri-txt" };
    view! {
        <section id="krds-masthead" aria-label=words::ui::masthead(l)>
            <div class="toggle-wrap"><div class="toggle-head"><div class="inner">
                <span class=class>{sentence}</span>
            </div></div></div>
        </section>
    }
}

/// Name, menu, language, display and sign-in; all in view on a phone too, so that nothing needs a script to open.
pub(super) fn header(frame: &Frame) -> impl IntoView + use<> {
    let l = frame.language;
    let others =
        Language::ALL.iter().copied().filter(|other| *other != l).enumerate().map(|(index, other)| {
            view! {
                <li>
                    <a href=other.path(&frame.path) lang=other.code() hreflang=other.code()>
                        {(index == 0).then(|| view! { <Icon glyph=Glyph::Globe/> })}
                        {other.name()}
                    </a>
                </li>
            }
        });
    let others: Vec<_> = others.collect();
    let menu = vec![
        MenuItem::new(words::ui::menu_courses(l), "/courses"),
        MenuItem::new(words::ui::menu_my(l), "/my"),
        MenuItem::new(words::ui::menu_places(l), "/places"),
        MenuItem::new(words::calendar::title(l), "/calendar"),
        MenuItem::new(words::ui::menu_studio(l), "/studio"),
    ];
    let staff = frame.visitor.as_ref().map(|visitor| visitor.menu.clone()).filter(|menu| !menu.is_empty());
    let path = frame.path.split('?').next().unwrap_or_default();
    view! {
        <header id="krds-header">
            <div class="inner header-top">
                <a class="header-brand" href=l.path("/")>
                    <Icon glyph=Glyph::Mark/>
                    <span class="header-name">{frame.centre.name.of(l).to_owned()}</span>
                </a>
                <ul class="header-utility">
                    <li><ul class="header-languages">{others}</ul></li>
                    <li>{display_switch(frame)}</li>
                    {sign_in_and_out(frame)}
                </ul>
            </div>
            <nav class="header-menu" aria-label=words::ui::main_menu(l)>
                <ul class="inner">{menu_items(l, menu, path)}</ul>
            </nav>
            {staff.map(|staff| view! {
                <nav class="header-menu header-staff" aria-label=words::ui::staff_menu(l)>
                    <ul class="inner">{menu_items(l, staff, path)}</ul>
                </nav>
            })}
        </header>
    }
}

fn menu_items(l: Language, items: Vec<MenuItem>, path: &str) -> Vec<impl IntoView + use<>> {
    let draw = |item: MenuItem| {
        let inside =
            path.strip_prefix(&item.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        view! { <li><a href=l.path(&item.path) aria-current=inside.then_some("true")>{item.label}</a></li> }
    };
    items.into_iter().map(draw).collect()
}

/// High contrast on and off, without a script: `display::change_display` keeps the choice in a cookie.
fn display_switch(frame: &Frame) -> impl IntoView + use<> {
    let l = frame.language;
    let (mode, label) = match frame.high_contrast {
        true => ("normal", words::ui::display_normal(l)),
        false => ("high-contrast", words::ui::display_high_contrast(l)),
    };
    view! {
        <form method="post" action="/display">
            <input type="hidden" name="back" value=l.path(&frame.path)/>
            <button type="submit" name="mode" value=mode><Icon glyph=Glyph::Contrast/> {label}</button>
        </form>
    }
}

fn sign_in_and_out(frame: &Frame) -> impl IntoView + use<> {
    let l = frame.language;
    match &frame.visitor {
        None => {
            // Whoever signs in comes back here; from sign-in and sign-up there is nothing to come back to.
            let next = if frame.path.starts_with("/sign-") { "/" } else { &frame.path };
            let href = l.path(&with_next("/sign-in", next));
            view! { <li><a href=href><Icon glyph=Glyph::Person/> {words::ui::sign_in(l)}</a></li> }.into_any()
        }
        Some(visitor) => view! {
            <li><a href=l.path("/account")><Icon glyph=Glyph::Person/> {words::ui::person(l, &visitor.name)}</a></li>
            <li>
                <form method="post" action=l.path("/sign-out")>
                    <button type="submit">{words::ui::sign_out(l)}</button>
                </form>
            </li>
        }
        .into_any(),
    }
}

/// Who runs the centre, where it is, whom to call.
pub(super) fn footer(l: Language, centre: &CentreFacts) -> impl IntoView + use<> {
    let phone = Some(centre.phone.clone()).filter(|phone| !phone.is_empty());
    let hours = centre.hours.of(l).to_owned();
    view! {
        <footer id="krds-footer">
            <div class="inner">
                <p class="footer-name"><Icon glyph=Glyph::Mark/> {centre.name.of(l).to_owned()}</p>
                <address class="footer-contact">
                    <p>{centre.address.of(l).to_owned()}</p>
                    {phone.map(|phone| view! {
                        <p>
                            {words::ui::telephone(l)} " " <strong><Telephone number=phone/></strong>
                            " " <span>{hours}</span>
                        </p>
                    })}
                </address>
                <ul class="footer-links">
                    <li><a class="point" href=l.path("/privacy")>{words::ui::privacy(l)}</a></li>
                    <li><a href=l.path("/places")>{words::ui::way_here(l)}</a></li>
                    <li><a href=l.path("/live")>{words::broadcast::live(l)}</a></li>
                    <li><a href=l.path("/lessons")>{words::lesson::title(l)}</a></li>
                    <li><a href=l.path("/figures")>{words::statistics::figures(l)}</a></li>
                </ul>
                <div class="krds-identifier">
                    <span class="ban-txt">{words::ui::identifier(l, centre.office.of(l))}</span>
                </div>
            </div>
        </footer>
    }
}
