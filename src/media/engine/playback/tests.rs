use super::{
    talkers::MOST_TALKERS,
    wishes::{MOST_REMEMBERED, Wish},
    *,
};
use crate::media::{
    notes::{file::NoteFile, recording::NoteRecording},
    voice::{codec::VoiceEncoder, frames::PacketSamples},
};
use bytes::Bytes;
use std::sync::Arc;

fn stats(playback: &Playback) -> VoiceStats {
    playback.stats(Duration::ZERO, Instant::now())
}

fn packet(seq: u16) -> VoicePacket {
    let opus = Bytes::from_static(&[0x08, 0xff, 0xfe]);
    VoicePacket { burst: 1, seq, media_time: u32::from(seq) * 960, opus, ..VoicePacket::default() }
}

#[test]
fn a_sink_of_nothing_still_plays_and_counts_and_falls_idle() {
    let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
    let ms = Duration::from_millis;
    playback.step(ms(5_000)).unwrap();
    (0..3).for_each(|seq| playback.hear(Circle::Room, PersonId(1), packet(seq), ms(5_000)));
    assert_eq!(stats(&playback).heard.len(), 1);
    (5_000..6_000).step_by(5).for_each(|at| playback.step(ms(at)).unwrap());
    assert!(!playback.is_active());
    let stats = stats(&playback);
    assert_eq!((stats.received, stats.lost, stats.concealed, stats.heard.len()), (3, 0, 0, 0));
}

/// What a listener hears of a person who says something loud, left and right, once all gains have settled.
fn loudness(circle: Circle, prepare: impl FnOnce(&mut Playback)) -> [f32; 2] {
    let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
    prepare(&mut playback);
    let mut encoder = VoiceEncoder::new().unwrap();
    let tone: PacketSamples = std::array::from_fn(|n| 0.2 * (n as f32 / 48.0 * std::f32::consts::TAU).sin());
    (0..40).for_each(|seq| {
        let opus = encoder.encode(&tone).unwrap();
        playback.hear(circle, PersonId(1), VoicePacket { opus, ..packet(seq) }, Duration::ZERO);
    });
    let mut heard = [0.0f32; 2];
    for _ in 0..38 {
        let mut mix = playback.render(MIX_FRAMES, Duration::ZERO);
        heard = [0, 1].map(|ear: usize| mix.finish().iter().map(|frame| frame[ear].abs()).fold(0.0, f32::max));
    }
    heard
}

#[test]
fn volume_and_place_are_kept_for_somebody_who_has_not_spoken_yet() {
    let [plain, other] = loudness(Circle::Room, |_| {});
    assert!(plain > 0.1 && plain == other);
    let [left, right] = loudness(Circle::Room, |playback| {
        playback.set_volume(PersonId(1), 0.5);
        playback.hear_from(PersonId(1), Ears { left: 1.0, right: 0.5 });
    });
    assert!((left / plain - 0.5).abs() < 0.01 && (right / plain - 0.25).abs() < 0.01, "{left} {right} of {plain}");
    assert_eq!(loudness(Circle::Room, |playback| playback.set_volume(PersonId(1), 0.0)), [0.0; 2]);
}

#[test]
fn a_call_is_heard_from_the_middle_with_the_persons_volume_while_the_room_steps_back() {
    let [plain, _] = loudness(Circle::Room, |_| {});
    let far = Ears { left: 0.0, right: 0.1 };
    let [left, right] = loudness(Circle::Call, |playback| {
        playback.hear_from(PersonId(1), far);
        playback.set_volume(PersonId(1), 0.5);
        playback.lower_room(true);
    });
    assert!((left / plain - 0.5).abs() < 0.01 && left == right, "{left} {right} of {plain}");
    let [left, right] = loudness(Circle::Room, |playback| playback.lower_room(true));
    let lower_by = 20.0 * (plain / left).log10();
    assert!((lower_by - 12.0).abs() < 0.2 && left == right, "lowered by {lower_by} dB");
    let again = loudness(Circle::Room, |playback| {
        playback.lower_room(true);
        playback.lower_room(false);
    });
    assert_eq!(again, [plain; 2]);
}

#[test]
fn one_person_is_heard_in_room_and_call_and_forgotten_in_each_alone() {
    let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
    for circle in [Circle::Room, Circle::Call] {
        (0..10).for_each(|seq| playback.hear(circle, PersonId(1), packet(seq), Duration::ZERO));
    }
    playback.step(Duration::from_millis(30)).unwrap();
    let heard = stats(&playback);
    assert_eq!((heard.received, heard.heard.len(), heard.heard_in_call.len()), (20, 1, 1));
    playback.forget(Circle::Call, PersonId(1));
    let heard = stats(&playback);
    assert_eq!((heard.received, heard.heard.len(), heard.heard_in_call.len()), (20, 1, 0), "totals stay");
    playback.forget(Circle::Room, PersonId(1));
    assert!(!playback.is_active());
}

