//! What the server says.

use super::*;
use hallway_protocol::call::{CallEnd, CallMember};

impl CallMachine {
    pub(super) fn hear(&mut self, now: Instant, notice: CallNotice, actions: &mut Actions) {
        match notice {
            CallNotice::State { request, state } => self.hear_state(now, request, state, actions),
            CallNotice::MemberLeft { call, name, why } => {
                if let Some(current) = self.current.as_ref().filter(|current| current.state.call == call) {
                    actions.push(CallAction::Tell(current.named(), CallChanged::Left { name, why }));
                }
            }
            CallNotice::Ended { call, why } => self.hear_end(call, why, actions),
            CallNotice::Refused { request, refusal } => self.hear_refusal(request, refusal, actions),
            CallNotice::Wanted { source, receivers } => {
                actions.push(CallAction::Video(VideoCommand::SetReceivers { source, receivers }));
            }
            CallNotice::KeyframeWanted { source, layer } => {
                actions.push(CallAction::Video(VideoCommand::SendKeyframe { source, layer }));
            }
        }
    }

    fn hear_state(&mut self, now: Instant, request: Option<RequestId>, state: CallState, actions: &mut Actions) {
        let Link::Live(own) = self.link else { return };
        let asked = request.and_then(|request| self.asked.remove(&request));
        let Some(me) = state.member(own) else { return };
        if asked == Some(Asked::Void) {
            self.left.push((state.call, now));
            self.accepted.remove(&state.call);
            actions.push(CallAction::Ask(CallRequest::HangUp { call: state.call }));
            return self.end_here(state.call, CallEnd::HungUp, actions);
        }
        if self.left.iter().any(|(call, _)| *call == state.call) {
            return;
        }
        match me.presence {
            Presence::Ringing { by } => self.ring(now, by, state, own, actions),
            Presence::Joined { .. } | Presence::Lost => {
                match self.current.as_mut().filter(|current| current.state.call == state.call) {
                    Some(current) => {
                        if current.lost.is_some() {
                            // Another link, of which the server knows only what it says here.
                            self.told.sending = me.sending;
                        }
                        current.update(now, asked.as_ref(), state, own, actions);
                    }
                    None => self.join(asked, state, own, actions),
                }
            }
        }
    }

    /// A call rings here, or what is so of it has changed. Whoever was in it is so no longer: the server gave them up
    /// while their link was lost, and another one asks them in again. That is for them to answer.
    fn ring(&mut self, now: Instant, by: PersonId, state: CallState, own: PersonId, actions: &mut Actions) {
        self.end_here(state.call, CallEnd::Lost, actions);
        if let Some(known) = self.incoming.iter_mut().find(|known| known.call == state.call) {
            *known = state;
            return;
        }
        if self.incoming.len() >= INCOMING {
            return;
        }
        actions.push(CallAction::Tell(named(&state, own), CallChanged::Incoming));
        let call = state.call;
        let answers = state.member(by).is_some_and(|caller| self.preferences.auto_answer.of(&caller.name).is_some());
        let camera = state.kind == CallKind::Video;
        self.incoming.push(state);
        if answers && self.current.is_none() && self.accepted.is_empty() {
            self.accept(now, call, Accepted { camera }, true, actions);
        }
    }

    /// One is in a call in which one was not before. Only what the person asked for, or has answered, becomes a call:
    /// from anything else one goes at once, and nothing is captured.
    fn join(&mut self, asked: Option<Asked>, state: CallState, own: PersonId, actions: &mut Actions) {
        let call = state.call;
        self.incoming.retain(|ringing| ringing.call != call);
        let accepted = self.accepted.remove(&call);
        let (camera, screen) = match (accepted, &asked) {
            (Some(accepted), _) => (accepted.camera, None),
            (None, Some(Asked::Ring { kind })) => (*kind == CallKind::Video, None),
            (None, Some(Asked::JoinRoom { kind, screen })) => (*kind == CallKind::Video, screen.clone()),
            _ => return actions.push(CallAction::Ask(CallRequest::HangUp { call })),
        };
        if let Some(before) = self.current.take() {
            actions.push(CallAction::Tell(before.named(), CallChanged::Ended(CallEnd::Elsewhere)));
        }
        let me = state.member(own);
        let auto = me.is_some_and(|me| me.presence == Presence::Joined { auto: true });
        self.told.sending = me.map(|me| me.sending).unwrap_or_default();
        let mut current = Current::new(state, own, camera);
        if let Some(choice) = screen {
            // Whoever only shares a screen with the room has not asked to be heard.
            current.microphone = false;
            current.screen = Share::Wanted(choice);
        }
        let change = if current.is_answered() { CallChanged::Accepted { auto } } else { CallChanged::Ringing };
        actions.push(CallAction::Tell(current.named(), change));
        self.current = Some(current);
    }

