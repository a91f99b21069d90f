//! Two voice engines in a call, joined by nothing but packets, in real time: both talk at once, and the key takes the
//! microphone for the room.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, and scores are worth reading"
)]

#[path = "support/intelligibility.rs"]
mod intelligibility;
#[path = "support/speech.rs"]
mod speech;

use hallway::media::{
    devices::{sink::Speaker, source::Microphone, wav::read_wav},
    engine::{VoiceCommand, VoiceEngine, VoiceEvent, VoiceHandle, VoiceSettings, VoiceStats},
};
use hallway_protocol::{ids::PersonId, voice::VoicePacket};
use intelligibility::{best_alignment, stoi};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
    thread::sleep,
    time::{Duration, Instant},
};

const ANN: PersonId = PersonId(1);
const BEN: PersonId = PersonId(2);

/// What an engine told, and when.
type Told = Arc<Mutex<Vec<(Instant, VoiceEvent)>>>;

/// One person in the call, and in the room.
struct Member {
    engine: Arc<VoiceHandle>,
    told: Told,
}

impl Member {
    /// Somebody whose packets reach `other`, once there is one.
    fn new(own: PersonId, microphone: Microphone, speaker: Speaker, other: &Arc<OnceLock<Arc<VoiceHandle>>>) -> Self {
        let told = Told::default();
        let (events, network) = (told.clone(), other.clone());
        let settings = VoiceSettings { microphone, speaker, cues: false, ..VoiceSettings::default() };
        let engine = VoiceEngine::start(settings, move |event| {
            if let Some(other) = network.get() {
                match &event {
                    VoiceEvent::Packet(bytes) => other.send(VoiceCommand::Hear { speaker: own, packet: packet(bytes) }),
                    VoiceEvent::CallPacket(bytes) => {
                        other.send(VoiceCommand::HearCall { speaker: own, packet: packet(bytes) });
                    }
                    _ => {}
                }
            }
            events.lock().unwrap().push((Instant::now(), event));
        });
        Self { engine: Arc::new(engine.unwrap()), told }
    }

    fn call_packets(&self) -> Vec<(Instant, VoicePacket)> {
        let told = self.told.lock().unwrap();
        let of_call = |(at, event): &(Instant, VoiceEvent)| match event {
            VoiceEvent::CallPacket(bytes) => Some((*at, packet(bytes))),
            _ => None,
        };
        told.iter().filter_map(of_call).collect()
    }

    fn until(&self, what: &str, wish: impl Fn(&VoiceStats) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !wish(&self.engine.stats()) {
            assert!(Instant::now() < deadline, "{what} did not happen: {:?}", self.engine.stats());
            sleep(Duration::from_millis(2));
        }
    }

    fn until_told(&self, event: &VoiceEvent) {
        self.until(&format!("{event:?}"), |_| self.told.lock().unwrap().iter().any(|(_, told)| told == event));
    }
}

fn packet(bytes: &bytes::Bytes) -> VoicePacket {
    VoicePacket::decode(bytes).unwrap()
}

fn wav(path: &Path, how: &str) -> Microphone {
    format!("wav:{}{how}", path.display()).parse().unwrap()
}

/// Ann and Ben, who hear each other; what each says and hears is in these files.
fn two_people(dir: &Path, said: [&str; 2]) -> ([Member; 2], [Vec<f32>; 2], [PathBuf; 2]) {
    let spoken = [dir.join("ann says.wav"), dir.join("ben says.wav")];
    let clean = [0, 1].map(|who| speech::speak(said[who], &spoken[who]));
    let heard = [dir.join("ann hears.wav"), dir.join("ben hears.wav")];
    let others: [Arc<OnceLock<Arc<VoiceHandle>>>; 2] = Default::default();
    let members = [ANN, BEN].map(|own| {
        let who = usize::from(own == BEN);
        Member::new(own, wav(&spoken[who], ":from-talk"), Speaker::Wav(heard[who].clone()), &others[who])
    });
    others[0].set(members[1].engine.clone()).ok().unwrap();
    others[1].set(members[0].engine.clone()).ok().unwrap();
    (members, clean, heard)
}