#[test]
fn the_media_time_that_is_told_is_that_of_what_is_heard() {
    let ms = Duration::from_millis;
    let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
    playback.step(ms(995)).unwrap();
    let mut told = Vec::new();
    for at in 1_000..2_000 {
        if at % 20 == 0 {
            playback.hear(Circle::Call, PersonId(1), packet((at / 20) as u16), ms(at));
        }
        playback.step(ms(at)).unwrap();
        let heard = playback.stats(ms(at), Instant::now()).heard_in_call;
        told.extend(heard.first().map(|heard| (at as i64, i64::from(heard.media_time) / 48)));
    }
    // A packet's first sample was said at the time that its number tells, here 20 ms before it came.
    let late: Vec<i64> = told.iter().map(|(at, said)| at - said).collect();
    let (least, most) = (late.iter().min().unwrap(), late.iter().max().unwrap());
    assert!(told.len() > 800, "told from the first word on");
    assert!(*least >= 0 && most - least <= 12 && *most < 200, "played {least} to {most} ms after it was said");
}

#[test]
fn who_leaves_loses_the_place_and_keeps_the_volume() {
    let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
    playback.set_volume(PersonId(1), 0.5);
    playback.hear_from(PersonId(1), Ears { left: f32::NAN, right: 9.0 });
    assert_eq!(playback.wishes.of(PersonId(1)), Wish { volume: 0.5, ears: Ears { left: 1.0, right: 2.0 } });
    playback.forget(Circle::Room, PersonId(1));
    assert_eq!(playback.wishes.of(PersonId(1)), Wish { volume: 0.5, ears: Ears::CENTRE });
    (0..5000).for_each(|person| playback.set_volume(PersonId(person), 0.1));
    assert!(playback.wishes.len() <= MOST_REMEMBERED);
}

#[test]
fn the_number_of_people_heard_is_bounded_and_the_silent_make_room() {
    let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
    (0..50).for_each(|person| {
        playback.hear(Circle::Room, PersonId(person), packet(0), Duration::ZERO);
        playback.hear(Circle::Call, PersonId(person), packet(0), Duration::ZERO);
    });
    assert_eq!(stats(&playback).received, MOST_TALKERS as u64);
    assert_eq!(stats(&playback).dropped, 100 - MOST_TALKERS as u64);
    for second in 0..70 {
        (0..50).for_each(|n| playback.step(Duration::from_millis(second * 1000 + n * 20)).unwrap());
    }
    assert_eq!(playback.talkers.len(), 0);
    assert_eq!(stats(&playback).received, MOST_TALKERS as u64, "totals outlive their people");
}

/// A note of a second, loud.
fn note() -> NotePlayer {
    let mut recording = NoteRecording::new().unwrap();
    let tone = (0..48_000).map(|n| 0.3 * (n as f32 / 48.0 * std::f32::consts::TAU).sin());
    recording.record(&tone.collect::<Vec<f32>>());
    let file = NoteFile::read(&recording.finish().unwrap().ogg).unwrap();
    NotePlayer::new(Arc::new(file), Duration::ZERO, 1.0).unwrap()
}

/// The loudest sample of so much time.
fn loudest(playback: &mut Playback, now: &mut Duration, ms: u64) -> f32 {
    let mut loudest = 0.0f32;
    for _ in 0..ms / 10 {
        *now += Duration::from_millis(10);
        playback.note.give_way(playback.talkers.speak(), *now);
        let mut mix = playback.render(MIX_FRAMES, *now);
        loudest = mix.finish().iter().map(|frame| frame[0].abs()).fold(loudest, f32::max);
    }
    loudest
}

#[test]
fn a_note_is_played_to_its_end_and_told_of_once() {
    let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
    let mut now = Duration::ZERO;
    playback.play_note(7, note());
    assert!(playback.is_active());
    assert!(loudest(&mut playback, &mut now, 500) > 0.2);
    let played = playback.note().unwrap();
    assert_eq!((played.ticket, played.waits), (7, false));
    assert!((480..=500).contains(&played.at.as_millis()), "{:?}", played.at);
    assert_eq!(playback.ended_note(), None);
    loudest(&mut playback, &mut now, 600);
    assert_eq!((playback.ended_note(), playback.ended_note()), (Some(7), None));
    assert!(!playback.is_active());
}

#[test]
fn a_note_waits_for_who_speaks_and_goes_on_where_it_was() {
    let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
    let mut now = Duration::ZERO;
    playback.play_note(7, note());
    loudest(&mut playback, &mut now, 300);
    playback.speak_oneself(now);
    loudest(&mut playback, &mut now, 30);
    let at = playback.note().unwrap().at;
    assert!(playback.note().unwrap().waits);
    assert_eq!(loudest(&mut playback, &mut now, 1000), 0.0);
    assert_eq!(playback.note().unwrap().at, at);
    assert!(loudest(&mut playback, &mut now, 500) > 0.2);
    assert!(!playback.note().unwrap().waits);
}

#[test]
fn a_stopped_note_fades_and_is_not_told_to_have_ended() {
    let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
    let mut now = Duration::ZERO;
    playback.play_note(7, note());
    loudest(&mut playback, &mut now, 300);
    playback.stop_note();
    assert!(loudest(&mut playback, &mut now, 10) > 0.1);
    assert_eq!(loudest(&mut playback, &mut now, 20), 0.0);
    assert_eq!(playback.ended_note(), None);
    assert!(!playback.is_active() && playback.note().is_none());
}
