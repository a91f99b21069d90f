//! A bad network to try Hallway on: the relay that stands between the real programs in measurements and in tests.

pub mod dice;
pub mod relay;
