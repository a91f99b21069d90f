//! Brings the engines, and the server's knowledge of them, to what the state of the call allows. This is the only place
//! that opens a microphone, a camera or a screen to a call.

use super::*;
use std::mem;

impl CallMachine {
    pub(super) fn settle(&mut self, now: Instant, actions: &mut Actions) {
        self.settle_voice(actions);
        self.settle_camera(actions);
        self.settle_screen(now, actions);
        self.settle_watches(actions);
        self.settle_people(actions);
        self.settle_sending(now, actions);
    }

    fn settle_voice(&mut self, actions: &mut Actions) {
        let may = |call: &Current| call.microphone && call.state.audio == CallAudio::Open;
        let opens = self.live().is_some_and(may);
        if mem::replace(&mut self.told.call_open, opens) != opens {
            let command = if opens { VoiceCommand::OpenCall } else { VoiceCommand::CloseCall };
            actions.push(CallAction::Voice(command));
        }
        let is_missing = opens && self.is_missing;
        if let Some(call) = &mut self.current
            && mem::replace(&mut call.missing_told, is_missing) != is_missing
            && is_missing
        {
            let text = "There is no microphone, so nobody in the call hears you; plug one in, or choose another one."
                .to_owned();
            actions.push(CallAction::Tell(call.named(), CallChanged::Trouble { code: "no_microphone", text }));
        }
        // Not in a room's call: there the room is whom one talks with.
        let lowers = self.current.as_ref().is_some_and(|call| call.state.room.is_none() && call.is_answered());
        if mem::replace(&mut self.told.room_lowered, lowers) != lowers {
            actions.push(CallAction::Voice(VoiceCommand::LowerRoom(lowers)));
        }
    }

    fn settle_camera(&mut self, actions: &mut Actions) {
        let wanted = self.live().is_some_and(|call| call.camera);
        if mem::replace(&mut self.told.camera, wanted) != wanted {
            let command = if wanted { VideoCommand::OpenCamera } else { VideoCommand::CloseCamera };
            actions.push(CallAction::Video(command));
        }
    }

    fn settle_screen(&mut self, now: Instant, actions: &mut Actions) {
        let is_live = self.is_live();
        if let Some(call) = &mut self.current
            && let Share::Wanted(choice) = &call.screen
            && is_live
        {
            // A screen that the server takes for shared needs no second grant. One that it refused is asked for anew,
            // even where the refused one has not been taken back yet.
            self.told.sending.screen &= call.state.member(call.own).is_some_and(|me| me.sending.screen);
            call.screen = match self.told.sending.screen {
                true => Share::Granted(choice.clone(), now),
                false => Share::Asked(choice.clone(), now),
            };
        }
        let wanted = self.live().and_then(|call| match &call.screen {
            Share::Granted(choice, _) => Some(choice.clone()),
            Share::Off | Share::Wanted(_) | Share::Asked(..) => None,
        });
        if self.told.screen != wanted {
            let command = wanted.clone().map_or(VideoCommand::StopScreen, VideoCommand::ShareScreen);
            actions.push(CallAction::Video(command));
            self.told.screen = wanted;
        }
    }

    fn settle_watches(&mut self, actions: &mut Actions) {
        let call = self.live().map(|call| call.state.call);
        let wanted = self.live().map(|call| call.watches(&self.told.watches)).unwrap_or_default();
        let told = mem::take(&mut self.told.watches);
        for ((of, source), (_, expected)) in &told {
            if expected.is_some() && !wanted.contains_key(&(*of, *source)) {
                actions.push(CallAction::Video(VideoCommand::Watch { of: *of, source: *source, layer: None }));
            }
        }
        for ((of, source), (asked, expected)) in &wanted {
            let (of, source, before) = (*of, *source, told.get(&(*of, *source)));
            if before.is_none_or(|before| before.0 != *asked)
                && let Some(call) = call
            {
                actions.push(CallAction::Ask(CallRequest::Watch { call, of, source, layer: *asked }));
            }
            if before.and_then(|before| before.1) != *expected {
                actions.push(CallAction::Video(VideoCommand::Watch { of, source, layer: *expected }));
            }
        }
        self.told.watches = wanted;
        // Judgements of streams that are over are of no use for the next ones.
        if let Some(call) = &mut self.current {
            call.borne.retain(|stream, _| self.told.watches.contains_key(stream));
            call.too_poor.retain(|of, _| self.told.watches.keys().any(|(person, _)| person == of));
        }
    }

    /// Who is no longer there is neither heard nor seen.
    fn settle_people(&mut self, actions: &mut Actions) {
        let people: BTreeSet<PersonId> = self.others().collect();
        for gone in self.told.people.difference(&people) {
            actions.push(CallAction::Voice(VoiceCommand::ForgetInCall { speaker: *gone }));
            actions.push(CallAction::Video(VideoCommand::Forget(*gone)));
        }
        self.told.people = people;
    }

