//! What crosses the wire between Hallway's clients and server, and the rules both sides share: names, passwords, limits, the
//! floor, calls, the map and how one walks on it, and the UDP link with its firewall.

pub mod call;
pub mod channels;
pub mod chat;
pub mod control;
pub mod desk;
pub mod file;
pub mod floor;
pub mod ids;
pub mod invite;
pub mod keeping;
pub mod limits;
pub mod link;
pub mod listening;
pub mod map;
pub mod moderation;
pub mod names;
pub mod owner;
pub mod password;
pub mod path;
pub mod pose;
pub mod replicated;
pub mod video;
pub mod voice;
pub mod walk;
