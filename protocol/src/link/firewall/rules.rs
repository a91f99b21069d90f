//! Which channels the other end may send on, and how; worked out once from lightyear's registries.

use super::Side;
use lightyear::{
    prelude::{ChannelMode, ChannelRegistry, MessageRegistry, Transport},
    transport::packet::fragment_size_for_min_mtu,
};

/// How a channel delivers, as far as the firewall cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Every message once, in or out of order: lightyear keeps what comes before its turn.
    Reliable,
    /// Only the newest message; each has an id.
    Sequenced,
    /// As it comes.
    Unordered,
}

/// What may be sent on one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelRule {
    /// How the channel delivers.
    pub delivery: Delivery,
    /// Whether messages start with the number of a registered type; raw channels carry what they like.
    pub typed: bool,
}

/// What the other end may send.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// By channel id; `None` is refused.
    pub channels: Vec<Option<ChannelRule>>,
    /// By message id: whether a typed channel must not carry the message.
    pub refused_messages: Vec<bool>,
    /// Most fragments of one message on a reliable channel.
    pub fragments: u64,
    /// Most fragments of one message on any other channel; 0 refuses fragments there.
    pub unreliable_fragments: u64,
    /// Most messages of one reliable channel that may be incomplete at a time.
    pub incomplete_messages: usize,
    /// Bytes of each fragment but the last.
    pub fragment_bytes: usize,
}

/// Six fragments hold the longest message text, [`crate::limits::TEXT_BYTES`], with room for its envelope.
const FRAGMENTS_FROM_CLIENT: u64 = 6;
/// A person types one long message at a time; this many may be in flight after a stall.
const INCOMPLETE_FROM_CLIENT: usize = 16;
/// A page of history or the first snapshot of a full server: 256 fragments hold 297 KB.
const FRAGMENTS_FROM_SERVER: u64 = 256;
/// Bounds what a client keeps at 64 * 297 KB, and only if its own server turns against it.
const INCOMPLETE_FROM_SERVER: usize = 64;

/// The channels of lightyear's own that a client may send on: pings, and replicon's acknowledgements. Anything else of
/// lightyear's is refused: replicon panics on updates and mutations from a client, and metadata grows a map for ever.
const FROM_CLIENT: [&str; 2] = ["PingChannel", "RepliconMutationAcksChannel"];
/// The channels of lightyear's own that a server may send on.
const FROM_SERVER: [&str; 4] = ["PingChannel", "RepliconUpdatesChannel", "RepliconMutationsChannel", "MetadataChannel"];
/// The messages of lightyear's own that a client may send.
const MESSAGES_FROM_CLIENT: [&str; 2] = ["Ping", "Pong"];
/// Our own channels that carry no typed messages. Their receivers take them off before lightyear would look for some.
const RAW: [&str; 6] = [
    "VoiceUpChannel",
    "VoiceDownChannel",
    "CallVoiceUpChannel",
    "CallVoiceDownChannel",
    "VideoUpChannel",
    "VideoDownChannel",
];

impl Rules {
    /// The rules for what arrives at `side`. `transport` is that of any link there: it knows the channels' directions.
    #[must_use]
    pub fn new(side: Side, channels: &ChannelRegistry, messages: &MessageRegistry, transport: &Transport) -> Self {
        let from_server = side == Side::Client;
        let count = (0..=u16::MAX).take_while(|id| messages.kind_map.kind(*id).is_some()).count();
        let known = (0..=u16::MAX).take_while(|id| channels.get_kind_from_net_id(*id).is_some());
        Self {
            channels: known.map(|id| channel_rule(side, channels, transport, id)).collect(),
            refused_messages: (0..=u16::MAX)
                .take(count)
                .map(|id| !from_server && message_is_refused(messages, id))
                .collect(),
            fragments: if from_server { FRAGMENTS_FROM_SERVER } else { FRAGMENTS_FROM_CLIENT },
            unreliable_fragments: if from_server { FRAGMENTS_FROM_SERVER } else { 0 },
            incomplete_messages: if from_server { INCOMPLETE_FROM_SERVER } else { INCOMPLETE_FROM_CLIENT },
            fragment_bytes: fragment_bytes(),
        }
    }

    /// The rule of a channel, if the other end may use it.
    #[must_use]
    pub fn channel(&self, id: u16) -> Option<ChannelRule> {
        self.channels.get(usize::from(id)).copied().flatten()
    }

    /// Whether typed channels may carry this message.
    #[must_use]
    pub fn allows_message(&self, id: u16) -> bool {
        self.refused_messages.get(usize::from(id)).is_some_and(|refused| !refused)
    }
}

/// Bytes of each fragment but the last, on links with lightyear's default MTU.
fn fragment_bytes() -> usize {
    fragment_size_for_min_mtu(lightyear::prelude::DEFAULT_MTU).unwrap_or_default()
}

fn channel_rule(side: Side, registry: &ChannelRegistry, transport: &Transport, id: u16) -> Option<ChannelRule> {
    let name = registry.get_name_from_net_id(id);
    let internal = if side == Side::Server { &FROM_CLIENT[..] } else { &FROM_SERVER[..] };
    let ours = !is_of_lightyear(name);
    if transport.channel_receive(id).is_none() || !(ours || internal.contains(&last_segment(name))) {
        return None;
    }
    let delivery = match registry.settings(*registry.get_kind_from_net_id(id)?)?.mode {
        ChannelMode::OrderedReliable(_) | ChannelMode::UnorderedReliable(_) => Delivery::Reliable,
        ChannelMode::SequencedReliable(_) | ChannelMode::SequencedUnreliable => Delivery::Sequenced,
        ChannelMode::UnorderedUnreliable | ChannelMode::UnorderedUnreliableWithAcks => Delivery::Unordered,
    };
    let raw = RAW.contains(&last_segment(name)) || name.contains("Replicon");
    Some(ChannelRule { delivery, typed: !raw })
}

fn message_is_refused(registry: &MessageRegistry, id: u16) -> bool {
    let name = registry.kind_map.kind(id).and_then(|kind| registry.kind_map.name(kind)).unwrap_or_default();
    is_of_lightyear(name) && !MESSAGES_FROM_CLIENT.contains(&last_segment(name))
}

fn is_of_lightyear(type_name: &str) -> bool {
    type_name.starts_with("lightyear")
}

fn last_segment(type_name: &str) -> &str {
    type_name.rsplit("::").next().unwrap_or(type_name)
}
