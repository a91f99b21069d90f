//! Every limit of the wire and of the world, with its reason. What an operator may change is a setting of the server
//! instead.

use std::time::Duration;

/// Longest datagram on the live door. Netcode never makes one longer, so a longer one is noise.
pub const DATAGRAM_BYTES: usize = 1300;

/// Longest display name, counted in characters after NFC: fits a label over an avatar.
pub const NAME_CHARS: usize = 32;
/// Shortest password: what NIST SP 800-63B asks of passwords that people choose.
pub const PASSWORD_CHARS: usize = 8;
/// Longest password in bytes of UTF-8: a long sentence.
pub const PASSWORD_BYTES: usize = 256;
/// Longest room name, in characters after NFC: fits the room list.
pub const ROOM_NAME_CHARS: usize = 40;
/// Longest message text in bytes of UTF-8: a page of writing; longer things are files.
pub const TEXT_BYTES: usize = 4096;
/// Longest reason for which somebody has to leave, in bytes of UTF-8: a line.
pub const REASON_BYTES: usize = 140;
/// Messages shown on entering a room, opening a conversation or signing in.
pub const HISTORY_ON_ENTRY: u16 = 50;
/// Most messages in one history answer; 50 of the longest still take under 300 KiB of reliable channel, and under 500
/// with as many emoji and names at each as there may be.
pub const HISTORY_PAGE: u16 = 50;
/// How long a message may be changed: slips are seen within a day, and what was said last month stays what it was.
/// Deleting has no such end.
pub const EDIT_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);
/// Longest time for which a server can be told to keep messages, in hours: a hundred years. Longer is forever.
pub const KEPT_HOURS: u32 = 100 * 365 * 24;
/// Longest part of a message that a reply to it quotes, in characters: a line or two.
pub const QUOTE_CHARS: usize = 120;
/// Most different emoji at one message: two rows of them.
pub const REACTION_KINDS: usize = 12;
/// Most reactions to one message, all emoji and people together.
pub const REACTIONS: usize = 500;
/// Names told of those who put an emoji to a message; of the others only how many they are.
pub const REACTION_NAMES: usize = 8;
/// Most people whom one message can mention: more are everybody.
pub const MENTIONS: usize = 16;

/// Longest voice packet on the way up. Opus at 64 kbit/s and 20 ms makes 160 bytes; 400 leaves room for its peaks.
pub const VOICE_PACKET_BYTES: usize = 400;

/// Copies of earlier packets that one voice packet may carry: two span the loss bursts that are common, and three
/// packets' worth of 24 kbit/s fit [`VOICE_PACKET_BYTES`].
pub const VOICE_COPIES: usize = 2;
/// Most people who wait for a room's floor: a turn is up to a minute, so the last one waits half an hour already.
pub const FLOOR_QUEUE: usize = 32;
/// Most people who talk at once in an open room: more can't be told apart, and each costs every listener a stream.
pub const OPEN_TALKERS: usize = 8;
/// Most people who are muted in one room: one more is refused. Of whoever left the server muted, so many are remembered.
pub const FLOOR_MUTED: usize = 64;

/// Most people in one call, those who are being rung included: a grid of nine faces is what a window shows well, and
/// each member costs every other one a stream.
pub const CALL_MEMBERS: usize = 9;
/// How long a call rings before it counts as missed.
pub const CALL_RING: Duration = Duration::from_secs(30);
/// How long a call keeps the place of a member whose link is lost.
pub const CALL_LOST_HOLD: Duration = Duration::from_secs(20);
/// How often one person may ring another within [`CALL_RINGS_WITHIN`].
pub const CALL_RINGS: usize = 3;
/// The time in which rings are counted.
pub const CALL_RINGS_WITHIN: Duration = Duration::from_secs(600);
/// Longest word to a caller who is declined, in bytes of UTF-8: a line.
pub const DECLINE_BYTES: usize = 140;
/// Longest slice of a picture on the way up, with its header: fits a datagram beside netcode's and lightyear's own
/// bytes, so that it is never cut in two.
pub const VIDEO_SLICE_BYTES: usize = 1114;
/// Least time between two keyframes of a stream: they are ten times as big as other frames.
pub const KEYFRAME_INTERVAL: Duration = Duration::from_millis(300);

