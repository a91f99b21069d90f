//! The inner firewall: a decrypted lightyear packet, walked without trusting a byte of it.
//!
//! A packet is a header of 13 bytes, for fragments one fragment, then batches of messages by channel until its end.
//! Channel and message numbers are varints that lightyear cuts to 16 bits; larger ones are refused here.

use super::rules::{ChannelRule, Delivery, Rules};
use thiserror::Error;

/// Bytes of lightyear's packet header: type, id, last acknowledged id, acknowledged bits, tick.
pub const PACKET_HEADER_BYTES: usize = 13;

const DATA: u8 = 0;
const DATA_FRAGMENT: u8 = 1;
const ACK_ONLY: u8 = 4;

/// Why a decrypted packet goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InnerDrop {
    /// The packet ends too early.
    #[error("packet ends too early")]
    Short,
    /// A compressed or unknown packet type; we never compress.
    #[error("packet of type {0}")]
    PacketType(u8),
    /// A channel that does not exist or that the sender may not use.
    #[error("channel {0} is not the sender's")]
    Channel(u64),
    /// A typed channel with a message that the sender may not send.
    #[error("message {0} is not the sender's")]
    Message(u64),
    /// A channel that needs message ids carries a message without one.
    #[error("message without an id on channel {0}")]
    MissingId(u16),
    /// A message of so many fragments would fill the memory.
    #[error("message of {0} fragments")]
    Fragments(u64),
    /// A fragment whose index, length or compression can't be.
    #[error("impossible fragment")]
    BadFragment,
    /// A message so far ahead of its turn, or so many incomplete ones, that keeping them would fill the memory.
    #[error("message out of the window of channel {0}")]
    Window(u16),
}

/// One message or fragment on a reliable channel, for [`super::ReliableWindows`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The channel's number.
    pub channel: u16,
    /// The message's number in the channel; wraps.
    pub message: u16,
    /// Index and count, for a fragment.
    pub fragment: Option<(u8, u16)>,
}

/// Checks a decrypted packet against the rules, looking at nothing but its bytes.
///
/// # Errors
/// The first thing that the sender may not send; see [`InnerDrop`].
pub fn inner(payload: &[u8], rules: &Rules) -> Result<(), InnerDrop> {
    walk(payload, rules, |_| {})
}

/// Whether a packet only acknowledges: its sender is owed no acknowledgement of it.
pub(in crate::link) fn is_ack_only(payload: &[u8]) -> bool {
    payload.first() == Some(&ACK_ONLY)
}

/// [`inner`], telling every message on a reliable channel.
pub(super) fn walk(payload: &[u8], rules: &Rules, mut reliable: impl FnMut(Delivered)) -> Result<(), InnerDrop> {
    let mut rest = Cursor(payload);
    let packet_type = rest.u8()?;
    rest.skip(PACKET_HEADER_BYTES - 1)?;
    match packet_type {
        DATA => {}
        DATA_FRAGMENT => fragment(&mut rest, rules, &mut reliable)?,
        ACK_ONLY if rest.0.is_empty() => {}
        other => return Err(InnerDrop::PacketType(other)),
    }
    while !rest.0.is_empty() {
        let (channel, rule) = channel(&mut rest, rules)?;
        for _ in 0..rest.u8()? {
            single(&mut rest, rules, channel, rule, &mut reliable)?;
        }
    }
    Ok(())
}

fn channel(rest: &mut Cursor, rules: &Rules) -> Result<(u16, ChannelRule), InnerDrop> {
    let id = rest.varint()?;
    let known = u16::try_from(id).ok().and_then(|id| Some((id, rules.channel(id)?)));
    known.ok_or(InnerDrop::Channel(id))
}

fn single(
    rest: &mut Cursor,
    rules: &Rules,
    channel: u16,
    rule: ChannelRule,
    reliable: &mut impl FnMut(Delivered),
) -> Result<(), InnerDrop> {
    let message = if rest.u8()? == 0 { None } else { Some(rest.u16()?) };
    let bytes = rest.bytes()?;
    check_type(bytes, rules, rule)?;
    match (rule.delivery, message) {
        (Delivery::Unordered, _) | (Delivery::Sequenced, Some(_)) => {}
        (Delivery::Reliable, Some(message)) => reliable(Delivered { channel, message, fragment: None }),
        (_, None) => return Err(InnerDrop::MissingId(channel)),
    }
    Ok(())
}

