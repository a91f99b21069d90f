//! The system's sound: finding a device by name or the default, and settling on how to open it.

use super::DeviceError;
#[cfg(target_os = "linux")]
use crate::media::voice::frames::FRAME_SAMPLES;
use crate::media::voice::frames::SAMPLE_RATE_HZ;
use cpal::{
    BufferSize, Device, SampleFormat, StreamConfig, SupportedStreamConfig,
    traits::{DeviceTrait, HostTrait},
};
use std::time::Duration;

/// Frames per callback that are asked of a microphone: 10.7 ms, a power of two, which ALSA's bridges to sound servers
/// need.
const INPUT_CALLBACK_FRAMES: u32 = 512;
/// The same for a microphone of a sound server, which takes any number: the step in which sound is processed, so that no
/// piece of it waits for the next call.
#[cfg(target_os = "linux")]
const SERVER_CALLBACK_FRAMES: u32 = FRAME_SAMPLES as u32;
/// The same for speakers: 5.3 ms. PulseAudio holds two of them, so they cost twice their length.
pub(super) const OUTPUT_CALLBACK_FRAMES: u32 = 256;
/// How long a sound server may take to open a stream.
pub(super) const OPEN_TIMEOUT: Duration = Duration::from_secs(3);

/// Calls a function that is generic over the type of a stream's samples with the type that a format stands for: the one
/// list of formats that can be converted, for both directions.
macro_rules! for_sample_type {
    ($format:expr, $build:ident($($argument:expr),*)) => {
        match $format {
            cpal::SampleFormat::I8 => $build::<i8>($($argument),*),
            cpal::SampleFormat::I16 => $build::<i16>($($argument),*),
            cpal::SampleFormat::I24 => $build::<cpal::I24>($($argument),*),
            cpal::SampleFormat::I32 => $build::<i32>($($argument),*),
            cpal::SampleFormat::I64 => $build::<i64>($($argument),*),
            cpal::SampleFormat::U8 => $build::<u8>($($argument),*),
            cpal::SampleFormat::U16 => $build::<u16>($($argument),*),
            cpal::SampleFormat::U24 => $build::<cpal::U24>($($argument),*),
            cpal::SampleFormat::U32 => $build::<u32>($($argument),*),
            cpal::SampleFormat::U64 => $build::<u64>($($argument),*),
            cpal::SampleFormat::F32 => $build::<f32>($($argument),*),
            cpal::SampleFormat::F64 => $build::<f64>($($argument),*),
            _ => Err(cpal::ErrorKind::UnsupportedConfig.into()),
        }
    };
}
pub(super) use for_sample_type;

/// Which way sound goes through a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// A microphone.
    Input,
    /// A speaker.
    Output,
}

impl Direction {
    /// The word for a person.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Input => "microphone",
            Self::Output => "speaker",
        }
    }

    /// What one does with it.
    pub(super) const fn use_of(self) -> &'static str {
        match self {
            Self::Input => "record",
            Self::Output => "play",
        }
    }
}

/// The sound system: on Linux the sound server where one answers, else ALSA where there are sound cards.
pub(super) struct Host(Option<cpal::Host>);

impl Host {
    /// Connects to it.
    #[cfg(target_os = "linux")]
    pub(super) fn open() -> Self {
        let has_server = cpal::available_hosts().contains(&cpal::HostId::PulseAudio);
        let server = has_server.then(|| cpal::host_from_id(cpal::HostId::PulseAudio).ok()).flatten();
        // Without cards ALSA has nothing to offer, and writes that to standard error at each attempt.
        let cards = || has_sound_cards().then(|| cpal::host_from_id(cpal::HostId::Alsa).ok()).flatten();
        Self(server.or_else(cards))
    }

