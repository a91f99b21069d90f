//! A person's calls: from a ring to the end, on the client's side.
//!
//! [`CallMachine`] is pure: what happens comes in as [`CallInput`] with the time, what to do goes out as [`CallAction`]s.
//! The server decides who is in which call. This machine decides what is captured, and there is one rule for that, in
//! `settle`: nothing before the own person has accepted (of a call that the person rings: before another one has),
//! and nothing while the link is lost. After each input the engines are brought to what the state allows.

mod commands;
mod link;
mod notices;
mod settle;
mod view;

use crate::{
    media::{engine::VoiceCommand, screens::ScreenChoice, video::engine::VideoCommand},
    net::{
        commands::Command,
        events::{CallChanged, CallNamed},
        preferences::CallPreferences,
    },
};
use hallway_protocol::{
    call::{CallAudio, CallKind, CallNotice, CallRefusal, CallRequest, CallState, Presence, Sending},
    ids::{CallId, PersonId, RequestId},
    video::{Layer, Source},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

/// The server puts whoever regained the link back into the call at once; what was not said by then won't be.
pub const RESUME_TIMEOUT: Duration = Duration::from_secs(3);
/// A screen that was asked for and not granted by then is given up: somebody else was first, and the server said so in
/// a state that came before the question.
pub const SCREEN_TIMEOUT: Duration = Duration::from_secs(3);
/// Least time between two words about what is sent: the talk key pauses the call's microphone as often as it is pressed.
pub const SENDING_PACE: Duration = Duration::from_millis(200);
/// A grant of the screen may be followed by states from before it, for so long.
const GRANT_SETTLES: Duration = Duration::from_secs(1);
/// For how long states of a call that was left may still be under way.
const LEFT_SETTLES: Duration = Duration::from_secs(5);
/// How long pictures that were too much for the link stay away at first; longer each time.
const POOR_PAUSE: Duration = Duration::from_secs(10);
/// How long they stay away at most.
const LONGEST_POOR_PAUSE: Duration = Duration::from_secs(80);
/// How long they are tried again: the engine says within it whether they fit.
const POOR_TRY: Duration = Duration::from_secs(8);
/// Most calls that ring here at once; the server lets one through.
const INCOMING: usize = 8;
/// Most questions without an answer; the oldest is forgotten.
const OPEN_QUESTIONS: usize = 32;

/// See the [module's description](self).
#[derive(Clone, Debug, Default)]
pub struct CallMachine {
    link: Link,
    preferences: CallPreferences,
    current: Option<Current>,
    /// Calls that ring here, the oldest first.
    incoming: Vec<CallState>,
    /// Calls that the person, or the preferences, have answered: the server has not yet.
    accepted: BTreeMap<CallId, Accepted>,
    asked: BTreeMap<RequestId, Asked>,
    last_request: u32,
    /// Calls that one has left, of which a state may still come.
    left: Vec<(CallId, Instant)>,
    /// Whether the microphone's sound goes to the call, as the engine says.
    is_heard: bool,
    is_missing: bool,
    camera_open: bool,
    screen_open: bool,
    told: Told,
}

/// Where the session stands with its server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Signed out, or not yet signed in.
    #[default]
    Out,
    /// Lost, and being tried again.
    Lost,
    /// In the world, as this person.
    Live(PersonId),
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum CallInput {
    /// Where the link stands; may be said again and again.
    Link(Link),
    /// What the person prefers; may be said again and again.
    Preferences(CallPreferences),
    /// What is so of the own microphone; may be said again and again.
    Microphone {
        /// Whether its sound really goes to the call.
        is_heard: bool,
        /// Whether one was chosen, and there is none.
        is_missing: bool,
    },
    /// The person wants something. Commands that are not about calls change nothing.
    Command(Command),
    /// The server said something.
    Notice(CallNotice),
    /// The camera gives pictures.
    CameraOpened {
        /// Its name.
        name: String,
        /// The camera that was chosen and is away, where this one stands in for it.
        instead_of: Option<String>,
    },
    /// It doesn't.
    CameraTrouble {
        /// A word for scripts.
        code: &'static str,
        /// A sentence that says what to do.
        text: String,
    },
    /// It is shut.
    CameraClosed,
    /// The screen is taken.
    ScreenOpened,
    /// It is not, for this reason if there is one: a word for scripts and a sentence.
    ScreenClosed(Option<(&'static str, String)>),
    /// The link bears this encoding of somebody's pictures.
    PreferLayer {
        /// Whose.
        of: PersonId,
        /// Which pictures.
        source: Source,
        /// Which encoding.
        layer: Layer,
    },
    /// Whether somebody's pictures are too much for the own link.
    LinkTooPoor {
        /// Whose.
        of: PersonId,
        /// Whether.
        too_poor: bool,
    },
    /// Time passes.
    Poll,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub enum CallAction {
    /// Say this to the server.
    Ask(CallRequest),
    /// Tell the voice engine this.
    Voice(VoiceCommand),
    /// Tell the video engine this.
    Video(VideoCommand),
    /// Tell the face what became of a call.
    Tell(CallNamed, CallChanged),
    /// Tell the face that what the person wanted can't be.
    Refuse {
        /// The headless word of the command.
        command: &'static str,
        /// A word for scripts.
        code: &'static str,
        /// A sentence for people.
        text: String,
    },
    /// Tell the face something it should know.
    Notice {
        /// A word for scripts.
        code: &'static str,
        /// A sentence for people.
        text: String,
    },
}

type Actions = Vec<CallAction>;
/// Of each stream of pictures: which encoding the server is asked for, and which the engine expects.
type Watches = BTreeMap<(PersonId, Source), (Option<Layer>, Option<Layer>)>;

/// The call that one is in, or that one rings.
#[derive(Clone, Debug)]
struct Current {
    state: CallState,
    /// The own person in `state`; another link has another one.
    own: PersonId,
    /// Since when the link is lost, until the server has put one back.
    lost: Option<Instant>,
    /// Until when the server puts one back, once there is a link again.
    resume_by: Option<Instant>,
    microphone: bool,
    /// Whether the person was told that there is none.
    missing_told: bool,
    camera: bool,
    camera_trouble: Option<String>,
    /// The camera that was chosen, while another one stands in for it.
    camera_away: Option<String>,
    screen: Share,
    screen_trouble: Option<String>,
    /// How large the face draws others' pictures, where it said so.
    drawn: BTreeMap<(PersonId, Source), Option<Layer>>,
    /// What the link bears of others' pictures, where the engine said so.
    borne: BTreeMap<(PersonId, Source), Layer>,
    too_poor: BTreeMap<PersonId, Poor>,
}

/// The pictures of somebody are too much for the own link: they stay away, and are tried again from time to time.
#[derive(Clone, Copy, Debug)]
struct Poor {
    is_trying: bool,
    /// Until when that lasts.
    until: Instant,
    /// How long they stay away.
    pause: Duration,
}

/// How far the own screen is on its way to the others.
#[derive(Clone, Debug, Default, PartialEq)]
enum Share {
    #[default]
    Off,
    /// The person wants it.
    Wanted(ScreenChoice),
    /// The server was asked.
    Asked(ScreenChoice, Instant),
    /// The server has granted it.
    Granted(ScreenChoice, Instant),
}

/// How a call was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Accepted {
    camera: bool,
}

/// What was asked of the server.
#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Ring {
        kind: CallKind,
    },
    JoinRoom {
        kind: CallKind,
        screen: Option<ScreenChoice>,
    },
    Invite,
    /// Given up before it was answered.
    Void,
}

/// What the engines and the server were told last.
#[derive(Clone, Debug, Default)]
struct Told {
    call_open: bool,
    room_lowered: bool,
    camera: bool,
    screen: Option<ScreenChoice>,
    watches: Watches,
    people: BTreeSet<PersonId>,
    sending: Sending,
    sent_at: Option<Instant>,
}

impl CallMachine {
    /// A person who is in no call. The video engine has this camera already.
    #[must_use]
    pub fn new(preferences: CallPreferences) -> Self {
        Self { preferences, ..Self::default() }
    }

    /// Takes in what happened, and says what is to be done.
    pub fn handle(&mut self, now: Instant, input: CallInput, actions: &mut Actions) {
        match input {
            CallInput::Link(link) => self.follow_link(now, link, actions),
            CallInput::Preferences(preferences) => self.prefer(preferences, actions),
            CallInput::Microphone { is_heard, is_missing } => {
                (self.is_heard, self.is_missing) = (is_heard, is_missing);
            }
            CallInput::Command(command) => self.obey(now, command, actions),
            CallInput::Notice(notice) => self.hear(now, notice, actions),
            CallInput::CameraOpened { name, instead_of } => self.camera_opened(&name, instead_of, actions),
            CallInput::CameraTrouble { code, text } => self.camera_troubled(code, text, actions),
            CallInput::CameraClosed => self.camera_open = false,
            CallInput::ScreenOpened => self.screen_open = self.told.screen.is_some(),
            CallInput::ScreenClosed(trouble) => self.screen_closed(trouble, actions),
            CallInput::PreferLayer { of, source, layer } => {
                if let Some(call) = self.current.as_mut().filter(|call| call.state.member(of).is_some()) {
                    call.borne.insert((of, source), layer);
                }
            }
            CallInput::LinkTooPoor { of, too_poor } => self.link_poor(now, of, too_poor, actions),
            CallInput::Poll => self.poll(now, actions),
        }
        self.settle(now, actions);
    }

    /// Whether what is said, or shown, may go to the others now.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.live().is_some()
    }

    /// Whether this person is in the call that is live, so that what comes from there is taken.
    #[must_use]
    pub fn is_with(&self, person: PersonId) -> bool {
        self.live().is_some_and(|call| {
            person != call.own && call.state.member(person).is_some_and(|member| is_in(member.presence))
        })
    }

    /// The others in the call that is live.
    pub fn others(&self) -> impl Iterator<Item = PersonId> {
        let live = self.live().into_iter();
        live.flat_map(|call| call.state.members.iter().map(|member| member.person).filter(|person| *person != call.own))
    }

    /// Whether the voice engine was told to speak to the call, and not to be silent since.
    #[must_use]
    pub fn may_speak(&self) -> bool {
        self.told.call_open && self.is_live()
    }

    /// Whether pictures from there may leave.
    #[must_use]
    pub fn may_send(&self, source: Source) -> bool {
        self.is_live()
            && match source {
                Source::Camera => self.told.camera,
                Source::Screen => self.told.screen.is_some(),
            }
    }

    /// The call in which something may be captured: answered, with the link there.
    fn live(&self) -> Option<&Current> {
        let call = self.current.as_ref()?;
        (self.link == Link::Live(call.own) && call.lost.is_none() && call.is_answered()).then_some(call)
    }

    fn poll(&mut self, now: Instant, actions: &mut Actions) {
        self.left.retain(|(_, left)| now.saturating_duration_since(*left) < LEFT_SETTLES);
        self.poll_link(now, actions);
        for poor in self.current.iter_mut().flat_map(|call| call.too_poor.values_mut()) {
            poor.poll(now);
        }
        if let Some(call) = &mut self.current
            && let Share::Asked(_, since) = call.screen
            && now.saturating_duration_since(since) >= SCREEN_TIMEOUT
        {
            call.screen = Share::Off;
            actions.push(refused("share", CallRefusal::ScreenTaken));
        }
    }
}

