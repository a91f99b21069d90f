//! Pictures as measurements look at them: read from a Y4M stream, numbered, and held against what they should be.

pub mod clip;
pub mod number;
pub mod quality;
pub mod y4m;
