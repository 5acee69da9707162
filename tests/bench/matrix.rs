//! What users do with ipsy, done in a real cluster: a scenario per tool or topic, a row per step.
//! `cargo dev test-cluster` runs them and prints the table.

mod admission;
mod bootstrap;
mod chart_fields;
mod charts;
mod first_chart;
mod helm;
mod kapp;
mod karpenter;
mod kubectl;
mod live;
mod migration;
mod oddities;
mod owners;
mod root_module;
mod table;
mod third_party;
mod traffic;
mod world;

use anyhow::Result;

pub use table::Table;
pub(crate) use table::Verdict;
pub use world::World;
pub(crate) use world::chart;

/// A scenario adds its rows to the table. A failure outside of a row ends the run.
pub type Scenario = fn(&World, &mut Table) -> Result<()>;

/// All scenarios, by the names that choose them.
pub const SCENARIOS: [(&str, Scenario); 16] = [
    ("charts", charts::run),
    ("chart-fields", chart_fields::run),
    ("helm-3", helm::three),
    ("helm-4", helm::four),
    ("kapp", kapp::run),
    ("karpenter", karpenter::run),
    ("kubectl", kubectl::run),
    ("first-chart", first_chart::run),
    ("migration", migration::run),
    ("oddities", oddities::run),
    ("owners", owners::run),
    ("admission", admission::run),
    ("terraform", root_module::run),
    ("bootstrap", bootstrap::run),
    ("traffic", traffic::run),
    ("third-party", third_party::run),
];
