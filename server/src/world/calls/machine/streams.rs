//! Which pictures and voices go to whom, what senders are told about it, and how often keyframes are asked for.

use super::{
    CallDecision, Calls,
    call::{Call, Seat, Watch},
};
use hallway_protocol::{
    call::{CallAudio, CallNotice},
    ids::{CallId, PersonId},
    limits,
    video::{Layer, Source, StreamKey},
};
use std::time::Duration;

/// Of each, by its place.
const SOURCES: [Source; 2] = [Source::Camera, Source::Screen];

/// When a keyframe of one stream was asked for last, and whether one is to be asked for as soon as that may be again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KeyframeGate {
    passed: Option<Duration>,
    is_wanted: bool,
}

impl KeyframeGate {
    /// When one may be asked for.
    fn due(&self) -> Option<Duration> {
        let free = self.passed.map_or(Duration::ZERO, |passed| passed + limits::KEYFRAME_INTERVAL);
        self.is_wanted.then_some(free)
    }

    /// Whether one is to be asked for now; it counts as asked for then.
    fn pass(&mut self, now: Duration) -> bool {
        let passes = self.due().is_some_and(|due| now >= due);
        if passes {
            *self = Self { passed: Some(now), is_wanted: false };
        }
        passes
    }
}

impl Calls {
    /// Whose voice goes to whom: the call, and everybody else in it. `None` for whoever is in no call with a voice of
    /// its own.
    pub(crate) fn voice_to(&self, speaker: PersonId) -> Option<(CallId, impl Iterator<Item = PersonId>)> {
        let (id, seat) = self.seat(speaker)?;
        let call = self.calls.get(&id).filter(|call| call.audio == CallAudio::Open && seat.is_joined())?;
        let others = call.seats.iter().filter(move |seat| seat.who.person != speaker);
        Some((id, others.filter(|seat| seat.is_joined() && seat.is_reachable()).map(|seat| seat.who.person)))
    }

    /// To whom a stream of pictures goes. `None` for whoever may not send it.
    pub(crate) fn video_to(&self, sender: PersonId, stream: StreamKey) -> Option<impl Iterator<Item = PersonId>> {
        let (id, seat) = self.seat(sender)?;
        let call = self.calls.get(&id).filter(|_| seat.is_joined() && seat.may_send(stream))?;
        let viewers =
            call.viewers(sender).filter(move |seat| seat.layer_of(sender, stream.source) == Some(stream.layer));
        Some(viewers.map(|seat| seat.who.person))
    }
}

impl Seat {
    /// A camera is each member's own; a screen is sent once it was granted.
    fn may_send(&self, stream: StreamKey) -> bool {
        let is_granted = match stream.source {
            Source::Camera => true,
            Source::Screen => self.sending.screen,
        };
        is_granted && stream.source.layers().contains(&stream.layer)
    }

    fn sends(&self, source: Source) -> bool {
        match source {
            Source::Camera => self.shown().camera,
            Source::Screen => self.shown().screen,
        }
    }

    /// Which encoding of somebody's pictures this one sees.
    fn layer_of(&self, sender: PersonId, source: Source) -> Option<Layer> {
        let usual = match source {
            Source::Camera => Layer::Medium,
            Source::Screen => Layer::Large,
        };
        let chosen = self.watches.iter().find(|watch| (watch.of, watch.source) == (sender, source));
        chosen.map_or(Some(usual), |watch| watch.layer)
    }
}

impl Call {
    /// Those to whom somebody's pictures may go.
    fn viewers(&self, sender: PersonId) -> impl Iterator<Item = &Seat> {
        self.seats.iter().filter(move |seat| seat.is_present() && seat.who.person != sender)
    }

