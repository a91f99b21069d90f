//! The program `hallway-bench`: measures Hallway with its real programs.

fn main() {}
