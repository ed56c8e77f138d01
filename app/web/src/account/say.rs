//! The names of purposes, duties and neighbourhoods in the reader's language.

use domain::account::{ContactKind, Duty, Neighbourhood, Purpose, Sex};
use domain::language::Language;

use crate::words;

pub fn purpose(l: Language, purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Statutory => words::account::purpose_statutory(l),
        Purpose::Necessary => words::account::purpose_necessary(l),
        Purpose::Figures => words::account::purpose_figures(l),
        Purpose::News => words::account::purpose_news(l),
    }
}

/// What is kept for it, how long, and what follows from refusing.
pub fn purpose_note(l: Language, purpose: Purpose) -> String {
    let years = purpose.retention_years();
    match purpose {
        Purpose::Statutory => words::account::purpose_statutory_note(l, years),
        Purpose::Necessary => words::account::purpose_necessary_note(l, years),
        Purpose::Figures => words::account::purpose_figures_note(l, years),
        Purpose::News => words::account::purpose_news_note(l, years),
    }
}

pub fn contact_kind(l: Language, kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::Phone => words::account::phone(l),
        ContactKind::Email => words::account::email(l),
    }
}

pub fn duty(l: Language, duty: Duty) -> &'static str {
    match duty {
        Duty::Instructor => words::account::duty_instructor(l),
        Duty::Producer => words::account::duty_producer(l),
        Duty::TrainingManager => words::account::duty_training_manager(l),
        Duty::FrontDesk => words::account::duty_front_desk(l),
        Duty::PrivacyOfficer => words::account::duty_privacy_officer(l),
        Duty::Administrator => words::account::duty_administrator(l),
    }
}

pub fn duty_note(l: Language, duty: Duty) -> &'static str {
    match duty {
        Duty::Instructor => words::account::duty_instructor_note(l),
        Duty::Producer => words::account::duty_producer_note(l),
        Duty::TrainingManager => words::account::duty_training_manager_note(l),
        Duty::FrontDesk => words::account::duty_front_desk_note(l),
        Duty::PrivacyOfficer => words::account::duty_privacy_officer_note(l),
        Duty::Administrator => words::account::duty_administrator_note(l),
    }
}

pub fn sex(l: Language, sex: Sex) -> &'static str {
    match sex {
        Sex::Female => words::account::sex_female(l),
        Sex::Male => words::account::sex_male(l),
    }
}

pub fn neighbourhood(l: Language, neighbourhood: Neighbourhood) -> &'static str {
    match neighbourhood {
        Neighbourhood::Yeongdeungpobon => words::account::dong_yeongdeungpobon(l),
        Neighbourhood::Yeongdeungpo => words::account::dong_yeongdeungpo(l),
        Neighbourhood::Yeoui => words::account::dong_yeoui(l),
        Neighbourhood::Dangsan1 => words::account::dong_dangsan1(l),
        Neighbourhood::Dangsan2 => words::account::dong_dangsan2(l),
        Neighbourhood::Dorim => words::account::dong_dorim(l),
        Neighbourhood::Mullae => words::account::dong_mullae(l),
        Neighbourhood::Yangpyeong1 => words::account::dong_yangpyeong1(l),
        Neighbourhood::Yangpyeong2 => words::account::dong_yangpyeong2(l),
        Neighbourhood::Singil1 => words::account::dong_singil1(l),
        Neighbourhood::Singil3 => words::account::dong_singil3(l),
        Neighbourhood::Singil4 => words::account::dong_singil4(l),
        Neighbourhood::Singil5 => words::account::dong_singil5(l),
        Neighbourhood::Singil6 => words::account::dong_singil6(l),
        Neighbourhood::Singil7 => words::account::dong_singil7(l),
        Neighbourhood::Daerim1 => words::account::dong_daerim1(l),
        Neighbourhood::Daerim2 => words::account::dong_daerim2(l),
        Neighbourhood::Daerim3 => words::account::dong_daerim3(l),
        Neighbourhood::Elsewhere => words::account::dong_elsewhere(l),
    }
}