    /// Tells the others what is really captured and sent.
    fn settle_sending(&mut self, now: Instant, actions: &mut Actions) {
        let Some(call) = self.current.as_ref().filter(|call| self.link == Link::Live(call.own) && call.lost.is_none())
        else {
            return;
        };
        let sending =
            Sending { screen: matches!(call.screen, Share::Asked(..) | Share::Granted(..)), ..self.sending() };
        let is_due = self.told.sent_at.is_none_or(|sent| now.saturating_duration_since(sent) >= SENDING_PACE);
        if sending != self.told.sending && is_due {
            actions.push(CallAction::Ask(CallRequest::Send { call: call.state.call, sending }));
            self.told.sending = sending;
            self.told.sent_at = Some(now);
        }
    }

    /// What is captured and sent at this moment.
    pub(super) fn sending(&self) -> Sending {
        Sending { microphone: self.told.call_open && self.is_heard, camera: self.camera_open, screen: self.screen_open }
    }

    /// A camera gives pictures. That another one than the chosen one does is told: it may look elsewhere.
    pub(super) fn camera_opened(&mut self, name: &str, instead_of: Option<String>, actions: &mut Actions) {
        self.camera_open = self.told.camera;
        let Some(call) = self.current.as_mut().filter(|_| self.told.camera) else { return };
        let was_troubled = call.camera_trouble.take().is_some();
        let was_away = mem::replace(&mut call.camera_away, instead_of);
        let notice = match &call.camera_away {
            Some(away) if was_away.as_ref() != Some(away) => {
                Some(("camera_instead", format!("{away} is not there: {name} is used until it is.")))
            }
            _ if was_troubled || was_away != call.camera_away => {
                Some(("camera_back", format!("The camera is there again: {name}.")))
            }
            _ => None,
        };
        actions.extend(notice.map(|(code, text)| CallAction::Notice { code, text }));
    }

    pub(super) fn camera_troubled(&mut self, code: &'static str, text: String, actions: &mut Actions) {
        self.camera_open = false;
        if let Some(call) = self.current.as_mut().filter(|_| self.told.camera)
            && call.camera_trouble.as_ref() != Some(&text)
        {
            call.camera_trouble = Some(text.clone());
            actions.push(CallAction::Tell(call.named(), CallChanged::Trouble { code, text }));
        }
    }

    pub(super) fn screen_closed(&mut self, trouble: Option<(&'static str, String)>, actions: &mut Actions) {
        self.screen_open = false;
        let Some((code, text)) = trouble else { return };
        // The engine has given up by itself. It is told to stop all the same: what it gave up may have been the screen
        // before the one it was told of since.
        if self.told.screen.is_some()
            && let Some(call) = &mut self.current
        {
            call.screen = Share::Off;
            call.screen_trouble = Some(text.clone());
            actions.push(CallAction::Tell(call.named(), CallChanged::Trouble { code, text }));
        }
    }

    pub(super) fn link_poor(&mut self, now: Instant, of: PersonId, too_poor: bool, actions: &mut Actions) {
        let Some(call) = self.current.as_mut().filter(|call| call.state.member(of).is_some()) else { return };
        if !too_poor {
            call.too_poor.remove(&of);
        } else if call.too_poor.insert(of, Poor::new(now)).is_none()
            && let Some(text) = call.link_trouble()
        {
            actions.push(CallAction::Tell(call.named(), CallChanged::Trouble { code: "link_too_poor", text }));
        }
    }
}

impl Current {
    /// Which encodings of the others' pictures are to come, and which the engine expects: what the face draws or, if that
    /// is smaller, what the link bears.
    fn watches(&self, told: &Watches) -> Watches {
        // Whoever is lost for a moment goes on where it was: the server tells of nothing that is sent meanwhile.
        let is_lost = |of| self.state.member(of).is_some_and(|member| member.presence == Presence::Lost);
        let mut watches: Watches =
            told.iter().filter(|((of, _), _)| is_lost(*of)).map(|(key, layers)| (*key, *layers)).collect();
        let others = self.state.members.iter().filter(|member| member.person != self.own);
        for member in others.filter(|member| is_in(member.presence)) {
            let of = member.person;
            // The engine keeps what it knows of them meanwhile.
            let through = |layer: Option<Layer>| if self.stays_away(of) { None } else { layer };
            let camera = member.sending.camera.then_some((Source::Camera, Layer::Medium));
            let screen = member.sending.screen.then_some((Source::Screen, Layer::Large));
            for (source, usual) in camera.into_iter().chain(screen) {
                let drawn = self.drawn.get(&(of, source)).copied().unwrap_or(Some(usual));
                let borne = self.borne.get(&(of, source)).copied().unwrap_or(Layer::Large);
                let layer = drawn.map(|drawn| source.layer_for(drawn.min(borne)));
                watches.insert((of, source), (through(layer), layer));
            }
        }
        watches
    }

    /// Whether somebody's pictures are kept away from the own link.
    fn stays_away(&self, of: PersonId) -> bool {
        self.too_poor.get(&of).is_some_and(|poor| !poor.is_trying)
    }
}

impl Poor {
    fn new(now: Instant) -> Self {
        Self { is_trying: false, until: now + POOR_PAUSE, pause: POOR_PAUSE }
    }

    pub(super) fn poll(&mut self, now: Instant) {
        if now < self.until {
            return;
        }
        self.is_trying = !self.is_trying;
        if self.is_trying {
            self.until = now + POOR_TRY;
        } else {
            self.pause = (self.pause * 2).min(LONGEST_POOR_PAUSE);
            self.until = now + self.pause;
        }
    }
}
