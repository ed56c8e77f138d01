//! The demonstration's kiosks: one at the door, one that waits to be opened, and one that was lost.

use domain::attendance::kiosk;
use domain::centre::Centre;
use domain::course::Line;

use super::{Failure, People};

pub async fn put_up(centre: &Centre, people: &People) -> Result<(), Failure> {
    let by = people.known[7].administrator()?;
    let line = |text| Line::parse(text, kiosk::TEXT).ok_or("a kiosk's name is wrong");
    let lost = (line("현관 태블릿")?, line("1층 현관")?);
    kiosk::issue(centre, &by, (&lost.0, &lost.1)).await?;
    for gone in kiosk::list(centre, &by).await? {
        kiosk::revoke(centre, &by, gone.id).await?;
    }
    let door = (line("입구 태블릿")?, line("3층 안내데스크 옆")?);
    let token = kiosk::issue(centre, &by, (&door.0, &door.1)).await?;
    kiosk::open(centre, &token).await?;
    let hall = (line("복도 단말")?, line("제2강의실 앞")?);
    kiosk::issue(centre, &by, (&hall.0, &hall.1)).await?;
    Ok(())
}