impl Current {
    fn new(state: CallState, own: PersonId, camera: bool) -> Self {
        Self {
            state,
            own,
            lost: None,
            resume_by: None,
            microphone: true,
            missing_told: false,
            camera,
            camera_trouble: None,
            camera_away: None,
            screen: Share::Off,
            screen_trouble: None,
            drawn: BTreeMap::new(),
            borne: BTreeMap::new(),
            too_poor: BTreeMap::new(),
        }
    }

    /// Whether somebody else is in it. Whoever starts or joins a room's call has done so for all to see, and needs
    /// nobody's answer.
    fn is_answered(&self) -> bool {
        let mut others = self.state.members.iter().filter(|member| member.person != self.own);
        self.state.room.is_some() || others.any(|member| is_in(member.presence))
    }

    fn named(&self) -> CallNamed {
        named(&self.state, self.own)
    }
}

/// Whether somebody has answered.
fn is_in(presence: Presence) -> bool {
    !matches!(presence, Presence::Ringing { .. })
}

fn named(state: &CallState, own: PersonId) -> CallNamed {
    let others = state.members.iter().filter(|member| member.person != own);
    CallNamed { call: state.call, kind: state.kind, with: others.map(|member| member.name.clone()).collect() }
}

fn refused(command: &'static str, refusal: CallRefusal) -> CallAction {
    CallAction::Refuse { command, code: refusal.code(), text: refusal.to_string() }
}

#[cfg(test)]
mod tests;