    /// Connects to it.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn open() -> Self {
        Self(Some(cpal::default_host()))
    }

    /// Whether this is a sound server that tells of its devices at once: it is asked every second which there are, and
    /// streams on the default device have to be moved when another becomes it. Elsewhere the system moves them, or ends
    /// them with an error.
    #[cfg(target_os = "linux")]
    pub(super) fn is_server(&self) -> bool {
        self.0.as_ref().is_some_and(|host| host.id() == cpal::HostId::PulseAudio)
    }

    /// Whether this is a sound server that tells of its devices at once.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn is_server(&self) -> bool {
        false
    }

    /// The id of the device that is meant: the one called `wanted` if it is there, else the default.
    pub(super) fn meant_id(&self, direction: Direction, wanted: Option<&str>) -> Option<cpal::DeviceId> {
        let named = wanted.and_then(|_| self.find(direction, wanted).ok());
        named.or_else(|| self.default_device(direction))?.id().ok()
    }

    fn default_device(&self, direction: Direction) -> Option<Device> {
        let host = self.0.as_ref()?;
        match direction {
            Direction::Input => host.default_input_device(),
            Direction::Output => host.default_output_device(),
        }
    }

    fn devices(&self, direction: Direction) -> Vec<Device> {
        let Some(host) = &self.0 else { return Vec::new() };
        let devices = match direction {
            Direction::Input => host.input_devices().map(Iterator::collect),
            Direction::Output => host.output_devices().map(Iterator::collect),
        };
        devices.unwrap_or_default()
    }

    /// Whether there are no devices at all, or the sound server does not answer any more.
    pub(super) fn is_empty(&self) -> bool {
        [Direction::Input, Direction::Output].iter().all(|direction| self.devices(*direction).is_empty())
    }

    /// The names of all devices of one direction.
    pub(super) fn names(&self, direction: Direction) -> Vec<String> {
        self.devices(direction).iter().map(name).collect()
    }

    /// The device called `name`, by its full name or id, else by a part of its name; without one the default.
    pub(super) fn find(&self, direction: Direction, wanted: Option<&str>) -> Result<Device, DeviceError> {
        let kind = direction.kind();
        let Some(wanted) = wanted else {
            return self.default_device(direction).ok_or(DeviceError::None(kind));
        };
        let mut devices = self.devices(direction);
        let exact = devices.iter().position(|device| name(device) == wanted || id(device).as_deref() == Some(wanted));
        let part = || {
            let wanted = wanted.to_lowercase();
            devices.iter().position(|device| name(device).to_lowercase().contains(&wanted))
        };
        let position = exact.or_else(part);
        let position = position.ok_or_else(|| DeviceError::NotFound { kind, name: wanted.to_owned() })?;
        Ok(devices.swap_remove(position))
    }
}

#[cfg(target_os = "linux")]
fn has_sound_cards() -> bool {
    // Each card has a line that begins with its number.
    let is_card = |line: &str| line.trim_start().starts_with(|first: char| first.is_ascii_digit());
    std::fs::read_to_string("/proc/asound/cards").is_ok_and(|cards| cards.lines().any(is_card))
}

/// What a person knows the device by.
pub(super) fn name(device: &Device) -> String {
    device.description().map_or_else(|_| "unknown".to_owned(), |description| description.name().to_owned())
}

fn id(device: &Device) -> Option<String> {
    device.id().ok().map(|id| id.id().to_owned())
}

/// The ways to open a device, best first: 48 kHz with short callbacks, then whatever it has by itself.
pub(super) fn candidates(
    device: &Device,
    direction: Direction,
) -> Result<Vec<(StreamConfig, SampleFormat)>, cpal::Error> {
    let default = match direction {
        Direction::Input => device.default_input_config(),
        Direction::Output => device.default_output_config(),
    }?;
    let short = BufferSize::Fixed(match direction {
        Direction::Input => input_callback_frames(device),
        Direction::Output => OUTPUT_CALLBACK_FRAMES,
    });
    let own_rate = default.config();
    let mut candidates = Vec::new();
    if supports_48_khz(device, direction, &default) {
        let at_48_khz = StreamConfig { sample_rate: SAMPLE_RATE_HZ, ..own_rate };
        candidates.push(StreamConfig { buffer_size: short, ..at_48_khz });
        candidates.push(at_48_khz);
    }
    candidates.push(StreamConfig { buffer_size: short, ..own_rate });
    candidates.push(own_rate);
    Ok(candidates.into_iter().map(|config| (config, default.sample_format())).collect())
}

#[cfg(target_os = "linux")]
fn input_callback_frames(device: &Device) -> u32 {
    let is_server = device.id().is_ok_and(|id| id.host() == cpal::HostId::PulseAudio);
    if is_server { SERVER_CALLBACK_FRAMES } else { INPUT_CALLBACK_FRAMES }
}

#[cfg(not(target_os = "linux"))]
fn input_callback_frames(_device: &Device) -> u32 {
    INPUT_CALLBACK_FRAMES
}

fn supports_48_khz(device: &Device, direction: Direction, default: &SupportedStreamConfig) -> bool {
    let fits = |range: cpal::SupportedStreamConfigRange| {
        range.channels() == default.channels()
            && range.sample_format() == default.sample_format()
            && range.contains_rate(SAMPLE_RATE_HZ)
    };
    match direction {
        Direction::Input => device.supported_input_configs().is_ok_and(|mut ranges| ranges.any(fits)),
        Direction::Output => device.supported_output_configs().is_ok_and(|mut ranges| ranges.any(fits)),
    }
}

/// Whether a stream is dead after this error. The rest are hiccups that it survives.
pub(super) fn is_fatal(kind: cpal::ErrorKind) -> bool {
    use cpal::ErrorKind::{DeviceChanged, RealtimeDenied, Xrun};
    !matches!(kind, DeviceChanged | RealtimeDenied | Xrun)
}

/// Drops a stream where nobody waits for it: a hung sound server may hold it for long.
pub(super) fn discard(stream: cpal::Stream) {
    let spawned = std::thread::Builder::new().name("voice-discard".into()).spawn(move || drop(stream));
    if let Err(error) = spawned {
        tracing::warn!(%error, "a sound stream was closed in place");
    }
}
