//! The fields by which a producer says how a broadcast is made.

use axum::http::StatusCode;
use chrono::NaiveDate;
use domain::broadcast::call::{Latency, Privacy};
use domain::broadcast::encoder;
use domain::broadcast::entity::{channel, encoder as encoders};
use domain::broadcast::store::Setup;
use domain::broadcast::{ChannelState, entity::broadcast};
use leptos::prelude::*;

use super::sentence::{latency_word, privacy_word};
use crate::AppError;
use crate::ask::Ask;
use crate::ui::{Checkbox, Choice, Input, Problems, RadioGroup, Select, TextInput};
use crate::words::{Language, broadcast as words};

/// What can be chosen.
pub(super) struct Offer {
    pub channels: Vec<channel::Model>,
    encoders: Vec<encoders::Model>,
}

impl Offer {
    pub async fn load(ask: &Ask) -> Result<Self, AppError> {
        let producer = ask.signed_in()?.producer()?;
        let mut channels = domain::broadcast::channel::list(&ask.centre, &producer).await?;
        channels.retain(|channel| channel.state != ChannelState::Disconnected);
        let encoders = encoder::list(ask.centre.database()).await?;
        Ok(Self { channels, encoders })
    }

    pub fn fields(&self, l: Language) -> impl IntoView + use<> {
        let channels = self.channels.iter().map(|it| Choice::new(&it.youtube_id, &it.title)).collect();
        let encoders = self.encoders.iter().map(|it| Choice::new(it.id.to_string(), &it.name)).collect();
        let privacy = Privacy::ALL.iter().map(|it| Choice::new(it.as_str(), privacy_word(l, *it))).collect();
        let latency = Latency::ALL.iter().map(|it| Choice::new(it.as_str(), latency_word(l, *it))).collect();
        view! {
            <Select name="channel" label=words::channel(l) choices=channels required=true/>
            <Select name="encoder" label=words::encoder(l) hint=words::encoder_hint(l) choices=encoders none=words::encoder_by_hand(l)/>
            <RadioGroup name="privacy" legend=words::privacy(l) choices=privacy required=true/>
            <Select name="latency" label=words::latency(l) choices=latency required=true/>
            <Checkbox name="dvr" label=words::dvr(l)/>
            <Checkbox name="made_for_kids" label=words::made_for_kids(l) note=words::made_for_kids_hint(l)/>
            <TextInput name="replay_until" label=words::replay_until(l) hint=words::replay_until_hint(l) kind="date" short=true/>
        }
    }

    pub fn parse(&self, l: Language, input: &Input, problems: &mut Problems) -> Option<Setup> {
        let channel = self.channels.iter().find(|it| it.youtube_id == input.text("channel"));
        if channel.is_none() {
            problems.add("channel", words::refused_channel(l));
        }
        let encoder = match input.text("encoder") {
            "" => Some(None),
            id => self.encoders.iter().find(|it| it.id.to_string() == id).map(|it| Some(it.id)),
        };
        if encoder.is_none() {
            problems.add("encoder", words::refused_encoder(l));
        }
        let privacy = Privacy::parse(input.text("privacy"));
        if privacy.is_none() {
            problems.add("privacy", words::wrong_privacy(l));
        }
        let latency = Latency::parse(input.text("latency"));
        if latency.is_none() {
            problems.add("latency", words::wrong_latency(l));
        }
        let replay_until = match input.text("replay_until") {
            "" => Some(None),
            text => text.parse::<NaiveDate>().ok().map(Some),
        };
        if replay_until.is_none() {
            problems.add("replay_until", words::wrong_date(l));
        }
        Some(Setup {
            channel: channel?.id,
            encoder: encoder?,
            privacy: privacy?,
            made_for_kids: input.flag("made_for_kids"),
            dvr: input.flag("dvr"),
            latency: latency?,
            replay_until: replay_until?,
        })
    }

    /// A new broadcast's: found by its link, with a replay at once.
    pub fn usual(&self) -> Vec<(&'static str, String)> {
        let channel = self.channels.first().map(|it| it.youtube_id.clone()).unwrap_or_default();
        vec![
            ("channel", channel),
            ("privacy", Privacy::Unlisted.as_str().into()),
            ("latency", Latency::Low.as_str().into()),
            ("dvr", "yes".into()),
        ]
    }

    pub fn of(&self, row: &broadcast::Model) -> Vec<(&'static str, String)> {
        let channel = self.channels.iter().find(|it| Some(it.id) == row.channel_id);
        let flag = |flag: bool| if flag { "yes".to_owned() } else { String::new() };
        vec![
            ("version", row.version.to_string()),
            ("channel", channel.map(|it| it.youtube_id.clone()).unwrap_or_default()),
            ("encoder", row.encoder_id.map(|id| id.to_string()).unwrap_or_default()),
            ("privacy", row.privacy.as_str().into()),
            ("latency", row.latency.as_str().into()),
            ("dvr", flag(row.dvr)),
            ("made_for_kids", flag(row.made_for_kids)),
            ("replay_until", row.replay_until.map(|day| day.to_string()).unwrap_or_default()),
        ]
    }
}

/// How a form is drawn again.
#[derive(Clone, Default)]
pub(super) struct Drawn {
    pub status: StatusCode,
    /// Which form was sent, where there are several.
    pub form: &'static str,
    pub input: Input,
    pub problems: Problems,
}
