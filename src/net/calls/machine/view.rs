//! Calls as the snapshot shows them.

use super::*;
use crate::net::snapshot::{CallView, CallsView};

impl CallMachine {
    /// Everything about calls that lasts, but for who speaks.
    #[must_use]
    pub fn view(&self) -> CallsView {
        CallsView {
            current: self.current.as_ref().map(|call| self.current_view(call)),
            incoming: self
                .incoming
                .iter()
                .filter(|call| !self.accepted.contains_key(&call.call))
                .map(view_of)
                .collect(),
            reach: self.preferences.reach,
            auto_answer: self.preferences.auto_answer.clone(),
            camera: self.preferences.camera.clone(),
        }
    }

    fn current_view(&self, call: &Current) -> CallView {
        let mut members = call.state.members.clone();
        if call.lost.is_some()
            && let Some(me) = members.iter_mut().find(|member| member.person == call.own)
        {
            me.presence = Presence::Lost;
            me.sending = Sending::default();
        }
        CallView {
            members,
            microphone_wanted: call.microphone,
            camera_wanted: call.camera,
            sending: self.sending(),
            camera_trouble: call.camera_trouble.clone(),
            screen_trouble: call.screen_trouble.clone(),
            link_trouble: call.link_trouble(),
            ..view_of(&call.state)
        }
    }
}

impl Current {
    /// What stands against pictures on the own link: a sentence.
    pub(super) fn link_trouble(&self) -> Option<String> {
        let names: Vec<&str> =
            self.too_poor.keys().filter_map(|of| Some(self.state.member(*of)?.name.as_str())).collect();
        (!names.is_empty()).then(|| {
            format!(
                "Your connection is too poor for the pictures of {}; the voice goes first, and they come back when it is \
                 better.",
                names.join(", ")
            )
        })
    }
}

fn view_of(state: &CallState) -> CallView {
    CallView {
        call: state.call,
        kind: state.kind,
        room: state.room,
        audio: state.audio,
        members: state.members.clone(),
        microphone_wanted: true,
        camera_wanted: false,
        speaking: BTreeSet::new(),
        sending: Sending::default(),
        camera_trouble: None,
        screen_trouble: None,
        link_trouble: None,
    }
}
