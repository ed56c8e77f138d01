//! A permission is a value: what needs a right takes one of these, and only this module can make one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::account::entity::{contact, duty, person};
use crate::account::{Address, Duty, PersonState};
use crate::centre::{Centre, Settings};
use crate::language::Language;

/// Somebody whose sign-in was checked for this request. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SignedIn(Arc<Account>);

#[derive(Debug)]
struct Account {
    person: Uuid,
    name: String,
    language: Language,
    staff: bool,
    duties: Vec<Duty>,
}

/// The operation asks for a duty the person doesn't hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not permitted")]
pub struct Denied;

impl SignedIn {
    /// The person a checked web session belongs to; `None` when the account is no longer active.
    pub async fn of_session(centre: &Centre, person: Uuid) -> Result<Option<Self>, DbErr> {
        let accounts = centre.accounts();
        let revision = accounts.revision().await?;
        if let Some(known) = accounts.people.get(revision, &person) {
            return Ok(Some(known));
        }
        let read = Self::read(centre, person).await?;
        if let Some(signed_in) = &read {
            accounts.people.put(revision, person, signed_in.clone());
        }
        Ok(read)
    }

    async fn read(centre: &Centre, person_id: Uuid) -> Result<Option<Self>, DbErr> {
        let db = centre.database();
        let Some(person) = person::Entity::find_by_id(person_id).one(db).await? else { return Ok(None) };
        if person.state != PersonState::Active {
            return Ok(None);
        }
        let duties = duty::Entity::find().filter(duty::Column::PersonId.eq(person_id)).all(db).await?;
        let of_office = of_office(db, centre.settings(), [person_id]).await?;
        Ok(Some(Self(Arc::new(Account {
            person: person_id,
            name: person.name,
            language: person.language,
            staff: person.made_staff || of_office.contains(&person_id),
            duties: duties.into_iter().map(|duty| duty.name).collect(),
        }))))
    }

    pub fn id(&self) -> Uuid {
        self.0.person
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub fn language(&self) -> Language {
        self.0.language
    }

    /// Whether they may see and take staff courses.
    pub fn is_staff(&self) -> bool {
        self.0.staff
    }

    pub fn has(&self, duty: Duty) -> bool {
        self.0.duties.contains(&duty)
    }

    /// Whether they hold any duty.
    pub fn is_on_duty(&self) -> bool {
        !self.0.duties.is_empty()
    }

    fn needs(&self, duty: Duty) -> Result<(), Denied> {
        if self.has(duty) { Ok(()) } else { Err(Denied) }
    }
}

/// Who of these people has confirmed an address of the office's.
async fn of_office<C: ConnectionTrait>(
    db: &C,
    settings: &Settings,
    people: impl IntoIterator<Item = Uuid>,
) -> Result<HashSet<Uuid>, DbErr> {
    let contacts = contact::Entity::find()
        .filter(contact::Column::PersonId.is_in(people))
        .filter(contact::Column::ConfirmedAt.is_not_null())
        .all(db)
        .await?;
    let ours = |contact: &contact::Model| {
        Address::parse(&contact.address).is_some_and(|it| it.is_of_domain(&settings.staff_domains))
    };
    Ok(contacts.into_iter().filter(ours).map(|contact| contact.person_id).collect())
}

/// What the writer asks of somebody who is not there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Absent {
    pub language: Language,
    pub staff: bool,
}

/// Those of these people whose account is open.
pub(crate) async fn find_absent<C: ConnectionTrait>(
    db: &C,
    settings: &Settings,
    people: &[Uuid],
) -> Result<HashMap<Uuid, Absent>, DbErr> {
    let rows = person::Entity::find()
        .filter(person::Column::Id.is_in(people.iter().copied()))
        .filter(person::Column::State.eq(PersonState::Active))
        .all(db)
        .await?;
    let of_office = of_office(db, settings, people.iter().copied()).await?;
    let absent = |row: person::Model| {
        let staff = row.made_staff || of_office.contains(&row.id);
        (row.id, Absent { language: row.language, staff })
    };
    Ok(rows.into_iter().map(absent).collect())
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident by $method:ident for $duty:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug)]
            pub struct $name { person: Uuid }

            impl $name {
                /// Whose doing it is, for histories and the audit log.
                pub fn id(&self) -> Uuid {
                    self.person
                }
            }
        )+
        impl SignedIn {
            $(
                pub fn $method(&self) -> Result<$name, Denied> {
                    self.needs(Duty::$duty)?;
                    Ok($name { person: self.id() })
                }
            )+
        }
    };
}