    fn hear_end(&mut self, call: CallId, why: CallEnd, actions: &mut Actions) {
        self.left.retain(|(left, _)| *left != call);
        self.accepted.remove(&call);
        if let Some(place) = self.incoming.iter().position(|ringing| ringing.call == call)
            && let Link::Live(own) = self.link
        {
            let state = self.incoming.remove(place);
            actions.push(CallAction::Tell(named(&state, own), CallChanged::Ended(why)));
        } else {
            self.end_here(call, why, actions);
        }
    }

    /// Ends the call that one is in, if it is this one.
    fn end_here(&mut self, call: CallId, why: CallEnd, actions: &mut Actions) {
        if let Some(current) = self.current.take_if(|current| current.state.call == call) {
            actions.push(CallAction::Tell(current.named(), CallChanged::Ended(why)));
        }
    }

    fn hear_refusal(&mut self, request: RequestId, refusal: CallRefusal, actions: &mut Actions) {
        if let Some(asked) = self.asked.remove(&request) {
            actions.extend(asked.word().map(|word| refused(word, refusal)));
        } else if refusal == CallRefusal::ScreenTaken
            && let Some(current) = &mut self.current
            && matches!(current.screen, Share::Asked(..))
        {
            current.screen = Share::Off;
            actions.push(refused("share", refusal));
        }
    }
}

impl Current {
    /// Takes in how the call is now, and tells what is new in it.
    fn update(&mut self, now: Instant, asked: Option<&Asked>, state: CallState, own: PersonId, actions: &mut Actions) {
        let was_answered = self.is_answered();
        // By name: who comes back after a lost link has another number.
        let were_in: BTreeSet<String> = self.others_in().map(|member| member.name.clone()).collect();
        (self.state, self.own) = (state, own);
        (self.lost, self.resume_by) = (None, None);
        let call = self.named();
        if asked == Some(&Asked::Invite) {
            actions.push(CallAction::Tell(call.clone(), CallChanged::Ringing));
        }
        let new: Vec<CallMember> = self.others_in().filter(|member| !were_in.contains(&member.name)).cloned().collect();
        for (number, member) in new.into_iter().enumerate() {
            let change = if number == 0 && !was_answered {
                CallChanged::Accepted { auto: member.presence == Presence::Joined { auto: true } }
            } else {
                CallChanged::Joined { name: member.name }
            };
            actions.push(CallAction::Tell(call.clone(), change));
        }
        let state = &self.state;
        self.drawn.retain(|(person, _), _| state.member(*person).is_some());
        self.borne.retain(|(person, _), _| state.member(*person).is_some());
        self.too_poor.retain(|person, _| state.member(*person).is_some());
        self.follow_screen(now, actions);
    }

    fn others_in(&self) -> impl Iterator<Item = &CallMember> {
        self.state.members.iter().filter(|member| member.person != self.own && is_in(member.presence))
    }

    /// Whether the server lets the own screen be seen.
    fn follow_screen(&mut self, now: Instant, actions: &mut Actions) {
        let me = self.state.member(self.own);
        if me.is_none_or(|me| me.presence == Presence::Lost) {
            // The server hears nothing from here at the moment, and shows nobody what is sent.
            return;
        }
        let is_granted = me.is_some_and(|me| me.sending.screen);
        let is_taken = self.others_in().any(|member| member.sending.screen);
        match std::mem::take(&mut self.screen) {
            Share::Asked(choice, _) if is_granted => self.screen = Share::Granted(choice, now),
            Share::Asked(..) if is_taken => actions.push(refused("share", CallRefusal::ScreenTaken)),
            Share::Granted(_, since)
                if !is_granted && (is_taken || now.saturating_duration_since(since) >= GRANT_SETTLES) =>
            {
                let text = "Your screen is shared no longer: somebody else shares one now.".to_owned();
                self.screen_trouble = Some(text.clone());
                actions.push(CallAction::Tell(self.named(), CallChanged::Trouble { code: "screen_taken", text }));
            }
            as_before => self.screen = as_before,
        }
    }
}