    /// Notes what somebody wants to see of another.
    pub(super) fn watch(&mut self, viewer: PersonId, of: PersonId, source: Source, layer: Option<Layer>) {
        let layer = layer.map(|layer| source.layer_for(layer));
        let is_there = viewer != of && self.seat(of).is_some();
        let Some(seat) = self.seat_mut(viewer).filter(|seat| is_there && seat.is_joined()) else { return };
        let before = seat.layer_of(of, source);
        seat.watches.retain(|watch| (watch.of, watch.source) != (of, source));
        seat.watches.push(Watch { of, source, layer });
        if let Some(layer) = layer.filter(|_| layer != before) {
            self.want_keyframe(viewer, of, source, layer);
        }
    }

    /// Notes that somebody can't show another's pictures before the next keyframe. Only who is sent a stream may say
    /// so.
    pub(super) fn want_keyframe(&mut self, viewer: PersonId, of: PersonId, source: Source, layer: Layer) {
        let sees = |seat: &Seat| seat.is_present() && seat.layer_of(of, source) == Some(layer);
        let is_sent = viewer != of && self.seat(viewer).is_some_and(sees);
        if let Some(sender) = self.seat_mut(of).filter(|seat| is_sent && seat.sends(source)) {
            sender.keyframes[StreamKey { source, layer }.place()].is_wanted = true;
        }
    }

    /// Whoever comes in needs a keyframe of everything that it sees.
    pub(super) fn want_all(&mut self, viewer: PersonId) {
        let Some(seat) = self.seat(viewer) else { return };
        let others = self.seats.iter().map(|seat| seat.who.person);
        let wanted = others.flat_map(|of| SOURCES.map(|source| (of, source, seat.layer_of(of, source))));
        for (of, source, layer) in wanted.collect::<Vec<_>>() {
            if let Some(layer) = layer {
                self.want_keyframe(viewer, of, source, layer);
            }
        }
    }

    /// When a keyframe is to be asked for next.
    pub(super) fn next_keyframe(&self) -> Option<Duration> {
        let gates = self.seats.iter().filter(|seat| seat.is_present()).flat_map(|seat| &seat.keyframes);
        gates.filter_map(KeyframeGate::due).min()
    }

    /// Asks senders for the keyframes that are due.
    pub(super) fn pass_keyframes(&mut self, now: Duration, out: &mut Vec<CallDecision>) {
        for seat in self.seats.iter_mut().filter(|seat| seat.is_present()) {
            for source in SOURCES {
                for layer in Layer::ALL {
                    if seat.keyframes[StreamKey { source, layer }.place()].pass(now) {
                        let notice = CallNotice::KeyframeWanted { source, layer };
                        out.push(CallDecision::Tell { to: seat.who.person, notice });
                    }
                }
            }
        }
    }

    /// Tells senders how many want which of their pictures, where that has changed.
    pub(super) fn tell_wanted(&mut self, out: &mut Vec<CallDecision>) {
        for number in 0..self.seats.len() {
            if !self.seats[number].is_present() {
                continue;
            }
            for (place, source) in SOURCES.into_iter().enumerate() {
                let to = self.seats[number].who.person;
                let receivers = self.wanted(to, source);
                let told = &mut self.seats[number].told_wanted[place];
                if *told != Some(receivers) {
                    *told = Some(receivers);
                    out.push(CallDecision::Tell { to, notice: CallNotice::Wanted { source, receivers } });
                }
            }
        }
    }

    /// How many want each encoding of somebody's pictures.
    pub(super) fn wanted(&self, sender: PersonId, source: Source) -> [u8; Layer::COUNT] {
        let mut receivers = [0; Layer::COUNT];
        for layer in self.viewers(sender).filter_map(|seat| seat.layer_of(sender, source)) {
            receivers[layer.index()] += 1;
        }
        receivers
    }
}

/// A stream's place among those of its sender.
trait Place {
    fn place(self) -> usize;
}

impl Place for StreamKey {
    fn place(self) -> usize {
        (self.source as usize) * Layer::COUNT + self.layer.index()
    }
}
