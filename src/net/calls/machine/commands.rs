//! What the person wants.

use super::*;
use hallway_protocol::call::{CallEnd, DeclineText};

impl CallMachine {
    pub(super) fn obey(&mut self, now: Instant, command: Command, actions: &mut Actions) {
        match command {
            Command::Call { to, kind } => {
                let asked = Asked::Ring { kind };
                self.begin("call", asked, |request| CallRequest::Ring { request, to, kind }, actions);
            }
            Command::JoinRoomCall { kind } => {
                let asked = Asked::JoinRoom { kind, screen: None };
                self.begin("callroom", asked, |request| CallRequest::JoinRoomCall { request, kind }, actions);
            }
            Command::AskIntoCall(person) => match &self.current {
                Some(_) => {
                    self.ask("ask", Asked::Invite, |request| CallRequest::Ask { request, person }, actions);
                }
                None => actions.push(refused("ask", CallRefusal::NotInCall)),
            },
            Command::AcceptCall { call, camera } => self.accept(now, call, Accepted { camera }, false, actions),
            Command::DeclineCall { call, text } => self.decline(now, call, &text, actions),
            Command::HangUp => self.hang_up(now, actions),
            Command::SetCallMicrophone(on) => self.change("mute", actions, |call| call.microphone = on),
            Command::SetCamera(on) => self.change("mute", actions, |call| {
                call.camera = on;
                (call.camera_trouble, call.camera_away) = (None, None);
            }),
            Command::ShareScreen(choice) => self.share(choice, actions),
            Command::StopScreen => self.stop_sharing(),
            Command::WatchVideo { of, source, layer } => {
                if let Some(call) = self.current.as_mut().filter(|call| call.state.member(of).is_some()) {
                    call.drawn.insert((of, source), layer);
                }
            }
            _ => {}
        }
    }

    pub(super) fn prefer(&mut self, preferences: CallPreferences, actions: &mut Actions) {
        if self.preferences.reach != preferences.reach && matches!(self.link, Link::Live(_)) {
            actions.push(CallAction::Ask(CallRequest::SetReach(preferences.reach)));
        }
        if self.preferences.camera != preferences.camera {
            actions.push(CallAction::Video(VideoCommand::ChooseCamera(preferences.camera.clone())));
            if let Some(call) = &mut self.current {
                (call.camera_trouble, call.camera_away) = (None, None);
            }
        }
        self.preferences = preferences;
    }

    /// Answers a call that rings here: by hand, or because the person said so before.
    pub(super) fn accept(&mut self, now: Instant, call: CallId, how: Accepted, auto: bool, actions: &mut Actions) {
        if !self.incoming.iter().any(|ringing| ringing.call == call) {
            return actions.push(no_call("accept"));
        }
        if self.current.is_some() {
            self.hang_up(now, actions);
        }
        self.accepted.insert(call, how);
        actions.push(CallAction::Ask(CallRequest::Accept { call, auto }));
    }

    fn decline(&mut self, now: Instant, call: CallId, text: &str, actions: &mut Actions) {
        let Some(place) = self.incoming.iter().position(|ringing| ringing.call == call) else {
            return actions.push(no_call("decline"));
        };
        let (state, text) = (self.incoming.remove(place), DeclineText::new(text));
        self.accepted.remove(&call);
        self.left.push((call, now));
        actions.push(CallAction::Ask(CallRequest::Decline { call, text: text.clone() }));
        if let Link::Live(own) = self.link {
            actions.push(CallAction::Tell(named(&state, own), CallChanged::Ended(CallEnd::Declined { text })));
        }
    }

    /// Leaves the call at once, whenever the server hears of it.
    fn hang_up(&mut self, now: Instant, actions: &mut Actions) {
        let pending =
            self.asked.values_mut().filter(|asked| matches!(asked, Asked::Ring { .. } | Asked::JoinRoom { .. }));
        let mut given_up = 0;
        for asked in pending {
            *asked = Asked::Void;
            given_up += 1;
        }
        let Some(call) = self.current.take() else {
            if given_up == 0 {
                actions.push(refused("hangup", CallRefusal::NotInCall));
            }
            return;
        };
        self.left.push((call.state.call, now));
        actions.push(CallAction::Ask(CallRequest::HangUp { call: call.state.call }));
        let why = if call.is_answered() { CallEnd::HungUp } else { CallEnd::Cancelled };
        actions.push(CallAction::Tell(call.named(), CallChanged::Ended(why)));
    }

    fn share(&mut self, choice: ScreenChoice, actions: &mut Actions) {
        let Some(call) = &mut self.current else {
            let kind = CallKind::Voice;
            let asked = Asked::JoinRoom { kind, screen: Some(choice) };
            return self.begin("share", asked, |request| CallRequest::JoinRoomCall { request, kind }, actions);
        };
        call.screen_trouble = None;
        call.screen = match call.screen {
            Share::Off | Share::Wanted(_) => Share::Wanted(choice),
            Share::Asked(_, since) => Share::Asked(choice, since),
            Share::Granted(_, since) => Share::Granted(choice, since),
        };
    }

    fn stop_sharing(&mut self) {
        if let Some(call) = &mut self.current {
            call.screen = Share::Off;
            call.screen_trouble = None;
        }
        for asked in self.asked.values_mut() {
            if let Asked::JoinRoom { screen, .. } = asked {
                *screen = None;
            }
        }
    }

    /// Begins a call: one is in one at a time.
    fn begin(
        &mut self,
        command: &'static str,
        asked: Asked,
        request: impl FnOnce(RequestId) -> CallRequest,
        actions: &mut Actions,
    ) {
        // What was given up counts until the answer comes: for the server one is in that call until then.
        let is_pending = |asked: &Asked| *asked != Asked::Invite;
        if self.current.is_some() || self.asked.values().any(is_pending) || !self.accepted.is_empty() {
            return actions.push(refused(command, CallRefusal::InCall));
        }
        self.ask(command, asked, request, actions);
    }

    fn ask(
        &mut self,
        command: &'static str,
        asked: Asked,
        request: impl FnOnce(RequestId) -> CallRequest,
        actions: &mut Actions,
    ) {
        if !matches!(self.link, Link::Live(_)) {
            let text = "There is no connection to the server now; try again when it is back.".to_owned();
            return actions.push(CallAction::Refuse { command, code: "not_connected", text });
        }
        self.last_request = self.last_request.wrapping_add(1);
        let number = RequestId(self.last_request);
        self.asked.insert(number, asked);
        if self.asked.len() > OPEN_QUESTIONS {
            self.asked.pop_first();
        }
        actions.push(CallAction::Ask(request(number)));
    }

    fn change(&mut self, command: &'static str, actions: &mut Actions, change: impl FnOnce(&mut Current)) {
        match &mut self.current {
            Some(call) => change(call),
            None => actions.push(refused(command, CallRefusal::NotInCall)),
        }
    }
}

impl Asked {
    /// The headless word of the command that asked.
    pub(super) fn word(&self) -> Option<&'static str> {
        match self {
            Self::Ring { .. } => Some("call"),
            Self::JoinRoom { screen: Some(_), .. } => Some("share"),
            Self::JoinRoom { .. } => Some("callroom"),
            Self::Invite => Some("ask"),
            Self::Void => None,
        }
    }
}

fn no_call(command: &'static str) -> CallAction {
    let text = "That call rings no longer.".to_owned();
    CallAction::Refuse { command, code: "no_call", text }
}