/// Most slices of pictures that one person may send in a second, in the long run.
///
/// A slice takes up to [`VIDEO_SLICE_BYTES`], of which 1100 are picture. A camera's large layer (1280x720, 1.5 to
/// 2.5 Mbit/s) makes 284 a second, its medium one (640x360, up to 1 Mbit/s) 114, its small one (320x180, 200 kbit/s)
/// 23; each frame's last slice is a short one, which adds 75 for frames of 30, 30 and 15 a second. A screen (10 frames a
/// second, up to 3 Mbit/s) makes 341 and 10. That is 847 in all; the rest is for an encoder that misses its rate.
/// 1000 a second are 8.9 Mbit/s.
pub const VIDEO_SLICES_PER_SECOND: f64 = 1000.0;
/// Slices that one person may send at once: no fewer than the door lets in after a stall
/// ([`crate::link::door::LINK_BURST`]), so that nobody is blamed for a network that stood still. Keyframes of all
/// streams at once (a frame has at most 255 slices) make 1020.
pub const VIDEO_SLICES_AT_ONCE: f64 = 1250.0;

/// How far an avatar walks, in tiles per second. A room of ten tiles is crossed in two seconds.
pub const WALK_TILES_PER_SECOND: f32 = 5.0;
/// Radius of an avatar, in tiles: it passes a door one tile wide with room to spare.
pub const AVATAR_RADIUS_TILES: f32 = 0.35;

/// The server's share of 30 updates a second, and the client's.
pub const TICK: Duration = Duration::from_nanos(33_333_333);
/// How often replicated state leaves the server: fast enough for a list, slow enough for five hundred people.
pub const REPLICATION_INTERVAL: Duration = Duration::from_millis(100);
/// How often a walking client tells where it is: 20 Hz.
pub const POSE_UP_INTERVAL: Duration = Duration::from_millis(50);
/// How often the server tells where the others are.
pub const POSE_DOWN_INTERVAL: Duration = Duration::from_millis(66);
/// Netcode drops a link that was silent for so long.
pub const LINK_TIMEOUT: Duration = Duration::from_secs(7);
/// Lightyear's own ping interval.
pub const PING_INTERVAL: Duration = Duration::from_millis(500);

/// Largest side of a map in tiles; positions are sent as `u16` 1/256 tiles.
pub const MAP_TILES: u32 = 256;
/// Most rooms on one server, drawn and created together.
pub const ROOMS: usize = 256;

/// Longest voice note.
pub const NOTE_LENGTH: Duration = Duration::from_secs(300);
/// Largest file of a voice note: [`NOTE_LENGTH`] of Opus at 64 kbit/s is 2.4 MB, the pages around it 10 kB.
pub const NOTE_BYTES: usize = 3 << 20;
/// Shortest turn that a talk log keeps: less is a cough or a key that was pressed by mistake.
pub const TURN_LEAST: Duration = Duration::from_millis(500);
/// Longest pause that a kept turn has in it, where its packets tell a longer one: the floor is taken from whoever sends
/// nothing for two seconds, so only a client that makes times up has longer ones.
pub const TURN_PAUSE: Duration = Duration::from_secs(3);
/// Largest kept turn, in bytes of Opus: [`NOTE_LENGTH`] at 64 kbit/s with room to spare, less than [`NOTE_BYTES`] when it
/// is a file.
pub const TURN_BYTES: usize = 5 << 19;
/// Most bytes of turns that a server holds in memory while they are talked, all rooms together: sixty at the usual bitrate
/// of a minute each fit five times. What comes beyond it is heard and not kept.
pub const TURNS_BYTES: usize = 64 << 20;
/// Longest name of a file, in bytes of UTF-8: what file systems take.
pub const FILE_NAME_BYTES: usize = 255;
/// Most levels that show how loud a voice note is: as many bars as a line of chat has room for.
pub const WAVEFORM_LEVELS: usize = 64;
/// Files that one person may have under way at once, up and down together: two that take long, and a small one past
/// them.
pub const TRANSFERS_PER_PERSON: usize = 3;
/// Files that a server carries at once: each takes a megabyte of buffers, and they share its network.
pub const TRANSFERS: usize = 32;
/// A transfer of which no byte has come or gone for so long is ended; it can be resumed.
pub const TRANSFER_STALL: Duration = Duration::from_secs(30);

/// Largest picture that is shown in the chat; a larger one is a file to be saved.
pub const PICTURE_BYTES: u64 = 20 << 20;
/// Longest side of a picture that is shown, in pixels.
pub const PICTURE_SIDE: u32 = 8192;
/// Most pixels of a picture that is shown: those of phones' 50-megapixel cameras (8160 × 6120). Decoded they take 200 MB,
/// one picture at a time.
pub const PICTURE_PIXELS: u64 = 50_000_000;
