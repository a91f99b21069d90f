//! Somebody talks, and somebody listens, while the talker's client sends files and the listener's fetches some: turns with
//! and without that, one after the other, so that both see the same machine.

use super::carried::{self, text};
use crate::{
    drive::{
        client::Client,
        stage::{ROOM, Stage},
    },
    report::{Figure, Goal, Judged, Unit},
    sound::{
        player::Player,
        probe::{self, LONGEST_MS, Ways},
        recorder::Recorder,
        wire::Wire,
    },
    statistics::quantile,
    voice::{
        Effort, hold,
        mouth_to_ear::{self, EDGE, PAUSE, TRAIN, TURN},
    },
};
use anyhow::{Context, Result};
use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

/// Length of the files that are carried: some seconds each.
const MEBIBYTES: usize = 512;
const QUICK_MEBIBYTES: usize = 64;
/// Turns of each kind.
const TURNS: usize = 9;
/// How long a client's word is waited for, while the other's is not looked at.
const LOOK: Duration = Duration::from_millis(10);
/// By how many milliseconds files may delay voice.
const DELAY: Goal = Goal::only(10.0);

/// Files that are carried again and again.
struct Load {
    path: PathBuf,
    mebibytes: usize,
    /// What there is to fetch.
    file: String,
    is_sending: bool,
    is_fetching: bool,
    /// How many came to their end.
    carried: usize,
}

pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let wire = Wire::start()?;
    let (stage, devices) = (Stage::local()?, wire.environment());
    let downloads = stage.file("downloads");
    let mut ann = stage.client("Ann")?.mic("device:microphone").in_environment(&devices).sign_in()?;
    let bob = stage.client("Bob")?.speaker("device:ear").with(&["--downloads", &downloads.to_string_lossy()]);
    let mut bob = bob.in_environment(&devices).sign_in()?;
    ann.enter(ROOM)?;
    bob.enter(ROOM)?;
    let mut load = Load::new(&mut ann, &stage, effort)?;
    let _player = Player::repeat(&wire, "mouth", &probe::train(TRAIN, effort.seed))?;
    let recorder = Recorder::start(&wire)?;
    let (mut alone, mut beside, mut lost) = (vec![], vec![], vec![]);
    let mut time = Duration::ZERO;
    for _ in 0..effort.count(TURNS, 1) {
        alone.push(turn(&mut ann, |_| {
            hold(TURN);
            Ok(())
        })?);
        let before = lost_by(&mut bob)?;
        let begun = Instant::now();
        beside.push(turn(&mut ann, |ann| load.carry_for(TURN, ann, &mut bob))?);
        load.finish(&mut ann, &mut bob)?;
        time += begun.elapsed();
        lost.push((lost_by(&mut bob)? - before) as f64);
    }
    let (ahead, tape) = (wire.ahead()?, recorder.tape());
    let (alone, beside) = (mouth_to_ear::ways(&tape, ahead, &alone)?, mouth_to_ear::ways(&tape, ahead, &beside)?);
    let added = p95(&beside)? - p95(&alone)?;
    let megabytes = (load.carried * load.mebibytes) as f64 * 1.048_576;
    let note = format!("{megabytes:.0} MB were carried meanwhile, {:.0} MB/s", megabytes / time.as_secs_f64());
    let added = Figure::new("what files add to mouth to ear, p95", Unit::Milliseconds, Judged::Max, vec![added]);
    let lost = Figure::new("voice packets lost beside files, in a turn", Unit::Times, Judged::Max, lost);
    Ok(vec![
        mouth_to_ear::figure("mouth to ear, nothing carried", alone),
        mouth_to_ear::figure("mouth to ear beside files, both ways", beside).with_note(note),
        added.with_goal(DELAY),
        lost.with_goal(Goal::only(0.0)),
    ])
}

/// Holds the key while something goes on; returns the part of that in which chirps are measured.
fn turn(ann: &mut Client, meanwhile: impl FnOnce(&mut Client) -> Result<()>) -> Result<(Instant, Instant)> {
    let (_, granted) = ann.talk()?;
    meanwhile(ann)?;
    let end = Instant::now();
    ann.quiet()?;
    hold(PAUSE);
    Ok((granted.at + EDGE, end - EDGE))
}

/// What all but one of twenty chirps took at most. One that was not recognised took at least as long as is looked for.
fn p95(ways: &Ways) -> Result<f64> {
    let unheard = std::iter::repeat_n(LONGEST_MS, ways.unheard);
    let all: Vec<f64> = ways.ms.iter().copied().chain(unheard).collect();
    quantile(&all, 0.95).context("no chirp was heard")
}

/// Packets of others' voice that never came to this client, so far.
fn lost_by(bob: &mut Client) -> Result<u64> {
    let stats = bob.next_stats()?;
    stats.event["voice"]["lost"].as_u64().context("the client does not count lost packets")
}

impl Load {
    /// With a first file at the server.
    fn new(ann: &mut Client, stage: &Stage, effort: &Effort) -> Result<Self> {
        let (path, mebibytes) = (stage.file("large.bin"), effort.count(MEBIBYTES, QUICK_MEBIBYTES));
        carried::write(&path, mebibytes, effort.seed)?;
        ann.send(&format!("send world {}", path.display()))?;
        let file = text(&carried::must_end(ann, "done")?, "file")?.to_owned();
        Ok(Self { path, mebibytes, file, is_sending: false, is_fetching: false, carried: 0 })
    }

    /// Has files carried without a pause, both ways.
    fn carry_for(&mut self, time: Duration, ann: &mut Client, bob: &mut Client) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < time {
            if !self.is_sending {
                ann.send(&format!("send world {}", self.path.display()))?;
                self.is_sending = true;
            }
            if !self.is_fetching {
                bob.send(&format!("fetch {}", self.file))?;
                self.is_fetching = true;
            }
            self.look(ann, bob, LOOK)?;
        }
        Ok(())
    }

    /// Waits for the end of those that are under way.
    fn finish(&mut self, ann: &mut Client, bob: &mut Client) -> Result<()> {
        let begun = Instant::now();
        while self.is_sending || self.is_fetching {
            anyhow::ensure!(begun.elapsed() < carried::PATIENCE, "files do not come to their end");
            self.look(ann, bob, LOOK)?;
        }
        Ok(())
    }

    /// Sees what came to its end, and takes it away.
    fn look(&mut self, ann: &mut Client, bob: &mut Client, patience: Duration) -> Result<()> {
        if self.is_sending
            && let Some(done) = carried::ended(ann, "done", patience)?
        {
            ann.send(&format!("unsend {}", text(&done, "file")?))?;
            self.is_sending = false;
            self.carried += 1;
        }
        if self.is_fetching
            && let Some(received) = carried::ended(bob, "received", patience)?
        {
            fs::remove_file(text(&received, "path")?)?;
            self.is_fetching = false;
            self.carried += 1;
        }
        Ok(())
    }
}