fn score(clean: &[f32], heard: &Path) -> f32 {
    let heard = read_wav(heard).unwrap();
    stoi(clean, &heard[best_alignment(clean, &heard, 48_000)..], 48_000)
}

#[test]
fn both_speak_at_once_and_each_is_understood() {
    let dir = tempfile::tempdir().unwrap();
    let other = "She sells sea shells by the sea shore, and the shells that she sells are sea shells for sure.";
    let (members, clean, heard) = two_people(dir.path(), [speech::SENTENCE, other]);
    // The engines hear that their rooms are quiet.
    sleep(Duration::from_millis(500));
    members.iter().for_each(|member| member.engine.send(VoiceCommand::OpenCall));
    for (who, member) in members.iter().enumerate() {
        let other = [BEN, ANN][who];
        member.until("the other's voice", |stats| stats.heard_in_call.iter().any(|one| one.heard.speaker == other));
        let stats = member.engine.stats();
        assert!(stats.call_open && !stats.mic_open && stats.heard.is_empty());
    }
    let longest = clean.iter().map(Vec::len).max().unwrap() as u64 / 48;
    sleep(Duration::from_millis(longest + 300));
    members.iter().for_each(|member| member.engine.send(VoiceCommand::CloseCall));
    for member in &members {
        member.until("the end of the call", |stats| !stats.call_open && stats.heard_in_call.is_empty());
        assert_eq!(member.engine.stats().lost, 0);
        let told = member.told.lock().unwrap();
        assert!(told.iter().all(|(_, event)| matches!(event, VoiceEvent::CallPacket(_))), "the call needs no floor");
    }
    drop(members);
    for who in 0..2 {
        let score = score(&clean[1 - who], &heard[who]);
        println!("{} hears {score:.3}", ["Ann", "Ben"][who]);
        assert!(score > 0.85, "{score}");
    }
}

#[test]
fn the_key_takes_the_microphone_to_the_room_and_gives_it_back_to_the_call() {
    let dir = tempfile::tempdir().unwrap();
    let ([ann, ben], ..) = two_people(dir.path(), [speech::SENTENCE, "Yes."]);
    ann.engine.send(VoiceCommand::OpenCall);
    ben.until("the call", |stats| stats.heard_in_call.len() == 1);

    ann.engine.send(VoiceCommand::PressTalk);
    ann.engine.send(VoiceCommand::FloorGranted);
    ben.until("the room", |stats| stats.heard.len() == 1);
    let at_press = ann.call_packets().len();
    assert!(ann.engine.stats().mic_open && !ann.engine.stats().call_open);
    sleep(Duration::from_millis(300));
    assert_eq!(ann.call_packets().len(), at_press, "what is said to the room is not said to the call");
    ann.engine.send(VoiceCommand::ReleaseTalk);
    ann.until_told(&VoiceEvent::BurstEnded);
    ben.until("the call again, and the room no more", |stats| stats.heard_in_call.len() == 1 && stats.heard.is_empty());
    ann.until("the open call", |stats| stats.call_open && !stats.mic_open);

    let told = ann.told.lock().unwrap();
    let first = told.iter().position(|(_, event)| matches!(event, VoiceEvent::Packet(_))).unwrap();
    let last = told.iter().rposition(|(_, event)| matches!(event, VoiceEvent::Packet(_))).unwrap();
    let between = &told[first..last];
    let to_call = between.iter().filter(|(_, event)| matches!(event, VoiceEvent::CallPacket(_)));
    // The mark that ends the call's burst may come in the same round as the first of the room's.
    assert!(to_call.count() <= 1);
    drop(told);
    let packets = ann.call_packets();
    assert!(packets.windows(2).all(|pair| pair[0].1.media_time <= pair[1].1.media_time));
    let bursts: Vec<u8> = packets.iter().map(|(_, packet)| packet.burst).collect();
    assert_eq!((bursts[0], bursts[bursts.len() - 1]), (1, 2));
    assert_eq!(packets.iter().filter(|(_, packet)| packet.last).count(), 1);
}

