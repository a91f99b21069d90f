//! The one list of channels, messages and replicated components, in the one order that both ends must share.

use crate::{
    call::{CallNotice, CallRequest},
    control::{ClientMessage, ServerMessage},
    floor::messages::{FloorNotice, FloorRequest},
    listening::{ListenerReport, TalkerReport},
    pose::{PoseBatch, PoseReport},
    replicated::{InRoom, Person, Room, RoomCall, Talkers, Talking},
    video::VideoFeedback,
};
use bevy::prelude::*;
use lightyear::prelude::*;
use std::time::Duration;

/// Everything that must arrive in order and is not the floor: [`ClientMessage`], [`ServerMessage`], [`CallRequest`],
/// [`CallNotice`].
pub struct ControlChannel;
/// Floor messages only, so that nothing queues before them: [`FloorRequest`], [`FloorNotice`].
pub struct FloorChannel;
/// The client's own pose; only the newest matters: [`PoseReport`].
pub struct PoseUpChannel;
/// The others' poses: [`PoseBatch`].
pub struct PoseDownChannel;
/// Raw voice packets on the way up; see [`crate::voice`].
pub struct VoiceUpChannel;
/// Raw voice packets on the way down; see [`crate::voice`].
pub struct VoiceDownChannel;
/// Raw voice packets of a call on the way up; see [`crate::voice`].
pub struct CallVoiceUpChannel;
/// Raw voice packets of a call on the way down; see [`crate::voice`].
pub struct CallVoiceDownChannel;
/// Raw slices of pictures on the way up; see [`crate::video`].
pub struct VideoUpChannel;
/// Raw slices of pictures on the way down; see [`crate::video`].
pub struct VideoDownChannel;
/// How well talkers are heard and pictures come, both ways; a lost report is followed by the next: [`ListenerReport`],
/// [`TalkerReport`], [`VideoFeedback`].
pub struct ReportChannel;

/// A lost control message is sent again after 1.5 round trips, and never sooner than this: acknowledgements ride on
/// the other side's next packet, which may be a tick away.
const CONTROL_RESEND: Duration = Duration::from_millis(100);
/// The same for the floor, where waiting is felt.
const FLOOR_RESEND: Duration = Duration::from_millis(60);

/// Registers the wire on an app. Add it after lightyear's plugins and before any link is spawned.
pub struct ProtocolPlugin;

impl Plugin for ProtocolPlugin {
    fn build(&self, app: &mut App) {
        register_channels(app);
        register_messages(app);
        register_components(app);
    }
}

fn register_channels(app: &mut App) {
    use NetworkDirection::{Bidirectional, ClientToServer, ServerToClient};
    let reliable = |min_delay, priority| ChannelSettings {
        mode: ChannelMode::OrderedReliable(ReliableSettings { rtt_resend_min_delay: min_delay, ..default() }),
        priority,
        ..default()
    };
    // Media and poses that found no room in this flush are stale in the next one.
    let unreliable = |mode, priority| ChannelSettings { mode, priority, retry_unsent_messages: false, ..default() };
    app.add_channel::<ControlChannel>(reliable(CONTROL_RESEND, 5.0)).add_direction(Bidirectional);
    app.add_channel::<FloorChannel>(reliable(FLOOR_RESEND, 8.0)).add_direction(Bidirectional);
    app.add_channel::<PoseUpChannel>(unreliable(ChannelMode::SequencedUnreliable, 1.0)).add_direction(ClientToServer);
    app.add_channel::<PoseDownChannel>(unreliable(ChannelMode::UnorderedUnreliable, 1.0)).add_direction(ServerToClient);
    app.add_channel::<VoiceUpChannel>(unreliable(ChannelMode::UnorderedUnreliable, 10.0)).add_direction(ClientToServer);
    app.add_channel::<VoiceDownChannel>(unreliable(ChannelMode::UnorderedUnreliable, 10.0))
        .add_direction(ServerToClient);
    app.add_channel::<CallVoiceUpChannel>(unreliable(ChannelMode::UnorderedUnreliable, 10.0))
        .add_direction(ClientToServer);
    app.add_channel::<CallVoiceDownChannel>(unreliable(ChannelMode::UnorderedUnreliable, 10.0))
        .add_direction(ServerToClient);
    // After everything else: a picture that waits is stale, a word that waits is felt.
    app.add_channel::<VideoUpChannel>(unreliable(ChannelMode::UnorderedUnreliable, 0.5)).add_direction(ClientToServer);
    app.add_channel::<VideoDownChannel>(unreliable(ChannelMode::UnorderedUnreliable, 0.5))
        .add_direction(ServerToClient);
    app.add_channel::<ReportChannel>(unreliable(ChannelMode::UnorderedUnreliable, 2.0)).add_direction(Bidirectional);
}

fn register_messages(app: &mut App) {
    use NetworkDirection::{Bidirectional, ClientToServer, ServerToClient};
    app.register_message::<ClientMessage>().add_direction(ClientToServer);
    app.register_message::<ServerMessage>().add_direction(ServerToClient);
    app.register_message::<FloorRequest>().add_direction(ClientToServer);
    app.register_message::<FloorNotice>().add_direction(ServerToClient);
    app.register_message::<CallRequest>().add_direction(ClientToServer);
    app.register_message::<CallNotice>().add_direction(ServerToClient);
    app.register_message::<VideoFeedback>().add_direction(Bidirectional);
    app.register_message::<ListenerReport>().add_direction(ClientToServer);
    app.register_message::<TalkerReport>().add_direction(ServerToClient);
    app.register_message::<PoseReport>().add_direction(ClientToServer);
    // Sent to many at once, which needs no sender on each link.
    app.register_message::<PoseBatch>();
}

fn register_components(app: &mut App) {
    app.component::<Person>().replicate();
    app.component::<InRoom>().replicate();
    app.component::<Talking>().replicate();
    app.component::<Room>().replicate();
    app.component::<Talkers>().replicate();
    app.component::<RoomCall>().replicate();
}
