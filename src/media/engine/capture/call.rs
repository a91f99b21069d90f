//! The microphone in a call: when its sound goes there, and when to the room instead.
//!
//! It goes to one of the two, never to both. The key gives it to the room from the press on; once that is over it comes
//! back. A note that is recorded keeps it from both. What was said to the room and waits for its turn keeps nobody from
//! talking to the call.

use super::{Attention, Capture, Captured, FRAME_SAMPLES, FrameSamples, KEY_DELAY_SAMPLES, fade_in};
use std::time::Duration;

impl Capture {
    /// The call gets the microphone's sound, beginning now.
    pub(in crate::media::engine) fn open_call(&mut self, now: Duration) {
        if self.call.is_open() {
            return;
        }
        if !self.is_awake() {
            // What was said before was said to nobody.
            self.wake(now, 0);
        }
        if let Some(attention) = &mut self.attention {
            attention.forget();
        }
        self.call.open();
    }

    /// No longer: nothing more of it goes there.
    pub(in crate::media::engine) fn close_call(&mut self, out: &mut Captured) {
        if self.call.is_sending() {
            self.voice.clear();
        }
        self.call.close();
        out.call.clear();
    }

    /// Whether what is said now goes to the call.
    pub(in crate::media::engine) fn is_open_to_call(&self) -> bool {
        self.call.is_open() && self.source.is_there() && !self.is_kept_from_call()
    }

    /// Where the call's media clock stood last, and when: the sound that was in the air then has its place there once it
    /// is decoded.
    pub(in crate::media::engine) fn call_clock(&self) -> Option<(u32, Duration)> {
        self.call_clock
    }

    /// Whether the key has given the microphone to the room, something said to the room goes out, or a note is recorded.
    fn is_kept_from_call(&self) -> bool {
        self.gate.wants_sound() || self.gate.is_sending() || self.note.is_some()
    }

    /// Whether the sound that comes now is not to be looked back at: it went to the call, or was meant for others.
    pub(super) fn is_taken_by_call(&self) -> bool {
        self.call.is_sending() || self.call.is_open() && self.is_kept_from_call()
    }

    /// The next 10 ms go to the call, unless the room has the microphone or nobody speaks.
    pub(super) fn tell_call(&mut self, frame: &FrameSamples, now: Duration, out: &mut Captured) {
        self.call.pass(FRAME_SAMPLES as u32, now);
        if self.is_kept_from_call() || !self.attention.as_ref().is_none_or(Attention::speaks) {
            self.pause_call(out);
        } else if self.call.is_sending() {
            self.voice.extend_from_slice(frame);
        } else {
            self.resume_call(frame);
        }
    }

    fn resume_call(&mut self, frame: &FrameSamples) {
        self.begin_packets();
        match &mut self.attention {
            // It holds this frame as well, unless that came at the end of something for the room.
            Some(attention) => self.voice = attention.take_onset(),
            None => self.voice.extend_from_slice(frame),
        }
        if self.voice.is_empty() {
            self.voice.extend_from_slice(frame);
        }
        fade_in(&mut self.voice);
        self.call.begin(self.voice.len() as u32, FRAME_SAMPLES as u32);
    }

    /// The sound up to now was the last for the call, for a while.
    pub(super) fn pause_call(&mut self, out: &mut Captured) {
        if self.call.is_sending() {
            self.voice.clear();
            out.call.extend(self.call.end());
        }
    }

    /// The key went down: what was said up to now is the call's, but for the moment that the key took.
    pub(super) fn leave_call(&mut self, now: Duration, out: &mut Captured) {
        if !self.call.is_sending() {
            return;
        }
        self.source.read(now, self.raw.buffer());
        while self.raw.waiting() >= FRAME_SAMPLES + KEY_DELAY_SAMPLES {
            if let Some(mut frame) = self.raw.take() {
                self.take_frame(&mut frame, now, out);
            }
        }
        self.pause_call(out);
    }

    /// Notes the clock right after the source was read.
    pub(super) fn read_call_clock(&mut self, now: Duration) {
        if let Some(clock) = self.call.clock().filter(|_| self.call.is_open() && self.source.is_there()) {
            let waiting = self.raw.waiting() + self.encoder.delay_samples();
            let place = clock.wrapping_add(waiting as u32 + self.processor.delay_samples());
            self.call_clock = Some((place, now.saturating_sub(self.source.latency())));
        }
    }
}

#[cfg(test)]
mod tests;
