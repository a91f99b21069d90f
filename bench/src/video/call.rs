//! Two clients in a call.

use crate::{
    drive::{
        client::{Client, Plan},
        events::{Said, is},
        stage::Stage,
    },
    sound::{RATE_HZ, speech, wav},
    voice::hold,
};
use anyhow::{Result, bail};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How often Ann looks for Bob, and the time between that.
const TRIES: u32 = 100;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// Ann calls, Bob answers.
pub(super) struct Pair {
    pub(super) ann: Client,
    pub(super) bob: Client,
}

/// A WAV file with speech, for microphones.
pub(super) fn speech(stage: &Stage) -> Result<PathBuf> {
    let path = stage.file("voice.wav");
    wav::write(&path, &speech::with_pauses()?, RATE_HZ)?;
    Ok(path)
}

/// A client that speaks all the time, with this camera.
pub(super) fn caller(stage: &Stage, name: &str, voice: &Path, camera: &str) -> Result<Plan> {
    Ok(stage.client(name)?.mic(&format!("wav:{}:loop", voice.display())).with(&["--camera", camera]))
}

impl Pair {
    /// Rings and answers; `kind` is `voice` or `video`. Returns the moment before Bob's line `accept` was written.
    pub(super) fn call(&mut self, kind: &str) -> Result<Instant> {
        self.meet()?;
        self.ann.send(&format!("call Bob {kind}"))?;
        state(&mut self.bob, "incoming")?;
        let at = self.bob.send("accept")?;
        for one in [&mut self.ann, &mut self.bob] {
            state(one, "accepted")?;
        }
        Ok(at)
    }

    /// Waits until Ann sees Bob: who has just come in is not known to everybody at once.
    fn meet(&mut self) -> Result<()> {
        for _ in 0..TRIES {
            self.ann.send("people")?;
            let said = self.ann.expect("people", |event| is(event, "people"))?;
            if said.event["people"].as_array().is_some_and(|people| people.iter().any(|one| one["name"] == "Bob")) {
                return Ok(());
            }
            hold(BETWEEN_TRIES);
        }
        bail!("Ann does not see Bob")
    }

    /// Ends it at both ends.
    pub(super) fn hang_up(&mut self) -> Result<()> {
        self.ann.send("hangup")?;
        for one in [&mut self.ann, &mut self.bob] {
            state(one, "ended")?;
        }
        Ok(())
    }
}

/// Waits for a state of the call.
pub(super) fn state(client: &mut Client, state: &str) -> Result<Said> {
    let said = client.expect(&format!("call {state}"), |event| is_call(event, state) || is(event, "error"))?;
    if is(&said.event, "error") {
        bail!("refused: {}", said.event);
    }
    Ok(said)
}

fn is_call(event: &Value, state: &str) -> bool {
    is(event, "call") && event["state"] == state
}
