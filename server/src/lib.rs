//! Hallway's server: the front desk, the live world and the store, in one process of their own or inside a client.

pub mod config;
pub mod desk;
pub mod store;