fn fragment(rest: &mut Cursor, rules: &Rules, reliable: &mut impl FnMut(Delivered)) -> Result<(), InnerDrop> {
    let (channel, rule) = channel(rest, rules)?;
    let message = rest.u16()?;
    let (index, count) = (rest.varint()?, rest.varint()?);
    let most = if rule.delivery == Delivery::Reliable { rules.fragments } else { rules.unreliable_fragments };
    if count > most {
        return Err(InnerDrop::Fragments(count));
    }
    if index >= count || (index == 0 && rest.u8()? != 0) {
        return Err(InnerDrop::BadFragment);
    }
    let bytes = rest.bytes()?;
    let is_last = index + 1 == count;
    if bytes.len() > rules.fragment_bytes || (!is_last && bytes.len() != rules.fragment_bytes) {
        return Err(InnerDrop::BadFragment);
    }
    if index == 0 {
        check_type(bytes, rules, rule)?;
    }
    if rule.delivery == Delivery::Reliable {
        let (Ok(index), Ok(count)) = (u8::try_from(index), u16::try_from(count)) else {
            return Err(InnerDrop::Fragments(count));
        };
        reliable(Delivered { channel, message, fragment: Some((index, count)) });
    }
    Ok(())
}

/// Refuses typed messages that the sender may not send.
fn check_type(bytes: &[u8], rules: &Rules, rule: ChannelRule) -> Result<(), InnerDrop> {
    if !rule.typed {
        return Ok(());
    }
    let id = Cursor(bytes).varint()?;
    let allowed = u16::try_from(id).is_ok_and(|id| rules.allows_message(id));
    if allowed { Ok(()) } else { Err(InnerDrop::Message(id)) }
}

