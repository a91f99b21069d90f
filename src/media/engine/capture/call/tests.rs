//! One microphone between room and call, on a virtual clock.

use super::*;
use crate::media::{
    devices::wav::WavSource,
    engine::capture::Source,
    processing::Processing,
    voice::{
        activation::{Activation, VoiceChange},
        codec::VoiceDecoder,
        gate::GateOutput,
    },
};
use hallway_protocol::voice::VoicePacket;
use std::f32::consts::TAU;

const PLAIN: Processing = Processing { noise_suppression: false, automatic_level: false, echo_cancellation: false };
/// Pitches of what is said to the call and to the room, in hertz.
const CALL_HZ: f32 = 1000.0;
const ROOM_HZ: f32 = 1500.0;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn tone(hz: f32, ms: usize) -> Vec<f32> {
    (0..48 * ms).map(|n| 0.3 * (n as f32 / 48_000.0 * hz * TAU).sin()).collect()
}

fn silence(ms: usize) -> Vec<f32> {
    vec![0.0; 48 * ms]
}

/// How much of a tone is in a sound, in seconds of it at its full loudness.
fn seconds_of(hz: f32, sound: &[f32]) -> f32 {
    let part = |piece: &[f32], wave: fn(f32) -> f32| {
        piece.iter().enumerate().map(|(n, sample)| sample * wave(n as f32 / 48_000.0 * hz * TAU)).sum::<f32>()
    };
    let energy = |piece: &[f32]| part(piece, f32::sin).powi(2) + part(piece, f32::cos).powi(2);
    let full = energy(&tone(hz, 10));
    sound.chunks_exact(480).map(|piece| energy(piece) / full).sum::<f32>() / 100.0
}

/// A microphone, and everything that left it, with the time at which it did.
struct Line {
    capture: Capture,
    now: Duration,
    call: Vec<(Duration, VoicePacket)>,
    room: Vec<(Duration, VoicePacket)>,
    ended: usize,
    changes: Vec<VoiceChange>,
}

impl Line {
    /// A microphone that hears this from the start on, and silence after it.
    fn new(sound: Vec<f32>) -> Self {
        let source = Source::Wav(WavSource::new(sound, false, false, 0, Duration::ZERO));
        let mut capture = Capture::new(source, ms(40)).unwrap();
        capture.set_processing(PLAIN);
        Self { capture, now: Duration::ZERO, call: Vec::new(), room: Vec::new(), ended: 0, changes: Vec::new() }
    }

    /// Does something and takes up what comes of it, as a round of the voice thread does.
    fn act(&mut self, work: impl FnOnce(&mut Capture, Duration, &mut Captured)) -> &mut Self {
        let mut out = Captured::default();
        work(&mut self.capture, self.now, &mut out);
        self.capture.step(self.now, &mut out);
        self.call.extend(out.call.into_iter().map(|packet| (self.now, packet)));
        self.changes.extend(out.changes);
        for output in out.gate {
            match output {
                GateOutput::Packet(packet) => self.room.push((self.now, packet)),
                GateOutput::BurstEnded => self.ended += 1,
            }
        }
        self
    }

    /// Lets time go on, to the millisecond that is named.
    fn until(&mut self, end: u64) -> &mut Self {
        while self.now < ms(end) {
            self.now += ms(5);
            self.act(|_, _, _| ());
        }
        self
    }

    fn open(&mut self) -> &mut Self {
        self.act(|capture, now, _| capture.open_call(now))
    }

    fn press_and_grant(&mut self) -> &mut Self {
        self.act(|capture, now, out| {
            capture.press(now, out);
            capture.gate().grant(now, &mut out.gate);
        })
    }

    fn release(&mut self) -> &mut Self {
        self.act(|capture, now, out| capture.release(now, out))
    }

    /// The numbers of the call's bursts, each once.
    fn bursts(&self) -> Vec<u8> {
        let mut bursts: Vec<_> = self.call.iter().map(|(_, packet)| packet.burst).collect();
        bursts.dedup();
        bursts
    }

