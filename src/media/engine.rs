//! The voice thread and how the session talks to it.
//!
//! One thread, named `voice`, owns the microphone's reading end, the talk gate, the codecs, every remote speaker and the
//! speaker's ring. While somebody talks it wakes when a packet's sound should be there or the speaker wants some, else ten
//! times a second.

mod capture;
mod echo;
mod loopback;
mod playback;
#[cfg(feature = "devices")]
mod presence;
mod run;

use super::{
    devices::{sink::Speaker, source::Microphone},
    notes::{file::NoteFile, recording::RecordedNote},
    processing::Processing,
    voice::{
        activation::Activation, cues::Cue, encoding::Encoding, gate::DEFAULT_TAIL, level::SILENCE_DBFS, space::Ears,
    },
};
use bytes::Bytes;
use hallway_protocol::{ids::PersonId, voice::VoicePacket};
use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
        mpsc::{Sender, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// Voice packets that may wait for the voice thread: a second of pre-roll from five speakers at once, 10 ms each.
const WAITING_PACKETS: usize = 512;

/// How the engine starts.
#[derive(Clone, Debug)]
pub struct VoiceSettings {
    /// What the voice is taken from; default none.
    pub microphone: Microphone,
    /// What everything heard goes to; default none.
    pub speaker: Speaker,
    /// How long sound goes out after the key went up; default 150 ms.
    pub release_tail: Duration,
    /// Whether [`VoiceCommand::Play`] is heard in the speaker; default true.
    pub cues: bool,
}

impl Default for VoiceSettings {
    fn default() -> Self {
        Self { microphone: Microphone::None, speaker: Speaker::None, release_tail: DEFAULT_TAIL, cues: true }
    }
}

/// What the session tells the engine.
#[derive(Clone, Debug)]
pub enum VoiceCommand {
    /// The talk key went down: recording begins, nothing is sent yet. A test ends.
    PressTalk,
    /// The grant will take long: what is said is kept, up to 60 s, instead of its last second.
    KeepRecording,
    /// The server gave the floor: what was recorded goes out, a second of it at most, then live sound. After
    /// [`ReleaseTalk`](Self::ReleaseTalk) this is [`PlayRecording`](Self::PlayRecording).
    FloorGranted,
    /// The server gave the floor, and what was recorded is not to be heard: live sound goes out. With the key up,
    /// [`VoiceEvent::BurstEnded`] comes.
    SpeakLive,
    /// The server gave the floor: what was recorded goes out at its own pace, then [`VoiceEvent::BurstEnded`] comes.
    /// Nothing live goes out, wherever the key is.
    PlayRecording,
    /// The talk key went up: the tail goes out, then [`VoiceEvent::BurstEnded`] comes. Before the grant, recording stops,
    /// and what was recorded is forgotten unless it is kept; no event comes, unless a late grant does.
    ReleaseTalk,
    /// The floor was refused or taken: silence at once, and no event. What was recorded is forgotten.
    AbortTalk,
    /// How sound is to be encoded from the next packet on; from a [`LinkAdapter`](super::voice::adapt::LinkAdapter).
    SetEncoding(Encoding),
    /// What is done to the microphone's sound.
    SetProcessing(Processing),
    /// Listen for a voice, and tell of it by [`VoiceEvent::VoiceBegan`] and [`VoiceEvent::VoiceEnded`]; or no longer.
    /// Whether a talk begins is the session's to decide: [`PressTalk`](Self::PressTalk) then includes what was said
    /// since shortly before the voice began.
    SetActivation(Option<Activation>),
    /// How long sound goes out after the key went up.
    SetTail(Duration),
    /// Give the microphone's sound back in the own speaker a second later, as others would hear it. Nothing leaves, and
    /// while somebody talks nothing happens.
    StartTest,
    /// Enough.
    StopTest,
    /// A packet from the network.
    Hear {
        /// Who speaks.
        speaker: PersonId,
        /// What was said.
        packet: VoicePacket,
    },
    /// A person is gone, or not to be heard any more.
    Forget {
        /// Who.
        speaker: PersonId,
    },
    /// A speaker's place changed: these are the gains for the two ears. Kept until the next one or
    /// [`Forget`](Self::Forget), also for a speaker of whom nothing was heard yet.
    HearFrom {
        /// Who.
        speaker: PersonId,
        /// From [`heard_from`](super::voice::space::heard_from).
        ears: Ears,
    },
    /// How loud a speaker is to be, 0.0 (not at all) to 2.0. Kept from then on, also for a speaker of whom nothing was
    /// heard yet.
    SetVolume {
        /// Who.
        speaker: PersonId,
        /// Times the loudness that came.
        volume: f32,
    },
    /// Give the microphone's sound to the call as it comes, but for the time from [`PressTalk`](Self::PressTalk) to the
    /// end of what that began: what is said to the room is not said to the call. A recording that waits for its turn with
    /// the key up pauses nothing, until it is played. While a voice is listened for
    /// ([`SetActivation`](Self::SetActivation)) only voices go to the call, each from shortly before it began. A test
    /// ends, and there is none while this lasts.
    OpenCall,
    /// No longer. No packet of the call comes once the engine has read this, not even one that ends what was said.
    CloseCall,
    /// A packet of the call from the network. Its speaker is heard from the middle, beside what the same person may say
    /// to the room.
    HearCall {
        /// Who speaks.
        speaker: PersonId,
        /// What was said.
        packet: VoicePacket,
    },
    /// A person is gone from the call.
    ForgetInCall {
        /// Who.
        speaker: PersonId,
    },
    /// Whether the room's voices step back behind those of a call.
    LowerRoom(bool),
    /// A tone for this person's ears only.
    Play(Cue),
    /// Another microphone.
    SetMicrophone(Microphone),
    /// Another speaker.
    SetSpeaker(Speaker),
    /// Record a note from now on; [`VoiceEvent::NoteRecorded`] comes at its end. What is said meanwhile goes nowhere else,
    /// and no voice is told of. A test ends. It ends by itself at its longest, when the talk key goes down, and when the
    /// microphone goes away.
    RecordNote {
        /// By which number it is told of.
        ticket: u64,
    },
    /// That was the note.
    FinishNote,
    /// Forget what was recorded of it; no event comes.
    CancelNote,
    /// Play a note, in place of the one before. It waits while somebody speaks, here or in the room.
    PlayNote {
        /// By which number it is told of.
        ticket: u64,
        /// What.
        note: Arc<NoteFile>,
        /// From which place.
        from: Duration,
        /// How many times as fast, 0.5 to 3.0, at the same pitch.
        speed: f32,
        /// Whether pauses are passed over.
        skip_silence: bool,
    },
    /// Play it no longer; no event comes.
    StopNote,
}

/// What the engine tells the session, on the voice thread: the receiver only passes it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VoiceEvent {
    /// A voice packet in its form on the way up. Comes only while the floor is granted.
    Packet(Bytes),
    /// A voice packet for the call in its form on the way up. Comes only while the call is open. Each stretch between two
    /// pauses is a burst; `media_time` goes on through all of them.
    CallPacket(Bytes),
    /// The burst is over, its last packet was told before: release the floor.
    BurstEnded,
    /// Somebody began to speak, while a voice is listened for.
    VoiceBegan,
    /// Nobody has spoken for a while.
    VoiceEnded,
    /// The chosen microphone is not there, for the reason in this sentence, which also tells whether another stands in.
    /// It is looked for until it is there.
    MicrophoneLost(String),
    /// The microphone that was lost is there again.
    MicrophoneBack,
    /// The chosen speaker is not there, for the reason in this sentence, which also tells whether another stands in. It
    /// is looked for until it is there.
    SpeakerLost(String),
    /// The speaker that was lost is there again.
    SpeakerBack,
    /// A note was recorded; `None` where there was nothing to record, or the microphone was needed otherwise.
    NoteRecorded {
        /// Its number.
        ticket: u64,
        /// What was recorded.
        note: Option<Arc<RecordedNote>>,
    },
    /// The note of this number was played to its end.
    NoteEnded(u64),
}

