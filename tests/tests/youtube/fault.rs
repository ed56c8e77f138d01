//! Everything that may go wrong, at every call: how it is judged, and what the world is like afterwards.

use domain::broadcast::call::{Answer, Call, Grant, Hindrance, Outcome, Privacy, Reason, Youtube};
use server::youtube::Client;
use tests::youtube::{Fault, Google, Memory, TokenFault, When, World};

use super::{Scene, Time, with_google};

/// What is in the world, without what was asked about it.
fn picture(world: &World) -> String {
    let shows: Vec<_> =
        world.shows().iter().map(|show| (world.resource(&show.id), &show.thumbnail)).collect();
    let streams: Vec<_> = world.streams().iter().map(|it| (&it.id, &it.title)).collect();
    let playlists: Vec<_> = world.playlists().iter().map(|it| (&it.id, &it.items)).collect();
    format!("{shows:?} {streams:?} {playlists:?}")
}

fn class(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done(_) => "done",
        Outcome::Rejected(refusal) => match refusal.reason {
            Reason::QuotaExceeded => "quota",
            Reason::TooFast => "too fast",
            Reason::Unauthorized => "unauthorized",
            _ => "rejected",
        },
        Outcome::Uncertain(_) => "uncertain",
        Outcome::NotTried(Hindrance::GrantLost) => "grant lost",
        Outcome::NotTried(_) => "not tried",
    }
}

fn expected(fault: Fault, call: &Call) -> &'static str {
    match fault {
        Fault::NoConnection => "not tried",
        // One 401 is answered with a new token and the same again.
        Fault::Refused(401, _) => "done",
        Fault::Refused(_, "quotaExceeded") => "quota",
        Fault::Refused(..) => "too fast",
        // Its answer is empty and can't be cut.
        Fault::Cut if matches!(call, Call::DeleteBroadcast { .. }) => "done",
        _ => "uncertain",
    }
}

/// Makes each call in a fresh scene under each fault, and compares world and outcome.
async fn try_all<Y: Youtube>(
    youtube: &Y,
    mut scene: impl AsyncFnMut() -> (Grant, Scene),
    look: impl Fn(&mut dyn FnMut(&mut World)),
    faults: &[Fault],
) -> usize {
    let calls = scene().await.1.calls().len();
    for (fault, number) in faults.iter().flat_map(|fault| (0..calls).map(move |number| (*fault, number))) {
        let (grant, scene) = scene().await;
        let call = &scene.calls()[number];
        let (mut before, mut after) = (String::new(), String::new());
        look(&mut |world| {
            before = picture(world);
            world.faults.push_back(Some(fault));
        });
        let outcome = youtube.call(&grant, call).await;
        let told = format!("{fault:?} at {call:?}: {outcome:?}");
        assert_eq!(class(&outcome), expected(fault, call), "{told}");
        look(&mut |world| after = picture(world));
        // To bind what is bound changes nothing.
        let writes = !call.method().as_str().ends_with(".list") && !matches!(call, Call::Bind { .. });
        let changed = match outcome {
            Outcome::Rejected(_) | Outcome::NotTried(_) => false,
            Outcome::Uncertain(_) => writes && fault.lets_through(),
            Outcome::Done(_) => writes,
        };
        assert_eq!(before != after, changed, "{told}");
    }
    faults.len() * calls
}

#[test]
fn every_fault_at_every_call_is_judged_rightly() {
    with_google(async |google, _| {
        // To be silent takes as long as the client's patience, each time.
        let slow = |fault: &Fault| matches!(fault, Fault::Hang(_) | Fault::NoConnection);
        let faults: Vec<_> = Fault::ALL.into_iter().filter(|fault| !slow(fault)).collect();
        let client = google.client();
        let scene = async || fresh(&google, &client).await;
        let tried = try_all(&client, scene, |look| look(&mut google.world()), &faults).await;
        assert_eq!(tried, 12 * 16);
        assert_eq!(google.world().wrong, []);
    });
}

