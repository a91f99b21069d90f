//! What measurements and tests share: the relay that is a bad network between the real programs, and the eye that judges
//! pictures.

pub mod dice;
pub mod picture;
pub mod relay;