    /// How much later than its media time says packets left: of all of the call's, the least and the most.
    fn lateness(&self) -> (i64, i64) {
        let sounding = self.call.iter().filter(|(_, packet)| !packet.opus.is_empty() && !packet.pre_roll);
        let late = sounding.map(|(at, packet)| at.as_millis() as i64 - i64::from(packet.media_time / 48));
        late.fold((i64::MAX, i64::MIN), |(least, most), late| (least.min(late), most.max(late)))
    }
}

fn decoded(packets: &[(Duration, VoicePacket)]) -> Vec<f32> {
    let (mut decoder, mut sound) = (VoiceDecoder::new().unwrap(), Vec::new());
    for (_, packet) in packets.iter().filter(|(_, packet)| !packet.opus.is_empty()) {
        decoder.decode(&packet.opus, &mut sound).unwrap();
    }
    sound
}

#[test]
fn a_call_gets_what_is_said_from_its_opening_to_its_end_and_nothing_else() {
    let mut line = Line::new([tone(ROOM_HZ, 500), tone(CALL_HZ, 1000), tone(ROOM_HZ, 500)].concat());
    line.until(495);
    assert!(line.call.is_empty() && !line.capture.is_open_to_call());
    line.until(500).open().until(1490);
    assert!(line.capture.is_open_to_call() && line.room.is_empty());
    line.until(1500).act(|capture, _, out| {
        capture.step(ms(1520), out);
        assert!(!out.call.is_empty());
        capture.close_call(out);
        assert!(out.call.is_empty(), "what waits is not delivered either");
    });
    let sent = line.call.len();
    line.until(2500);
    assert_eq!((line.call.len(), line.capture.is_open_to_call(), line.capture.level_dbfs()), (sent, false, -96.0));
    assert!((48..=50).contains(&sent), "{sent} packets");
    assert!(line.call.iter().all(|(_, packet)| !packet.pre_roll && !packet.last && packet.burst == 1));
    let sound = decoded(&line.call);
    assert!(seconds_of(ROOM_HZ, &sound) < 0.01 && seconds_of(CALL_HZ, &sound) > 0.9);
}

#[test]
fn what_is_said_to_the_room_is_not_said_to_the_call_which_goes_on_afterwards() {
    let said = [tone(CALL_HZ, 1000), tone(ROOM_HZ, 1000), silence(100), tone(CALL_HZ, 900)].concat();
    let mut line = Line::new(said);
    line.open().until(1000);
    line.press_and_grant();
    assert!(!line.capture.is_open_to_call());
    line.until(2000).release().until(2100);
    assert!(line.ended == 1 && line.capture.is_open_to_call());
    line.until(3000);
    let (call, room) = (decoded(&line.call), decoded(&line.room));
    let [to_call, leaked] = [CALL_HZ, ROOM_HZ].map(|hz| seconds_of(hz, &call));
    let [taken, to_room] = [CALL_HZ, ROOM_HZ].map(|hz| seconds_of(hz, &room));
    assert!(to_call > 1.8 && to_room > 0.95, "{to_call} s to the call, {to_room} s to the room");
    // The moment that the key takes is the room's.
    assert!(leaked < 0.01 && taken < 0.02, "{leaked} s leaked to the call, {taken} s to the room");
    assert_eq!(line.bursts(), [1, 2]);
    let (last, first): (Vec<_>, Vec<_>) = line.call.iter().map(|(_, packet)| packet).partition(|packet| packet.last);
    assert_eq!((last.len(), last[0].burst, last[0].opus.len()), (1, 1, 0), "a pause is told, without sound");
    assert!(first.windows(2).all(|pair| pair[0].media_time < pair[1].media_time));
    let (least, most) = line.lateness();
    assert!(least >= 20 && most - least <= 25, "the clock goes on through the pause: {least} to {most} ms late");
}

