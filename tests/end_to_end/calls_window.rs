//! A video call between two windows, placed and accepted with pointer and keys, with the pattern for a camera.

use super::window::Window;
use std::{path::Path, thread, time::Duration};

/// Where the picture goes that `cargo xtask screenshot` takes for the user guide.
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/output/call.png");
/// A window full of world, people and pictures has thousands of colours.
const LEAST_COLOURS: u32 = 500;
/// The box above the list of people that finds somebody, in a window of its first size.
const FIND: (u32, u32) = (130, 498);
/// What one acts with: the button that accepts a call is full of it.
const ACCENT: [u8; 3] = [245, 181, 92];
/// Pixels of that button, with room for its letters.
const BUTTON: usize = 3500;
/// From the middle of that button to the one beside it, which accepts with video.
const WITH_VIDEO: u32 = 169;
/// Two of the pattern's bars as a screen shows them: green and red at three quarters.
const BARS: [[u8; 3]; 2] = [[0, 191, 0], [191, 0, 0]];
/// Pixels of a bar in the smallest picture of a call.
const BAR: usize = 120;
/// The chat's column begins here: what is left of it are the world and the call.
const CHAT: usize = 900;
/// From one key to another one far away: as long as a few frames take that are drawn in software.
const HANDS: Duration = Duration::from_millis(2000);

#[test]
fn a_video_call_is_placed_in_one_window_accepted_in_another_and_both_see_pictures() {
    let mut ann = Window::open("Ann", &["--camera", "pattern"]);
    let address = ann.address();
    let mut bob = Window::open("Bob", &["--server", &address, "--trust", "new", "--camera", "pattern"]);
    // The menu that was found with the keyboard has the keyboard: the third choice is a video call.
    let mut tries = 0;
    let accept = bob.until("a ring", |bob| {
        if tries % 20 == 0 {
            find(&ann, "Bob");
            for key in ["Tab", "Tab", "Return"] {
                ann.display.press(key);
                thread::sleep(HANDS);
            }
        }
        tries += 1;
        bob.display.pixels().middle(ACCENT, CHAT, BUTTON)
    });
    bob.display.click(accept.0 + WITH_VIDEO, accept.1);
    for window in [&mut bob, &mut ann] {
        window.until("pictures of the call", |window| {
            let seen = window.display.pixels();
            BARS.iter().all(|bar| seen.count(*bar, CHAT) > BAR).then_some(())
        });
    }
    thread::sleep(HANDS);
    let colours = ann.display.picture(Path::new(PICTURE));
    assert!(colours > LEAST_COLOURS, "the picture has {colours} colours");
}

/// Types a name into the box that finds people, and opens the menu of the only one who is found.
fn find(window: &Window, name: &str) {
    window.display.press("Escape");
    window.display.click(FIND.0, FIND.1);
    thread::sleep(HANDS);
    // Empties the box of an earlier try, and gives it up.
    window.display.press("Escape");
    window.display.click(FIND.0, FIND.1);
    thread::sleep(HANDS);
    window.display.write(name);
    window.display.press("Return");
    thread::sleep(HANDS);
}
