//! Speech quality as people would judge it: PESQ for wide bands (ITU-T P.862.2), computed by the Python package `pesq`.

use super::{RATE_HZ, wav};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The packages, with versions that go together.
const PACKAGES: [&str; 2] = ["numpy<3", "pesq==0.0.4"];
/// The rate at which wide band PESQ is defined.
const PESQ_RATE_HZ: u32 = 16_000;
/// Scores each pair of files, and says so in JSON.
const SCRIPT: &str = "
import json, sys, wave
import numpy
from pesq import pesq
def samples(path):
    with wave.open(path) as file:
        return numpy.frombuffer(file.readframes(file.getnframes()), dtype='<i2')
pairs = json.load(sys.stdin)
print(json.dumps([float(pesq(16000, samples(clean), samples(heard), 'wb')) for clean, heard in pairs]))
";

/// The means to score speech.
pub(crate) struct Pesq {
    python: PathBuf,
}

impl Pesq {
    /// Uses an own Python environment, in the folder of what cargo builds; makes it when it is not there, for which
    /// the packages come from the network.
    pub(crate) fn provide() -> Result<Self> {
        let own = std::env::current_exe()?;
        let target = own.ancestors().nth(2).context("this program lies in no folder")?;
        let pesq = Self { python: target.join("bench-python").join("bin").join("python") };
        if !pesq.works() {
            install(&target.join("bench-python")).context(
                "PESQ needs Python 3 with its module venv, a C compiler, and the packages numpy and pesq from the \
                 Python package index; not all of them could be had",
            )?;
            if !pesq.works() {
                bail!("the Python packages for PESQ are installed and don't work");
            }
        }
        Ok(pesq)
    }

    fn works(&self) -> bool {
        self.score_pairs(&[]).is_ok()
    }

    /// Scores what was heard against what was said, for each pair at [`RATE_HZ`]: 1.0 is bad, 4.64 is perfect.
    pub(crate) fn score(&self, pairs: &[(Vec<f32>, Vec<f32>)]) -> Result<Vec<f64>> {
        let folder = tempfile::tempdir()?;
        let mut paths = vec![];
        for (number, (clean, heard)) in pairs.iter().enumerate() {
            let file = |kind: &str, samples: &[f32]| -> Result<PathBuf> {
                let path = folder.path().join(format!("{kind}-{number}.wav"));
                wav::write(&path, &wav::resampled(samples, RATE_HZ, PESQ_RATE_HZ)?, PESQ_RATE_HZ)?;
                Ok(path)
            };
            paths.push((file("clean", clean)?, file("heard", heard)?));
        }
        self.score_pairs(&paths)
    }

    fn score_pairs(&self, pairs: &[(PathBuf, PathBuf)]) -> Result<Vec<f64>> {
        let mut command = Command::new(&self.python);
        command.args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut python = command.spawn().context("Python can't be started")?;
        let mut input = python.stdin.take().context("Python has no input")?;
        input.write_all(json!(pairs).to_string().as_bytes())?;
        drop(input);
        let output = python.wait_with_output()?;
        if !output.status.success() {
            bail!("PESQ can't score this sound");
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

fn install(folder: &Path) -> Result<()> {
    eprintln!("Installing {} for Python into {}.", PACKAGES.join(" and "), folder.display());
    must(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    must(Command::new(folder.join("bin").join("pip")).args(["install", "--quiet"]).args(PACKAGES))
}

fn must(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().context("“python3” is not there")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
