//! The job that runs before each install and upgrade, such as a migration of the database.

use std::collections::BTreeMap;

use provider_framework::Arguments;
use serde::Deserialize;

use super::names::{Identity, is_dns_label};
use super::problem::Problems;

/// Longest name of a Job that Kubernetes takes: it becomes a label of its pods.
const JOB_LENGTH: usize = 63;

/// A job with the app's image that runs before each install and upgrade, such as a migration of the database. Nothing
/// of the app exists yet at the first install, so it runs as a service account of its own, `NAME-migration`, which
/// gets the app's role.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct MigrationConfig {
    /// Entrypoint, instead of the image's.
    pub(crate) command: Option<Vec<String>>,
    /// Arguments of the entrypoint.
    #[argument(example = "[\"migrate\"]")]
    pub(crate) args: Option<Vec<String>>,
    /// Environment variables, over those of the app.
    pub(crate) env: Option<BTreeMap<String, String>>,
    /// A service account that exists, instead of one of its own. It keeps the rights that it has.
    pub(crate) service_account: Option<String>,
    /// How often it is tried again after a failure. Default: 3.
    pub(crate) backoff_limit: Option<i64>,
    /// Seconds after which it is stopped. Default: never.
    pub(crate) active_deadline_seconds: Option<i64>,
}

/// `migration { … }`, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Migration {
    pub(crate) command: Vec<String>,
    pub(crate) args: Vec<String>,
    /// Over those of the app.
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) account: Account,
    /// The chart's own number where it is `None`.
    pub(crate) backoff_limit: Option<i64>,
    /// For ever where it is `None`.
    pub(crate) active_deadline_seconds: Option<i64>,
}

/// The service account that the job runs as. The app's own does not exist yet at the first install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Account {
    /// One of its own, which the chart makes and which gets the app's role.
    Own(String),
    /// One that exists, with the rights that it has.
    Existing(String),
}

impl Migration {
    /// Resolves `migration { … }`. `complete` means that nothing is unknown.
    pub(super) fn resolve(
        config: &MigrationConfig,
        identity: &Identity,
        complete: bool,
        problems: &mut Problems,
    ) -> Self {
        // The chart calls job and service account so.
        let name = format!("{}-migration", identity.app);
        if name.len() > JOB_LENGTH {
            problems.error(
                "migration",
                format!("`{name}` is too long for a job"),
                format!("Kubernetes takes {JOB_LENGTH} characters. Give the app a shorter name."),
            );
        }
        if complete && config.command.is_none() && config.args.is_none() {
            problems.error(
                "migration",
                "The migration would run what the app runs",
                "Set `args` or `command`, such as `args = [\"migrate\"]`.",
            );
        }
        for (place, number, least) in [
            ("migration.backoff_limit", config.backoff_limit, 0),
            ("migration.active_deadline_seconds", config.active_deadline_seconds, 1),
        ] {
            if let Some(number) = number.filter(|number| *number < least) {
                problems.error(
                    place,
                    format!("{number} is too small"),
                    format!("Kubernetes takes {least} or more."),
                );
            }
        }
        Self {
            command: config.command.clone().unwrap_or_default(),
            args: config.args.clone().unwrap_or_default(),
            env: config.env.clone().unwrap_or_default(),
            account: match &config.service_account {
                Some(existing) => Account::existing(existing, identity, problems),
                None => Account::Own(name),
            },
            backoff_limit: config.backoff_limit,
            active_deadline_seconds: config.active_deadline_seconds,
        }
    }
}

impl Account {
    fn existing(name: &str, identity: &Identity, problems: &mut Problems) -> Self {
        if !is_dns_label(name) {
            problems.error(
                "migration.service_account",
                format!("`{name}` is not a valid service account name"),
                "Use at most 63 lower-case letters, digits and `-`.",
            );
        } else if name == identity.app {
            problems.error(
                "migration.service_account",
                "The app's service account comes too late",
                "The migration runs before anything else of the app is installed. Leave this out: the migration gets \
                 an account of its own, with the app's role.",
            );
        }
        Self::Existing(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(config: &MigrationConfig, app: &str, expected: &[&str]) -> Migration {
        let identity = Identity { app: app.to_owned(), environment: "prod".to_owned() };
        let mut problems = Problems::default();
        let migration = Migration::resolve(config, &identity, true, &mut problems);
        let told: Vec<&str> = problems.0.iter().map(|problem| problem.summary.as_str()).collect();
        assert_eq!(told, expected);
        migration
    }

    fn config() -> MigrationConfig {
        MigrationConfig { args: Some(vec!["migrate".to_owned()]), ..MigrationConfig::default() }
    }

    #[test]
    fn a_migration_has_an_account_of_its_own() {
        let migration = check(&config(), "checkout", &[]);
        assert_eq!(migration.account, Account::Own("checkout-migration".to_owned()));
        let config = MigrationConfig { service_account: Some("migrations".to_owned()), ..config() };
        assert_eq!(check(&config, "checkout", &[]).account, Account::Existing("migrations".to_owned()));
    }

    #[test]
    fn what_could_not_run_is_refused() {
        check(&MigrationConfig::default(), "checkout", &["The migration would run what the app runs"]);
        let wrong = MigrationConfig {
            service_account: Some("checkout".to_owned()),
            backoff_limit: Some(-1),
            active_deadline_seconds: Some(0),
            ..config()
        };
        let expected = ["-1 is too small", "0 is too small", "The app's service account comes too late"];
        check(&wrong, "checkout", &expected);
        let long = "a".repeat(54);
        check(&config(), &long, &[&format!("`{long}-migration` is too long for a job")]);
    }
}
