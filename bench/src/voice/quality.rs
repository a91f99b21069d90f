//! Speech over lossy networks: a WAV file is the microphone, another one the loudspeaker, and PESQ compares them.

use super::{Effort, hold};
use crate::{
    drive::stage::{ROOM, Stage},
    report::{Figure, Goal, Judged, Unit},
    sound::{RATE_HZ, correlation, pesq::Pesq, samples_of_ms, speech, wav},
};
use anyhow::{Context, Result, anyhow};
use hallway_bench::relay::{Conditions, Counts, Faults, Loss, Relay};
use std::{thread, time::Duration};

/// Each way, of a round trip of 40 ms.
const WAY: Duration = Duration::from_millis(20);
/// Silence between two sentences, and after the last.
const PAUSE: usize = samples_of_ms(600);
/// How long after the end of one sentence the next one begins, at most.
const LATER: usize = samples_of_ms(1500);
/// Silence that is scored with a sentence, before and after.
const AROUND: usize = samples_of_ms(300);

/// How much is lost of what goes down to the listener, and what the speech is to come to.
struct Level {
    name: &'static str,
    loss: Loss,
    goal: Option<Goal>,
}

/// A figure for each share of loss, and two to compare with, where losses come in bursts.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let levels = [
        (0.00, "speech quality (PESQ-WB) without loss", Goal::new(4.0, 4.3)),
        (0.02, "speech quality (PESQ-WB) at 2 % loss", Goal::new(3.5, 3.9)),
        (0.05, "speech quality (PESQ-WB) at 5 % loss", Goal::new(3.1, 3.5)),
        (0.10, "speech quality (PESQ-WB) at 10 % loss", Goal::new(2.6, 3.1)),
    ];
    let mut levels: Vec<Level> = levels
        .into_iter()
        .map(|(share, name, goal)| Level { name, loss: Loss::independent(share), goal: Some(goal) })
        .collect();
    let bursts = [(0.05, "the same at 5 % loss in bursts of 2"), (0.10, "the same at 10 % loss in bursts of 2")];
    levels.extend(bursts.map(|(share, name)| Level { name, loss: Loss::in_bursts(share, 2.0), goal: None }));
    let pesq = Pesq::provide()?;
    let sentences: Vec<Vec<f32>> =
        speech::SENTENCES.iter().map(|(voice, text)| speech::speak(voice, text)).collect::<Result<_>>()?;
    levels.into_iter().map(|level| level.measure(&sentences, &pesq, effort)).collect()
}

impl Level {
    fn measure(self, sentences: &[Vec<f32>], pesq: &Pesq, effort: &Effort) -> Result<Figure> {
        let seeds: Vec<u64> = (0..effort.count(4, 1)).map(|turn| effort.seed + turn as u64).collect();
        // Each turn has a server of its own, and they leave a machine with two cores mostly idle.
        let turns: Vec<Result<Heard>> = thread::scope(|scope| {
            let turns: Vec<_> =
                seeds.iter().map(|seed| scope.spawn(|| listen(self.conditions(*seed), sentences))).collect();
            turns
                .into_iter()
                .map(|turn| turn.join().unwrap_or_else(|_| Err(anyhow!("a turn ended in a panic"))))
                .collect()
        });
        let (mut scores, mut counts) = (vec![], [0, 0]);
        for heard in turns {
            let heard = heard?;
            scores.extend(pesq.score(&heard.pairs(sentences)?)?);
            counts = [counts[0] + heard.down.lost, counts[1] + heard.down.received];
        }
        let lost = 100.0 * counts[0] as f64 / counts[1].max(1) as f64;
        let figure = Figure::new(self.name, Unit::Mos, Judged::Mean, scores);
        let figure = figure.with_note(format!("the relay lost {lost:.1} % of what it got for clients"));
        Ok(Figure { goal: self.goal, ..figure })
    }

    fn conditions(&self, seed: u64) -> Conditions {
        Conditions { up: Faults::delay(WAY), down: Faults { loss: self.loss, ..Faults::delay(WAY) }, seed }
    }
}

/// What a listener got.
struct Heard {
    samples: Vec<f32>,
    /// What the relay did on the way down.
    down: Counts,
}

impl Heard {
    /// Each sentence as it was said and as it was heard, both with a little silence around.
    fn pairs(&self, sentences: &[Vec<f32>]) -> Result<Vec<(Vec<f32>, Vec<f32>)>> {
        let mut pairs = vec![];
        let (mut from, mut first) = (0, true);
        for sentence in sentences {
            let to = if std::mem::take(&mut first) { usize::MAX } else { from + LATER + sentence.len() };
            let found = correlation::find(sentence, &self.samples[from..to.min(self.samples.len())])?;
            let start = from + found.context("the listener heard too little")?.place;
            from = start + sentence.len();
            let silence = vec![0.0; AROUND];
            let heard = start.saturating_sub(AROUND)..self.samples.len().min(from + AROUND);
            pairs.push(([&silence, &sentence[..], &silence].concat(), self.samples[heard].to_vec()));
        }
        Ok(pairs)
    }
}

/// One turn over a network of these conditions.
fn listen(conditions: Conditions, sentences: &[Vec<f32>]) -> Result<Heard> {
    let stage = Stage::behind(conditions)?;
    let (said, heard) = (stage.file("said.wav"), stage.file("heard.wav"));
    let mut speech = vec![];
    for sentence in sentences {
        speech.extend_from_slice(sentence);
        speech.resize(speech.len() + PAUSE, 0.0);
    }
    wav::write(&said, &speech, RATE_HZ)?;
    let mut ann = stage.client("Ann")?.mic(&format!("wav:{}:from-talk", said.display())).sign_in()?;
    let mut bob = stage.client("Bob")?.speaker(&format!("wav:{}", heard.display())).sign_in()?;
    ann.enter(ROOM)?;
    bob.enter(ROOM)?;
    ann.talk()?;
    hold(Duration::from_secs_f64(speech.len() as f64 / f64::from(RATE_HZ)));
    ann.quiet()?;
    bob.floor("idle")?;
    let down = stage.relay().map(Relay::down).unwrap_or_default();
    bob.quit()?;
    Ok(Heard { samples: wav::read(&heard)?, down })
}
