//! Sends what the server has to say to the links of people.

use bevy::{ecs::system::SystemParam, prelude::*};
use hallway_protocol::{
    call::CallNotice,
    channels::{ControlChannel, FloorChannel, ReportChannel},
    control::ServerMessage,
    floor::messages::FloorNotice,
    listening::TalkerReport,
    video::VideoFeedback,
};
use lightyear::prelude::MessageSender;

/// The way out for typed messages.
#[derive(SystemParam)]
pub(crate) struct Post<'w, 's> {
    control: Query<'w, 's, &'static mut MessageSender<ServerMessage>>,
    floor: Query<'w, 's, &'static mut MessageSender<FloorNotice>>,
    reports: Query<'w, 's, &'static mut MessageSender<TalkerReport>>,
    calls: Query<'w, 's, &'static mut MessageSender<CallNotice>>,
    video_feedback: Query<'w, 's, &'static mut MessageSender<VideoFeedback>>,
}

impl Post<'_, '_> {
    /// Says something to one client. A link that is gone by now misses nothing.
    pub(crate) fn tell(&mut self, link: Entity, message: ServerMessage) {
        if let Ok(mut sender) = self.control.get_mut(link) {
            sender.send::<ControlChannel>(message);
        }
    }

    /// Says the same to several.
    pub(crate) fn tell_each(&mut self, links: impl IntoIterator<Item = Entity>, message: &ServerMessage) {
        for link in links {
            self.tell(link, message.clone());
        }
    }

    /// Says something about the floor to one client.
    pub(crate) fn notice(&mut self, link: Entity, notice: FloorNotice) {
        if let Ok(mut sender) = self.floor.get_mut(link) {
            sender.send::<FloorChannel>(notice);
        }
    }

    /// Tells a talker how it is heard.
    pub(crate) fn report(&mut self, link: Entity, report: TalkerReport) {
        if let Ok(mut sender) = self.reports.get_mut(link) {
            sender.send::<ReportChannel>(report);
        }
    }

    /// Says something about a call to one client.
    pub(crate) fn call(&mut self, link: Entity, notice: CallNotice) {
        if let Ok(mut sender) = self.calls.get_mut(link) {
            sender.send::<ControlChannel>(notice);
        }
    }

    /// Tells somebody how its pictures come.
    pub(crate) fn video_feedback(&mut self, link: Entity, feedback: VideoFeedback) {
        if let Ok(mut sender) = self.video_feedback.get_mut(link) {
            sender.send::<ReportChannel>(feedback);
        }
    }
}