/// One person who is being heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// Who.
    pub speaker: PersonId,
    /// Loudness of the last 20 ms in dBFS, -96.0 to 0.0.
    pub level_dbfs: f32,
    /// How well.
    pub quality: HeardQuality,
}

/// One person who is being heard in the call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeardInCall {
    /// Who, how loud and how well.
    pub heard: Heard,
    /// What is played of them now, on the media clock of their packets; pictures are shown by it. As near to the ear as
    /// the sound system tells.
    pub media_time: u32,
    /// When that was.
    pub at: Instant,
}

/// How well one person is heard. Counts go on for as long as the person is heard from time to time, and begin anew after
/// a minute of silence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeardQuality {
    /// Packets that were due.
    pub expected: u64,
    /// Packets of those that never came by the network, whether or not they could be rebuilt. Falls when one that was
    /// given up comes late.
    pub lost: u64,
    /// Packets of those that came, but after their time.
    pub late: u64,
    /// Sound that had to be made up or rebuilt coarsely, in pieces of 20 ms.
    pub concealed: u64,
    /// Variation of the packets' travel times: what 95 of 100 stay within, in milliseconds.
    pub jitter_ms: u32,
    /// Delay over the fastest way at which packets are played, in milliseconds.
    pub buffer_ms: u32,
    /// Delay over the fastest way at which packets are meant to be played, in milliseconds.
    pub target_ms: u32,
}

