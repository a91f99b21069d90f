//! From where a voice is heard.

/// How much of a voice each ear gets: gains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ears {
    /// The left one.
    pub left: f32,
    /// The right one.
    pub right: f32,
}

impl Ears {
    /// From the middle, as it was sent.
    pub const CENTRE: Self = Self { left: 1.0, right: 1.0 };
}
