//! A call with video over a link of 300 kbit/s: what becomes of the voice, and what is still seen.
//!
//! Ann's camera is a film that this program drew, so that what Bob sees can be held against it; Bob's is the pattern, which
//! tells Ann how old her pictures are.

use super::{
    call::{Pair, caller, speech},
    eye::{Eye, Seen},
};
use crate::{
    drive::{client::Client, stage::Stage},
    report::{Figure, Goal, Judged, Unit},
    voice::{Effort, hold},
};
use anyhow::{Context, Result};
use hallway_bench::{
    picture::{
        clip,
        quality::{resized, ssim},
        y4m::Frame,
    },
    relay::{Bandwidth, Conditions, Faults},
};
use std::time::Duration;

/// What passes each client's link in either direction, with a queue of 400 ms before it; and 20 ms each way.
pub(super) const NARROW: Bandwidth = Bandwidth { bits_per_second: 300_000, queue_bytes: 15_000 };
pub(super) const WAY: Duration = Duration::from_millis(20);
/// Size of the film and of the view in which it is judged, and how many pictures it has.
const SIZE: (usize, usize) = (640, 360);
const PICTURES: u32 = 300;
/// One of so many pictures is judged.
const JUDGED: u32 = 5;
/// The bitrate has found its level by then; pictures are judged from there on. Voice is from the beginning.
const SETTLES: Duration = Duration::from_secs(5);

/// The voice's figure, and three of the pictures; and the pictures' likeness without the narrow link, to compare with.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let time = effort.time(Duration::from_secs(60), Duration::from_secs(10));
    let wide = Outcome::of(Conditions::both_ways(Faults::delay(WAY), effort.seed), time)?;
    let faults = Faults { bandwidth: Some(NARROW), ..Faults::delay(WAY) };
    let narrow = Outcome::of(Conditions::both_ways(faults, effort.seed), time)?;
    let ages = narrow.of_ann.iter().filter(|seen| seen.number.is_some()).map(|seen| seen.age.as_secs_f64() * 1000.0);
    let rate = narrow.of_bob.len() as f64 / time.as_secs_f64();
    Ok(vec![
        Figure::new("voice packets lost in a video call, 300 kbit/s", Unit::Times, Judged::Max, narrow.lost.to_vec())
            .with_goal(Goal::only(0.0))
            .with_note(format!("of {} and {} that were due", narrow.due[0], narrow.due[1])),
        Figure::new("likeness of pictures (SSIM), 300 kbit/s", Unit::Ssim, Judged::Mean, narrow.likeness())
            .with_note(format!("seen at {} × {}; encoded as {}", SIZE.0, SIZE.1, narrow.camera)),
        Figure::new("likeness of pictures (SSIM), nothing narrow", Unit::Ssim, Judged::Mean, wide.likeness())
            .with_note(format!("encoded as {}", wide.camera)),
        Figure::new("pictures shown, 300 kbit/s", Unit::PerSecond, Judged::Mean, vec![rate]),
        Figure::new("camera to picture, 300 kbit/s", Unit::Milliseconds, Judged::P95, ages.collect()),
    ])
}

/// What came of a call.
struct Outcome {
    /// Packets of the other's voice that never came, and that were due: Ann's and Bob's.
    lost: [f64; 2],
    due: [f64; 2],
    of_ann: Vec<Seen>,
    of_bob: Vec<Seen>,
    /// How Ann's camera was encoded at last.
    camera: serde_json::Value,
}

impl Outcome {
    fn of(conditions: Conditions, time: Duration) -> Result<Self> {
        let stage = Stage::behind(conditions)?;
        let eyes = [Eye::open(&stage.file("ann-sees"), 0)?, Eye::open(&stage.file("bob-sees"), JUDGED)?];
        let (voice, film) = (speech(&stage)?, stage.file("film.y4m"));
        clip::write(&film, SIZE.0, SIZE.1, PICTURES)?;
        let film = format!("y4m:{}", film.display());
        let ann = caller(&stage, "Ann", &voice, &film)?.with(&["--video-sink", &eyes[0].sink()]).sign_in()?;
        let bob = caller(&stage, "Bob", &voice, "pattern")?.with(&["--video-sink", &eyes[1].sink()]).sign_in()?;
        let mut pair = Pair { ann, bob };
        pair.call("video")?;
        hold(SETTLES);
        eyes.iter().for_each(|eye| drop(eye.take()));
        hold(time);
        let [of_ann, of_bob] = eyes.map(|eye| eye.take());
        let ((lost_ann, due_ann), (lost_bob, due_bob)) = (voices(&mut pair.ann)?, voices(&mut pair.bob)?);
        let camera = pair.ann.next_stats()?.event["video"]["camera"].clone();
        Ok(Self { lost: [lost_ann, lost_bob], due: [due_ann, due_bob], of_ann, of_bob, camera })
    }

    /// How like the pictures that Bob saw are to those of the film.
    fn likeness(&self) -> Vec<f64> {
        let kept = self.of_bob.iter().filter_map(|seen| Some((seen.number?, seen.frame.as_ref()?)));
        kept.map(|(number, frame)| likeness(number, frame)).collect()
    }
}

fn likeness(number: u32, frame: &Frame) -> f64 {
    let film = clip::picture(SIZE.0, SIZE.1, number);
    // The strip with the number is black and white, which is easy; what is below it counts.
    let strip = SIZE.1 / 6 * SIZE.0;
    let seen = resized(frame.y(), (frame.width, frame.height), SIZE);
    ssim(&film.y()[strip..], &seen[strip..], SIZE.0)
}

/// Packets of voice that never came, and that were due.
pub(super) fn voices(client: &mut Client) -> Result<(f64, f64)> {
    let stats = client.next_stats()?;
    let count = |field: &str| stats.event["voice"][field].as_f64().context("the statistics tell of no voice");
    let lost = count("lost")?;
    Ok((lost, lost + count("received")?))
}
