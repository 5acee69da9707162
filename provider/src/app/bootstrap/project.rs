//! A project with the defaults of the platform in the standards.

use ipsy_post_renderer::standards_document::Platform;

use super::ec2::Ec2;
use super::{BootstrapConfig, EnvironmentConfig};
use crate::app::problem::Problems;
use crate::app::profile::Profile;
use crate::app::standards::{AppStandards, StandardsDocument};

/// Name of a cluster as a backend, if the standards do not name it.
const BACKEND: &str = "main";

/// Name of the shared library, if the standards do not name it.
const JENKINS_LIBRARY: &str = "ipsy";

/// A project: the arguments, and what they leave to the platform.
pub(super) struct Project<'c> {
    pub(super) config: &'c BootstrapConfig,
    pub(super) profile: Profile,
    pub(super) registry: Option<String>,
    /// In the order of a deployment.
    pub(super) environments: Vec<Environment>,
    /// The shared library for Jenkins, with its commit if the standards name one.
    pub(super) jenkins_library: String,
    /// Whether the standards have a range of priorities for listener rules in every environment.
    pub(super) has_priorities: bool,
}

/// An environment of the project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Environment {
    pub(super) name: String,
    pub(super) cluster: Option<String>,
    /// Name of the cluster as a backend of the app.
    pub(super) backend: String,
    pub(super) oidc_provider_arn: Option<String>,
    pub(super) listener_arn: Option<String>,
    pub(super) hosts: Option<Vec<String>>,
    pub(super) min_replicas: Option<i64>,
    pub(super) max_replicas: Option<i64>,
    pub(super) chart_repository: Option<String>,
    pub(super) chart: Option<String>,
    pub(super) chart_version: Option<String>,
    pub(super) state_bucket: Option<String>,
    pub(super) ec2: Option<Ec2>,
    /// Clusters of the standards, if there is not exactly one to choose.
    pub(super) choices: Vec<String>,
}

impl<'c> Project<'c> {
    /// Resolves the arguments of the data source.
    pub(super) fn resolve(
        config: &'c BootstrapConfig,
        document: &StandardsDocument,
        problems: &mut Problems,
    ) -> Self {
        let general = document.of_environment(None).unwrap_or_default().platform;
        let by_default = || {
            let names = general.deployment_order.iter();
            names
                .map(|name| EnvironmentConfig { name: Some(name.clone()), ..EnvironmentConfig::default() })
                .collect()
        };
        let given = if config.environment.is_empty() { by_default() } else { config.environment.clone() };
        // The check of each app reports an environment that the standards do not list.
        let platform_of = |environment: &EnvironmentConfig| {
            let found = document.of_environment(environment.name.as_deref());
            found.map_or_else(|_| general.clone(), |standards| standards.platform)
        };
        let platforms: Vec<Platform> = given.iter().map(platform_of).collect();
        let is_exposed =
            given.iter().any(|environment| environment.listener_arn.is_some() || environment.hosts.is_some());
        let environments = given.iter().zip(&platforms);
        let first = given.first().and_then(|environment| environment.name.as_deref());
        // Problems of the environment itself are reported by the check of its app.
        let standards = AppStandards::of(document, first, &mut Problems::default());
        Self {
            config,
            profile: Profile::resolve(config.runtime.as_deref(), &standards, problems),
            registry: config
                .registry
                .clone()
                .or_else(|| platforms.first().unwrap_or(&general).registry.clone()),
            jenkins_library: general.jenkins_library.clone().unwrap_or_else(|| JENKINS_LIBRARY.to_owned()),
            has_priorities: !platforms.is_empty()
                && platforms.iter().all(|platform| platform.priorities.is_some()),
            environments: environments
                .map(|(environment, platform)| {
                    Environment::resolve(config, environment, platform, is_exposed)
                })
                .collect(),
        }
    }

    /// Whether the project has a load balancer of its own, beside the platform's.
    pub(super) fn has_load_balancer(&self) -> bool {
        self.environments.iter().any(|environment| environment.listener_arn.is_some())
    }

    /// Whether EC2 instances serve the app in an environment.
    pub(super) fn has_ec2(&self) -> bool {
        self.environments.iter().any(|environment| environment.ec2.is_some())
    }

    /// Whether there is a bucket for states.
    pub(super) fn has_state_buckets(&self) -> bool {
        self.environments.iter().any(|environment| environment.state_bucket.is_some())
    }

    /// The image's repository in an environment: the first one makes it.
    pub(super) fn repository(&self, index: usize) -> String {
        let name = self.config.name.clone().unwrap_or_default();
        match &self.registry {
            Some(registry) if index > 0 => format!("{registry}/{name}"),
            _ => name,
        }
    }
}

impl Environment {
    /// With `is_exposed`, an environment of the project names a listener or hosts: then each has its listener.
    fn resolve(
        project: &BootstrapConfig,
        config: &EnvironmentConfig,
        platform: &Platform,
        is_exposed: bool,
    ) -> Self {
        let chart = &platform.chart;
        let (chart_repository, name) = match (&project.chart, &chart.repository) {
            (Some(own), _) => (None, Some(own.clone())),
            (None, Some(repository)) if repository.contains("://") => {
                (Some(repository.clone()), Some(chart.name.clone()))
            }
            (None, Some(folder)) => (None, Some(format!("{}/{}", folder.trim_end_matches('/'), chart.name))),
            (None, None) => (None, None),
        };
        let mut environment = Self {
            name: config.name.clone().unwrap_or_default(),
            cluster: config.cluster.clone(),
            backend: BACKEND.to_owned(),
            listener_arn: config.listener_arn.clone(),
            hosts: config.hosts.clone(),
            min_replicas: config.min_replicas,
            max_replicas: config.max_replicas,
            chart_repository,
            chart: name,
            chart_version: project.chart_version.clone().or_else(|| chart.version.clone()),
            state_bucket: project.state_bucket.clone().or_else(|| platform.state_bucket.clone()),
            ec2: config.ec2.as_ref().map(Ec2::resolve),
            ..Self::default()
        };
        if is_exposed && environment.listener_arn.is_none() {
            environment.listener_arn.clone_from(&platform.listener_arn);
        }
        environment.choose_cluster(platform);
        environment
    }

    fn choose_cluster(&mut self, platform: &Platform) {
        let is_chosen = |name: &str| self.cluster.as_deref().is_none_or(|own| own == name);
        let mut fitting = platform.clusters.iter().filter(|(_, cluster)| is_chosen(&cluster.cluster));
        match (fitting.next(), fitting.next()) {
            (Some((backend, cluster)), None) => {
                self.backend.clone_from(backend);
                self.oidc_provider_arn.clone_from(&cluster.oidc_provider_arn);
                self.cluster = Some(cluster.cluster.clone());
            }
            _ if self.cluster.is_none() => {
                self.choices = platform.clusters.values().map(|cluster| cluster.cluster.clone()).collect();
            }
            _ => {}
        }
    }
}