#[test]
fn a_key_that_leads_to_nothing_gives_the_microphone_back_at_once() {
    type Over = fn(&mut Capture, Duration, &mut Captured);
    let refused: Over = |capture, now, _| capture.gate().abort(now);
    let too_late: Over = |capture, now, out| capture.release(now, out);
    for over in [refused, too_late] {
        let mut line = Line::new(tone(CALL_HZ, 2000));
        line.open().until(500).act(|capture, now, out| capture.press(now, out)).until(800);
        let before = line.call.len();
        assert!(line.call.iter().all(|(at, _)| *at <= ms(500)) && !line.capture.is_open_to_call());
        line.act(over);
        assert!(line.capture.is_open_to_call());
        line.until(900);
        assert!(line.call.len() >= before + 4 && line.room.is_empty());
        assert_eq!(line.bursts(), [1, 2]);
    }
}

#[test]
fn a_recording_that_waits_pauses_no_call_and_one_that_is_played_does() {
    let mut line = Line::new(tone(CALL_HZ, 5000));
    line.open().until(200).act(|capture, now, out| {
        capture.press(now, out);
        capture.gate().keep_recording();
    });
    line.until(700).release().until(1500);
    assert!(line.capture.recorded() > ms(400) && line.capture.is_open_to_call());
    assert!(line.call.iter().any(|(at, _)| *at > ms(1000)), "who waits with the key up speaks to the call");
    line.act(|capture, now, out| capture.gate().play_recording(now, &mut out.gate)).until(1600);
    let paused = line.call.len();
    line.until(1900);
    assert!(line.call.len() == paused && !line.capture.is_open_to_call());
    line.until(3000);
    assert!(line.ended == 1 && line.call.len() > paused);
    let (least, most) = line.lateness();
    assert!(most - least <= 25, "{least} to {most} ms late");
}

#[test]
fn a_microphone_that_goes_away_is_not_open_and_the_clock_goes_on_without_it() {
    let mut line = Line::new(tone(CALL_HZ, 5000));
    line.open().until(500).act(|capture, _, out| capture.set_source(Source::None, out));
    assert!(!line.capture.is_open_to_call());
    assert!(line.call.last().is_some_and(|(_, packet)| packet.last));
    let before = line.capture.call_clock();
    line.until(1500);
    assert_eq!(line.capture.call_clock(), before);
    line.act(|capture, now, out| {
        let wav = WavSource::new(tone(CALL_HZ, 3000), false, false, 0, now);
        capture.set_source(Source::Wav(wav), out);
    });
    line.until(2500);
    assert!(line.capture.is_open_to_call());
    assert_eq!(line.bursts(), [1, 2]);
    let (least, most) = line.lateness();
    assert!(most - least <= 25, "{least} to {most} ms late");
}

#[test]
fn the_clock_that_is_told_is_that_of_the_packets() {
    let mut line = Line::new(tone(CALL_HZ, 3000));
    assert_eq!(line.capture.call_clock(), None);
    line.until(200).open().until(1000).press_and_grant().until(1500).release().until(2000);
    line.act(|capture, _, out| capture.close_call(out)).until(2500).open().until(3000);
    let (place, at) = line.capture.call_clock().unwrap();
    let (least, most) = line.lateness();
    // Said at `at`; a packet leaves when its last sample was said, and is decoded later by what the codec looks ahead.
    let late = at.as_millis() as i64 - i64::from(place / 48);
    assert!((least - 40..=most).contains(&late), "{late} ms against {least} to {most}");
    assert!(most - least <= 30);
}