/// What the engine did so far. Packets are those of all speakers together.
#[derive(Clone, Debug, PartialEq)]
pub struct VoiceStats {
    /// Packets handed out for sending.
    pub sent: u64,
    /// Packets taken from the network.
    pub received: u64,
    /// Packets that were not there when their time came.
    pub lost: u64,
    /// Sound that had to be made up or rebuilt coarsely, in pieces of 20 ms.
    pub concealed: u64,
    /// Packets rebuilt from what a later one carried of them, exactly or coarsely.
    pub recovered: u64,
    /// Packets that came after their time.
    pub late: u64,
    /// Packets that came twice.
    pub duplicate: u64,
    /// Packets dropped on the way to the voice thread or in a full jitter buffer.
    pub dropped: u64,
    /// Sound held in the fullest jitter buffer, in milliseconds.
    pub buffer_ms: u32,
    /// Loudness of the microphone's last 10 ms as they are sent, in dBFS, -96.0 to 0.0; -96.0 while nobody talks, tests
    /// or listens for a voice.
    pub microphone_level: f32,
    /// Length of what was recorded and waits for the floor, in milliseconds.
    pub recorded_ms: u32,
    /// How sound is encoded.
    pub encoding: Encoding,
    /// Whether there is no microphone, and none about to be opened: who presses the key now would talk to nobody.
    pub no_microphone: bool,
    /// Whether the microphone's sound really leaves this client: granted, up to the end of the tail.
    pub mic_open: bool,
    /// Whether what is said now really goes to the call: there is a microphone, and the room has not got it. True also
    /// while nothing is said.
    pub call_open: bool,
    /// Where the media clock of the packets to the call stands, and when it did; `None` before the first one. What was in
    /// the air at that moment has that place in what is decoded at the other end.
    pub call_clock: Option<(u32, Instant)>,
    /// Who is being heard right now in the room.
    pub heard: Vec<Heard>,
    /// Who is being heard right now in the call.
    pub heard_in_call: Vec<HeardInCall>,
    /// Times the speaker device ran out of sound.
    pub underruns: u64,
    /// Microphone samples dropped because the voice thread was late.
    pub overruns: u64,
    /// How much of a note was recorded, while one is.
    pub recording_note: Option<Duration>,
    /// The note that is played.
    pub note: Option<NotePlayed>,
}

impl Default for VoiceStats {
    fn default() -> Self {
        Self {
            sent: 0,
            received: 0,
            lost: 0,
            concealed: 0,
            recovered: 0,
            late: 0,
            duplicate: 0,
            dropped: 0,
            buffer_ms: 0,
            microphone_level: SILENCE_DBFS,
            recorded_ms: 0,
            encoding: Encoding::default(),
            no_microphone: false,
            mic_open: false,
            call_open: false,
            call_clock: None,
            heard: Vec::new(),
            heard_in_call: Vec::new(),
            underruns: 0,
            overruns: 0,
            recording_note: None,
            note: None,
        }
    }
}

/// Where a note that is played is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotePlayed {
    /// Its number.
    pub ticket: u64,
    /// The place that is heard.
    pub at: Duration,
    /// Whether it waits for somebody who speaks.
    pub waits: bool,
}

/// What travels to the voice thread.
enum Message {
    /// A command, and when it was given: a packet has arrived then, however late this thread gets to it.
    Command(VoiceCommand, Instant),
    Stop,
}

/// What both ends of the engine see.
#[derive(Default)]
struct Shared {
    waiting_packets: AtomicUsize,
    dropped_packets: AtomicU64,
    stats: Mutex<VoiceStats>,
}

/// Starts voice threads.
pub struct VoiceEngine;

impl VoiceEngine {
    /// Starts the voice thread. Devices are opened in the background, and what goes wrong there is an event.
    ///
    /// # Errors
    /// When a WAV file cannot be read or created (the message is a sentence for the person), when the codec cannot be
    /// set up, or when the system refuses a thread.
    pub fn start(settings: VoiceSettings, deliver: impl Fn(VoiceEvent) + Send + 'static) -> io::Result<VoiceHandle> {
        let shared = Arc::new(Shared::default());
        let (commands, incoming) = channel();
        let runner = run::Runner::new(settings, incoming, shared.clone(), Box::new(deliver))?;
        let thread = std::thread::Builder::new().name("voice".into()).spawn(move || runner.run())?;
        Ok(VoiceHandle { commands, shared, thread: Some(thread) })
    }
}

/// The session's end of the engine. Dropping it stops the thread and finishes WAV files.
pub struct VoiceHandle {
    commands: Sender<Message>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl VoiceHandle {
    /// Tells the engine something, without waiting. Voice packets are dropped and counted while too many wait; other
    /// commands never are, for people cause them and they are few.
    pub fn send(&self, command: VoiceCommand) {
        if matches!(command, VoiceCommand::Hear { .. } | VoiceCommand::HearCall { .. }) {
            if self.shared.waiting_packets.load(Relaxed) >= WAITING_PACKETS {
                self.shared.dropped_packets.fetch_add(1, Relaxed);
                return;
            }
            self.shared.waiting_packets.fetch_add(1, Relaxed);
        }
        if self.commands.send(Message::Command(command, Instant::now())).is_err() {
            tracing::debug!("the voice thread is gone");
        }
    }

    /// What the engine did so far; at most 100 ms old.
    #[must_use]
    pub fn stats(&self) -> VoiceStats {
        self.shared.stats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for VoiceHandle {
    fn drop(&mut self) {
        // A thread that is gone already needs no telling.
        let _ = self.commands.send(Message::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the voice thread panicked");
        }
    }
}