/// What is left of a packet; integers are big-endian.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], InnerDrop> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(InnerDrop::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn skip(&mut self, len: usize) -> Result<(), InnerDrop> {
        self.take(len).map(drop)
    }

    fn u8(&mut self) -> Result<u8, InnerDrop> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u16(&mut self) -> Result<u16, InnerDrop> {
        self.take(2).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    /// One, two, four or eight bytes; the upper two bits of the first say how many.
    fn varint(&mut self) -> Result<u64, InnerDrop> {
        let first = *self.0.first().ok_or(InnerDrop::Short)?;
        let len = 1_usize << (first >> 6);
        let value = self.take(len)?.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        Ok(value & (u64::MAX >> (66 - 8 * len)))
    }

    fn bytes(&mut self) -> Result<&'a [u8], InnerDrop> {
        let len = self.varint()?;
        self.take(usize::try_from(len).map_err(|_| InnerDrop::Short)?)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    const CONTROL: u8 = 0;
    const VOICE: u8 = 1;
    const FORBIDDEN: u8 = 2;
    const POSE: u8 = 3;

    /// Channel 0 is reliable and typed, 1 raw, 2 forbidden, 3 sequenced; message 1 is refused.
    pub(in super::super) fn rules() -> Rules {
        let rule = |delivery, typed| Some(ChannelRule { delivery, typed });
        Rules {
            channels: vec![
                rule(Delivery::Reliable, true),
                rule(Delivery::Unordered, false),
                None,
                rule(Delivery::Sequenced, true),
            ],
            refused_messages: vec![false, true],
            fragments: 6,
            unreliable_fragments: 0,
            incomplete_messages: 4,
            fragment_bytes: 1162,
        }
    }

    fn packet(packet_type: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![packet_type];
        bytes.extend([7; PACKET_HEADER_BYTES - 1]);
        bytes.extend(body);
        bytes
    }

    /// A fragment packet on the control channel with a body of `len` bytes.
    pub(in super::super) fn fragment(message: u16, index: u8, count: &[u8], len: u16) -> Vec<u8> {
        let mut body = vec![CONTROL];
        body.extend(message.to_be_bytes());
        body.push(index);
        body.extend(count);
        if index == 0 {
            body.push(0);
        }
        body.extend((len | 0x4000).to_be_bytes());
        body.extend(vec![0; usize::from(len)]);
        packet(DATA_FRAGMENT, &body)
    }

    #[test]
    fn what_a_client_sends_passes() {
        let control = [CONTROL, 1, 1, 0, 9, 2, 0, 42];
        let voice = [VOICE, 2, 0, 1, 1, 0, 1, 1];
        let pose = [POSE, 1, 1, 0, 1, 1, 0];
        let all = [&control[..], &voice, &pose].concat();
        assert_eq!(inner(&packet(DATA, &all), &rules()), Ok(()));
        assert_eq!(inner(&packet(ACK_ONLY, &[]), &rules()), Ok(()));
        assert_eq!(inner(&fragment(3, 0, &[2], 1162), &rules()), Ok(()));
        assert_eq!(inner(&fragment(3, 1, &[2], 20), &rules()), Ok(()));
    }

    #[test]
    fn what_no_client_sends_is_refused() {
        let table: [(&str, Vec<u8>, InnerDrop); 15] = [
            ("empty", vec![], InnerDrop::Short),
            ("header cut short", vec![0; 12], InnerDrop::Short),
            ("compressed", packet(2, &[]), InnerDrop::PacketType(2)),
            ("compressed fragment", packet(3, &[]), InnerDrop::PacketType(3)),
            ("unknown type", packet(9, &[]), InnerDrop::PacketType(9)),
            ("acknowledgement with data", packet(ACK_ONLY, &[0]), InnerDrop::PacketType(4)),
            ("forbidden channel", packet(DATA, &[FORBIDDEN, 1, 0, 0]), InnerDrop::Channel(2)),
            ("unknown channel", packet(DATA, &[50, 1, 0, 0]), InnerDrop::Channel(50)),
            // Lightyear would cut 0x10001 to channel 1.
            ("channel over 16 bits", packet(DATA, &[0x80, 1, 0, 1, 1, 0, 0]), InnerDrop::Channel(0x1_0001)),
            ("no id on a reliable channel", packet(DATA, &[CONTROL, 1, 0, 1, 0]), InnerDrop::MissingId(0)),
            ("no id on a sequenced channel", packet(DATA, &[POSE, 1, 0, 1, 0]), InnerDrop::MissingId(3)),
            ("refused message", packet(DATA, &[CONTROL, 1, 1, 0, 0, 1, 1]), InnerDrop::Message(1)),
            ("length beyond the end", packet(DATA, &[VOICE, 1, 0, 63]), InnerDrop::Short),
            ("seven fragments", fragment(0, 0, &[7], 1162), InnerDrop::Fragments(7)),
            ("memory bomb", fragment(0, 0, &[0xBF, 255, 255, 255], 1162), InnerDrop::Fragments(0x3FFF_FFFF)),
        ];
        for (name, bytes, expected) in table {
            assert_eq!(inner(&bytes, &rules()), Err(expected), "{name}");
        }
    }

    #[test]
    fn impossible_fragments_are_refused() {
        for (name, bytes) in [
            ("index beyond count", fragment(0, 3, &[3], 5)),
            ("no fragments at all", fragment(0, 0, &[0], 5)),
            ("short in the middle", fragment(0, 0, &[2], 5)),
            ("too long at the end", fragment(0, 1, &[2], 1163)),
        ] {
            assert_eq!(inner(&bytes, &rules()), Err(InnerDrop::BadFragment), "{name}");
        }
        let on_voice = packet(DATA_FRAGMENT, &[VOICE, 0, 0, 0, 1, 0, 0]);
        assert_eq!(inner(&on_voice, &rules()), Err(InnerDrop::Fragments(1)));
    }

    proptest! {
        #[test]
        fn no_payload_panics(packet_type in 0_u8..6, body in proptest::collection::vec(any::<u8>(), 0..1200)) {
            let _ = inner(&packet(packet_type, &body), &rules());
            let _ = inner(&body, &rules());
        }
    }
}
