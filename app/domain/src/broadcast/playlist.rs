//! The playlist of a run on a channel: made once, when the first of its broadcasts is there, and known by its title.

use std::collections::HashMap;

use chrono::TimeDelta;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use crate::broadcast::State;
use crate::broadcast::call::{Answer, Call, Outcome, Privacy};
use crate::broadcast::entity::{broadcast, playlist};
use crate::broadcast::model::playlist_title;
use crate::broadcast::wanted::Subjects;
use crate::centre::Centre;

/// How often one asks for a playlist that YouTube has not made yet. Much longer than a call takes: who asks claims it.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// A playlist that is still to be made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Missing {
    pub row: playlist::Model,
}

/// The playlists that these broadcasts want and that aren't there. A private broadcast wants none.
pub(super) fn missing(centre: &Centre, rows: &[&broadcast::Model], subjects: &Subjects) -> Vec<Missing> {
    let now = centre.clock().now();
    let mut missing: HashMap<(Uuid, Uuid), Missing> = HashMap::new();
    for row in rows {
        let is_there = row.video.is_some() && !matches!(row.state, State::Attention | State::Filed);
        let wants = is_there && row.listed.is_none() && row.privacy != Privacy::Private;
        let (Some(run), Some(channel)) = (row.run_id, row.channel_id) else { continue };
        let known = subjects.playlist(run, channel);
        let is_due = known.is_none_or(|it| {
            it.youtube.is_none() && it.looked_at.is_none_or(|looked| now >= looked + PATIENCE)
        });
        let Some(subject) = subjects.of(row).filter(|_| wants && is_due) else { continue };
        missing.entry((run, channel)).or_insert_with(|| {
            let code = subject.run.map(|run| run.code).unwrap_or_default();
            let row = known.cloned().unwrap_or_else(|| playlist::Model {
                run_id: run,
                channel_id: channel,
                title: playlist_title(&subject.title, &code),
                youtube: None,
                looked_at: None,
            });
            Missing { row }
        });
    }
    let mut missing: Vec<Missing> = missing.into_values().collect();
    missing.sort_by_key(|it| (it.row.run_id, it.row.channel_id));
    missing
}

impl Missing {
    /// Takes it for this process; `false` where another has it.
    pub async fn claim(&self, tx: &DatabaseTransaction, centre: &Centre) -> Result<bool, DbErr> {
        let now = centre.clock().now();
        let new = playlist::Entity::insert(self.row.clone().into_active_model().reset_all());
        let mut once = OnConflict::columns([playlist::Column::RunId, playlist::Column::ChannelId]);
        new.on_conflict(once.do_nothing().to_owned()).exec_without_returning(tx).await?;
        let rested = Condition::any()
            .add(playlist::Column::LookedAt.is_null())
            .add(playlist::Column::LookedAt.lte(now - PATIENCE));
        let looks = playlist::ActiveModel { looked_at: Set(Some(now)), ..Default::default() };
        let claimed = playlist::Entity::update_many()
            .set(looks)
            .filter(self.same())
            .filter(playlist::Column::Youtube.is_null())
            .filter(rested)
            .exec(tx)
            .await?;
        Ok(claimed.rows_affected == 1)
    }

    /// What is to be said first: an insert whose answer was lost is found in the list.
    pub fn look(&self) -> Call {
        Call::ListPlaylists
    }

    /// What is to be said after a list in which its title was not found.
    pub fn follow_up(&self, outcome: &Outcome) -> Option<Call> {
        match outcome {
            Outcome::Done(Answer::Playlists(all)) if all.iter().all(|it| it.title != self.row.title) => {
                // Found by those who know its address, as most of what is in it.
                Some(Call::InsertPlaylist { title: self.row.title.clone(), privacy: Privacy::Unlisted })
            }
            _ => None,
        }
    }

    /// Takes in what YouTube said.
    pub async fn learn(&self, tx: &DatabaseTransaction, outcome: &Outcome) -> Result<(), DbErr> {
        let found = match outcome {
            Outcome::Done(Answer::Playlist(made)) => Some(made),
            Outcome::Done(Answer::Playlists(all)) => all.iter().find(|it| it.title == self.row.title),
            _ => None,
        };
        let Some(found) = found else { return Ok(()) };
        let change = playlist::ActiveModel { youtube: Set(Some(found.id.clone())), ..Default::default() };
        playlist::Entity::update_many().set(change).filter(self.same()).exec(tx).await?;
        Ok(())
    }

    fn same(&self) -> Condition {
        Condition::all()
            .add(playlist::Column::RunId.eq(self.row.run_id))
            .add(playlist::Column::ChannelId.eq(self.row.channel_id))
    }
}
