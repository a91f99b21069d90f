//! The panels, used as a person would use them: by what is written on them, by clicks and by keys.
#![cfg(feature = "window")]

mod account;
mod bench;
mod calls;
mod chat;
mod floor;
mod lists;
mod messages;
mod notes;
mod offer;
mod person_menu;
mod pictures;
mod quality;
mod search;
mod send_away;
mod sound;
mod status;
mod toasts;
mod way_in;