#[test]
fn with_voice_activation_only_voices_go_to_the_call_from_shortly_before_they_began() {
    let head = tone(ROOM_HZ, 100).iter().map(|sample| 0.05 * sample).collect();
    let said = [silence(1000), head, tone(CALL_HZ, 500), silence(1500), tone(CALL_HZ, 200)].concat();
    let mut line = Line::new(said);
    line.act(|capture, now, _| capture.set_activation(Some(Activation { threshold_dbfs: -30.0 }), now));
    line.open().until(1000);
    assert!(line.call.is_empty() && line.capture.is_open_to_call(), "nobody has spoken");
    line.until(4000);
    assert_eq!(line.changes, [VoiceChange::Began, VoiceChange::Ended, VoiceChange::Began, VoiceChange::Ended]);
    assert_eq!(line.bursts(), [1, 2]);
    assert!(line.call.iter().all(|(at, _)| (ms(1100)..ms(2000)).contains(at) || (ms(3100)..ms(3750)).contains(at)));
    let sound = decoded(&line.call);
    let quiet_head = seconds_of(ROOM_HZ, &sound) / 0.05f32.powi(2);
    assert!(quiet_head > 0.07, "{quiet_head} s of the quiet head");
    assert!(seconds_of(CALL_HZ, &sound) > 0.65);
    assert!(line.call.windows(2).all(|pair| pair[0].1.media_time <= pair[1].1.media_time));
    let (first, rest) = line.call.split_at(5);
    assert!(first.iter().all(|(_, packet)| packet.pre_roll), "what comes in a heap says so");
    assert!(rest.iter().take(10).all(|(_, packet)| !packet.pre_roll || packet.media_time < 48 * 1120));
}

#[test]
fn nothing_from_before_the_call_or_from_a_mute_goes_to_it_even_when_it_was_listened_to() {
    let mut line = Line::new([tone(ROOM_HZ, 1000), tone(CALL_HZ, 500)].concat());
    line.act(|capture, now, _| capture.set_activation(Some(Activation { threshold_dbfs: -30.0 }), now));
    line.until(1000);
    assert_eq!(line.changes, [VoiceChange::Began]);
    line.open().until(1500);
    let sound = decoded(&line.call);
    assert!(seconds_of(CALL_HZ, &sound) > 0.4 && seconds_of(ROOM_HZ, &sound) < 0.01);
}

/// White noise of this loudness, the same each time.
fn noise(ms: usize, level: f32) -> Vec<f32> {
    let mut state = 1u32;
    let uniform = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        level * 3f32.sqrt() * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0)
    };
    std::iter::repeat_with(uniform).take(48 * ms).collect()
}

#[test]
fn the_suppressor_rests_in_quiet_rooms_however_long_a_voice_or_a_call_is_waited_for() {
    let suppression = Processing { noise_suppression: true, ..PLAIN };
    let activated: fn(&mut Capture, Duration, &mut Captured) =
        |capture, now, _| capture.set_activation(Some(Activation { threshold_dbfs: -30.0 }), now);
    let in_call: fn(&mut Capture, Duration, &mut Captured) = |capture, now, _| capture.open_call(now);
    let fan = || noise(7000, 0.002);
    let said = || [silence(1500), tone(CALL_HZ, 400), silence(600), fan(), silence(1000)].concat();
    for (begin, runs_by) in [(activated, 3100), (in_call, 7600)] {
        let mut line = Line::new(said());
        line.capture.set_processing(suppression);
        let suppresses = |line: &mut Line| line.capture.processor().delay_samples() > 0;
        line.act(begin).until(600);
        assert!(!suppresses(&mut line), "a quiet room");
        line.until(1950);
        assert!(!suppresses(&mut line), "a voice is no noise");
        line.until(runs_by);
        assert!(suppresses(&mut line), "a fan");
        line.until(10_000);
        assert!(!suppresses(&mut line), "quiet again");
    }
}

#[test]
fn a_call_and_a_test_do_not_share_the_microphone() {
    let mut line = Line::new(tone(CALL_HZ, 2000));
    line.open().act(|capture, now, _| capture.start_test(now)).until(1500);
    assert!(line.capture.heard_back(ms(1500)).is_none() && line.call.len() > 70);
}