#[test]
fn one_person_is_heard_in_room_and_call_at_once_while_the_room_is_lowered() {
    let dir = tempfile::tempdir().unwrap();
    let heard = dir.path().join("heard.wav");
    let spoken = dir.path().join("spoken.wav");
    let clean = speech::speak(speech::SENTENCE, &spoken);
    let to_nobody = Arc::default();
    let ann = Member::new(ANN, Microphone::None, Speaker::Wav(heard.clone()), &to_nobody);
    let mut encoder = hallway::media::voice::codec::VoiceEncoder::new().unwrap();
    let mut say = |command: fn(PersonId, VoicePacket) -> VoiceCommand, from: u16| {
        for (n, samples) in (0..).zip(clean.as_chunks::<960>().0.iter().take(40)) {
            let (seq, media_time) = (from + n, u32::from(from + n) * 960);
            let opus = encoder.encode(samples).unwrap();
            ann.engine.send(command(BEN, VoicePacket { burst: 1, seq, media_time, opus, ..VoicePacket::default() }));
        }
    };
    ann.engine.send(VoiceCommand::LowerRoom(true));
    say(|speaker, packet| VoiceCommand::Hear { speaker, packet }, 0);
    say(|speaker, packet| VoiceCommand::HearCall { speaker, packet }, 500);
    ann.until("both", |stats| stats.heard.len() == 1 && stats.heard_in_call.len() == 1);
    let one = ann.engine.stats().heard_in_call[0];
    assert_eq!(one.heard.speaker, BEN);
    assert!((500 * 960..540 * 960).contains(&one.media_time), "{}", one.media_time);
    ann.engine.send(VoiceCommand::ForgetInCall { speaker: BEN });
    ann.until("the room alone", |stats| stats.heard.len() == 1 && stats.heard_in_call.is_empty());
}

#[test]
fn nothing_comes_after_a_call_is_closed_and_the_media_clock_goes_on_with_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let ([ann, ben], ..) = two_people(dir.path(), [speech::SENTENCE, speech::SENTENCE]);
    assert_eq!(ann.engine.stats().call_clock, None);
    ann.engine.send(VoiceCommand::OpenCall);
    ben.until("the call", |stats| stats.heard_in_call.len() == 1);
    ann.engine.send(VoiceCommand::CloseCall);
    // A pair of events that the engine gives only after it has read the command: a grant without a key ends at once.
    ann.engine.send(VoiceCommand::FloorGranted);
    ann.until_told(&VoiceEvent::BurstEnded);
    let sent = ann.call_packets().len();
    sleep(Duration::from_millis(500));
    assert_eq!((ann.call_packets().len(), ann.engine.stats().call_open), (sent, false));
    assert_eq!(ann.engine.stats().microphone_level, -96.0, "the microphone is not listened to");
    ben.until("silence", |stats| stats.heard_in_call.is_empty());

    ann.engine.send(VoiceCommand::OpenCall);
    ben.until("the call again", |stats| stats.heard_in_call.len() == 1);
    let packets = ann.call_packets();
    let (_, before) = &packets[sent - 1];
    let (at, after) = &packets[sent];
    assert_ne!(before.burst, after.burst);
    assert!(after.media_time.wrapping_sub(before.media_time) > 24_000, "the pause counts");
    let (clock, clock_at) = ann.engine.stats().call_clock.unwrap();
    let off = f64::from(clock.wrapping_sub(after.media_time)) / 48_000.0
        - clock_at.saturating_duration_since(*at).as_secs_f64();
    println!("the clock is {:.1} ms ahead of a packet that leaves", off * 1000.0);
    assert!((0.0..0.15).contains(&off), "{off} s");
}

#[test]
fn a_call_without_a_microphone_is_not_open() {
    let member = Member::new(ANN, Microphone::None, Speaker::None, &Arc::default());
    member.engine.send(VoiceCommand::OpenCall);
    member.engine.send(VoiceCommand::FloorGranted);
    member.until_told(&VoiceEvent::BurstEnded);
    sleep(Duration::from_millis(100));
    let stats = member.engine.stats();
    assert!(!stats.call_open && stats.call_clock.is_none() && member.call_packets().is_empty());
}
