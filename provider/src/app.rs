//! The app: what a developer asked for, resolved against the organisation's standards, and everything that
//! is derived from it by calculation alone. Nothing here talks to AWS or to Terraform.

pub(crate) mod access;
pub(crate) mod bootstrap;
pub(crate) mod chart;
pub(crate) mod config;
mod conflicts;
pub(crate) mod contract;
mod controller;
pub(crate) mod departure;
pub(crate) mod duration;
pub(crate) mod exceptions;
pub(crate) mod explain;
pub(crate) mod image;
pub(crate) mod kapp;
pub(crate) mod migration;
pub(crate) mod names;
pub(crate) mod overrides;
mod parts;
mod platform;
pub(crate) mod post_render;
pub(crate) mod problem;
pub(crate) mod profile;
pub(crate) mod reach;
pub(crate) mod resolve;
mod resource_bounds;
pub(crate) mod rollback;
pub(crate) mod rollout;
pub(crate) mod runtime;
pub(crate) mod scaling;
mod spot;
pub(crate) mod standards;
pub(crate) mod timeouts;
pub(crate) mod traffic;
pub(crate) mod values;
