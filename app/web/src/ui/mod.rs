//! KRDS components, native controls before scripts, and the frame around every page.
//!
//! The first group also reaches the browser, for islands; the second is drawn by the server only.

mod button;
mod field;
mod icon;
mod notice;

pub use button::{Button, LinkButton, Look, Telephone};
pub use field::LiveField;
pub use icon::{Glyph, Icon};
pub use notice::{Alert, Badge, Tone};

#[cfg(feature = "ssr")]
mod display;
#[cfg(feature = "ssr")]
mod error;
#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod frame;
#[cfg(feature = "ssr")]
mod input;
#[cfg(feature = "ssr")]
mod list;
#[cfg(feature = "ssr")]
mod navigation;
#[cfg(feature = "ssr")]
mod page;

#[cfg(feature = "ssr")]
pub use {
    display::{Display, change_display},
    error::error_page,
    form::{
        Checkbox, CheckboxGroup, Choice, FileInput, Form, Hidden, RadioGroup, SearchBox, Select, TextArea,
        TextInput,
    },
    input::{Input, Problems, Query},
    list::{Cell, Column, DescriptionList, EmptyState, Fact, StructuredItem, StructuredList, Table},
    navigation::{Breadcrumb, Crumb, Disclosure, PageHead, Pagination, StepIndicator, Tab, Tabs},
    page::{Bilingual, CentreFacts, Frame, MenuItem, Visitor},
};

#[cfg(all(test, feature = "ssr"))]
mod gallery;