permissions! {
    /// Enters and changes applications of people in front of them.
    Desk by desk for FrontDesk;
    /// Runs the studio.
    Producer by producer for Producer;
    /// Runs the programme: courses, runs, sessions, approvals, holidays.
    TrainingManager by training_manager for TrainingManager;
    /// Sees who looked at whom.
    PrivacyOfficer by privacy_officer for PrivacyOfficer;
    /// Grants duties, edits spaces and settings, sees what is stuck.
    Administrator by administrator for Administrator;
}

/// May edit one run: a training manager, or the instructor of that run.
#[derive(Clone, Debug)]
pub struct RunEditor {
    person: Uuid,
    run: Uuid,
    duty: Duty,
}

impl RunEditor {
    pub fn id(&self) -> Uuid {
        self.person
    }

    pub fn run(&self) -> Uuid {
        self.run
    }

    /// By which right: an instructor's or a training manager's.
    pub fn duty(&self) -> Duty {
        self.duty
    }
}

/// May decide about spaces whose approver has this duty.
#[derive(Clone, Debug)]
pub struct OnDuty {
    person: Uuid,
    duty: Duty,
}

impl OnDuty {
    pub fn id(&self) -> Uuid {
        self.person
    }

    pub fn duty(&self) -> Duty {
        self.duty
    }
}

/// Fills the office's boards: a producer or a training manager.
#[derive(Clone, Debug)]
pub struct BoardEditor {
    person: Uuid,
}

impl BoardEditor {
    pub fn id(&self) -> Uuid {
        self.person
    }
}

/// Makes recorded lessons, captions and the files of a course: a producer or a training manager.
#[derive(Clone, Debug)]
pub struct LessonEditor {
    person: Uuid,
}

impl LessonEditor {
    pub fn id(&self) -> Uuid {
        self.person
    }
}

/// Puts boards up and names them: a training manager or an administrator, who thereby fills none.
#[derive(Clone, Debug)]
pub struct BoardFounder {
    person: Uuid,
}

impl BoardFounder {
    pub fn id(&self) -> Uuid {
        self.person
    }
}

impl SignedIn {
    pub fn board_editor(&self) -> Result<BoardEditor, Denied> {
        self.needs(Duty::Producer).or_else(|Denied| self.needs(Duty::TrainingManager))?;
        Ok(BoardEditor { person: self.id() })
    }

    pub fn lesson_editor(&self) -> Result<LessonEditor, Denied> {
        self.needs(Duty::Producer).or_else(|Denied| self.needs(Duty::TrainingManager))?;
        Ok(LessonEditor { person: self.id() })
    }

    pub fn board_founder(&self) -> Result<BoardFounder, Denied> {
        self.needs(Duty::TrainingManager).or_else(|Denied| self.needs(Duty::Administrator))?;
        Ok(BoardFounder { person: self.id() })
    }

    pub fn on_duty(&self, duty: Duty) -> Result<OnDuty, Denied> {
        self.needs(duty)?;
        Ok(OnDuty { person: self.id(), duty })
    }

    /// `instructor` is the account that the run names as its instructor.
    pub fn editor_of(&self, run: Uuid, instructor: Option<Uuid>) -> Result<RunEditor, Denied> {
        let teaches_it = self.has(Duty::Instructor) && instructor == Some(self.id());
        let duty = if teaches_it { Duty::Instructor } else { Duty::TrainingManager };
        self.needs(duty)?;
        Ok(RunEditor { person: self.id(), run, duty })
    }
}