/// A world in which nothing has happened yet, but that a client has signed in.
async fn fresh(google: &Google, client: &Client) -> (Grant, Scene) {
    let (mut world, _) = World::with_channel("평생스마트교육장");
    world.rules.quota = u32::MAX;
    world.sign_in = std::mem::take(&mut google.world().sign_in);
    *google.world() = world;
    let grant = google.grant();
    let scene = Scene::set(client, &grant).await;
    (grant, scene)
}

#[test]
fn silence_is_uncertain_at_every_call_and_costs_the_patience_alone() {
    with_google(async |google, _| {
        for when in [When::Before, When::After] {
            let (grant, scene) = fresh(&google, &google.client()).await;
            let client = google.impatient_client();
            let before = picture(&google.world());
            // All at once: they take as long as one.
            let calls = scene.calls();
            google.world().faults.extend(calls.iter().map(|_| Some(Fault::Hang(when))));
            let began = std::time::Instant::now();
            let outcomes =
                futures::future::join_all(calls.iter().map(|call| client.call(&grant, call))).await;
            assert!(began.elapsed() < std::time::Duration::from_secs(12), "one after the other");
            assert!(outcomes.iter().all(|it| class(it) == "uncertain"), "{outcomes:?}");
            assert_eq!(before != picture(&google.world()), when == When::After);
        }
    });
}

#[test]
fn in_memory_the_same_faults_are_judged_the_same_way() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let memory = Memory::new(World::default(), Time::new().clock());
        let scene = async || {
            let (world, refresh_token) = World::with_channel("평생스마트교육장");
            *memory.world() = world;
            let grant = Grant { channel: uuid::Uuid::from_u128(1), refresh_token };
            let scene = Scene::set(&memory, &grant).await;
            (grant, scene)
        };
        assert_eq!(try_all(&memory, scene, |look| look(&mut memory.world()), &Fault::ALL).await, 15 * 16);
    });
}

#[test]
fn a_fault_on_a_later_page_leaves_no_half_list() {
    with_google(async |google, _| {
        google.world().rules.quota = 100_000;
        let (client, grant) = (google.client(), google.grant());
        for number in 0..60 {
            let call = Call::InsertPlaylist { title: format!("{number}회"), privacy: Privacy::Public };
            client.call(&grant, &call).await;
        }
        for fault in
            [Fault::Trouble(503, When::Before), Fault::Cut, Fault::OtherJson, Fault::Closed(When::After)]
        {
            google.world().faults.extend([None, Some(fault)]);
            assert_eq!(class(&client.call(&grant, &Call::ListPlaylists).await), "uncertain", "{fault:?}");
        }
        // A token that ends between two pages is renewed there.
        google.world().faults.extend([None, Some(Fault::Refused(401, "authError"))]);
        match client.call(&grant, &Call::ListPlaylists).await {
            Outcome::Done(Answer::Playlists(all)) => assert_eq!(all.len(), 60),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn without_a_token_nothing_is_said() {
    with_google(async |google, _| {
        let grant = google.grant();
        for fault in TokenFault::ALL {
            // A client that has no token in memory.
            let client = if fault == TokenFault::Hang { google.impatient_client() } else { google.client() };
            google.world().token_faults.push_back(Some(fault));
            let outcome = client.call(&grant, &Call::InsertStream { title: "스튜디오".into() }).await;
            let wanted = if fault == TokenFault::InvalidGrant { "grant lost" } else { "not tried" };
            assert_eq!(class(&outcome), wanted, "{fault:?}");
            google.world().token_faults.push_back(Some(fault));
            let renewed = client.renew(&grant).await;
            assert_eq!(
                renewed == Err(Hindrance::GrantLost),
                fault == TokenFault::InvalidGrant,
                "{renewed:?}"
            );
            assert!(renewed.is_err());
        }
        assert!(google.world().log.is_empty());
    });
}
