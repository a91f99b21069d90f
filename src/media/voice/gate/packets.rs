//! Numbers what goes out, and puts copies of what went before into it.

use super::{Mark, Piece};
use bytes::Bytes;
use hallway_protocol::{
    limits::{VOICE_COPIES, VOICE_PACKET_BYTES},
    voice::{VOICE_HEADER_BYTES, VoicePacket},
};
use std::collections::VecDeque;

/// Longest copy that the wire can carry: its length is one byte.
const LONGEST_COPY: usize = u8::MAX as usize;

/// Makes packets of pieces.
#[derive(Debug, Default)]
pub(super) struct Packets {
    burst: u8,
    seq: u16,
    copies: usize,
    /// What the last packets of this burst held, newest first.
    sent: VecDeque<Piece>,
}

impl Packets {
    /// Puts so many copies into each packet from now on.
    pub(super) fn set_copies(&mut self, copies: u32) {
        self.copies = (copies as usize).min(VOICE_COPIES);
    }

    /// The next packet is the first of another burst.
    pub(super) fn begin_burst(&mut self) {
        self.burst = self.burst.wrapping_add(1);
        self.sent.clear();
    }

    /// The packet for this piece.
    pub(super) fn next(&mut self, piece: Piece, mark: Mark) -> VoicePacket {
        let copies = self.copies_before(&piece);
        let packet = VoicePacket {
            burst: self.burst,
            last: mark == Mark::Last,
            pre_roll: mark == Mark::PreRoll,
            seq: self.seq,
            media_time: piece.media_time,
            opus: piece.opus.clone(),
            copies,
        };
        self.seq = self.seq.wrapping_add(1);
        self.sent.push_front(piece);
        self.sent.truncate(VOICE_COPIES);
        packet
    }

    /// A packet without sound that ends the burst, if the burst had any.
    pub(super) fn end_mark(&mut self, media_time: u32) -> Option<VoicePacket> {
        let piece = Piece { media_time, samples: 0, opus: Bytes::new() };
        (!self.sent.is_empty()).then(|| self.next(piece, Mark::Last))
    }

    /// Copies of the pieces right before this one, as many as are wanted, fit and have a known time.
    fn copies_before(&self, piece: &Piece) -> Vec<Bytes> {
        let mut room = VOICE_PACKET_BYTES.saturating_sub(VOICE_HEADER_BYTES + piece.opus.len());
        let mut begins = piece.media_time;
        let fits = |before: &&Piece| {
            let follows = before.samples == piece.samples && before.media_time.wrapping_add(before.samples) == begins;
            let bytes = 1 + before.opus.len();
            let fits = follows && before.opus.len() <= LONGEST_COPY && bytes <= room;
            begins = before.media_time;
            room = room.saturating_sub(bytes);
            fits
        };
        self.sent.iter().take(self.copies).take_while(fits).map(|before| before.opus.clone()).collect()
    }
}
