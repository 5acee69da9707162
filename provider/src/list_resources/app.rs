//! `list "ipsy_app"`: the apps that ipsy made, and the candidates: apps behind a listener that ipsy did not make.

mod candidates;
mod made;

use std::collections::BTreeSet;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use provider_framework::{
    Arguments, Diagnostic, Diagnostics, Found, ListItem, ListRequest, ListResource, Path, Schema, Value,
};
use serde::Deserialize;

use crate::app::names::{Identity, is_app_name};
use crate::resources::app::{identity, import};
use crate::session::{Configured, Session};

/// How many apps are read at the same time.
const AT_ONCE: usize = 8;

/// The list of apps.
pub(super) struct AppList {
    session: Session,
}

/// Apps on AWS, in the provider's account and region: those that ipsy made, and with `candidates` also those that it did
/// not make. `terraform query -generate-config-out=FILE` writes the configuration and the import of each.
#[derive(Debug, Default, Deserialize, Arguments)]
#[serde(default)]
struct AppListConfig {
    /// Only apps of this environment. Candidates become apps of this environment. Default: all environments.
    environment: Option<String>,
    /// Whether candidates are listed as well: each rule of an application load balancer that forwards to a target group
    /// and that ipsy did not make. A candidate has the name of its target group. Needs `environment`. Default: false.
    candidates: Option<bool>,
    /// Only candidates with a rule on this listener. Default: all listeners.
    listener_arn: Option<String>,
}

/// An app to list.
struct Listed {
    identity: Identity,
    /// The ARNs that an import of it needs.
    object_arns: Vec<String>,
    /// What a person calls it.
    title: String,
}

impl AppList {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }

    async fn find(
        &self,
        configured: &Configured,
        request: &ListRequest,
        diagnostics: &mut Diagnostics,
    ) -> Result<Vec<Listed>, Diagnostic> {
        let config: AppListConfig = self.schema().read(&request.config)?;
        let (aws, _) = configured.connect().await?;
        let aws = aws.refreshing();
        let environment = config.environment.as_deref();
        let mut all = made::find(aws, environment).await?;
        if let (true, Some(environment)) = (config.candidates.unwrap_or_default(), environment) {
            let candidates =
                candidates::find(aws, environment, config.listener_arn.as_deref(), diagnostics).await?;
            let known: BTreeSet<Identity> = all.iter().map(|listed| listed.identity.clone()).collect();
            let (taken, free): (Vec<Listed>, Vec<Listed>) =
                candidates.into_iter().partition(|candidate| known.contains(&candidate.identity));
            diagnostics.extend(taken.iter().map(name_taken).collect::<Diagnostics>());
            all.extend(free);
        }
        Ok(all)
    }
}

#[async_trait]
impl ListResource for AppList {
    fn type_name(&self) -> &'static str {
        "ipsy_app"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).arguments::<AppListConfig>()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let Some(config) = diagnostics.take(self.schema().read::<AppListConfig>(config)) else { return };
        if let Some(environment) = config.environment.as_ref().filter(|name| !is_app_name(name)) {
            let summary = format!("`{environment}` is not a valid name of an environment");
            let detail = "Use at most 63 of `a-z`, `0-9` and `-`; the name must start with a letter and must not end with \
                          a dash.";
            diagnostics.push(Diagnostic::error(summary, detail).at(Path::root("environment")));
        }
        if config.candidates == Some(true) && config.environment.is_none() {
            let detail = "AWS does not know the environment of an app that ipsy did not make. Set `environment` to the one \
                          that the candidates become apps of.";
            let summary = "Candidates need an environment";
            diagnostics.push(Diagnostic::error(summary, detail).at(Path::root("candidates")));
        }
    }

    async fn list(&self, request: ListRequest, mut found: Found) -> Diagnostics {
        let configured = self.session.get();
        let mut diagnostics = Diagnostics::new();
        let all = match self.find(&configured, &request, &mut diagnostics).await {
            Ok(all) => all,
            Err(diagnostic) => {
                diagnostics.push(diagnostic);
                return diagnostics;
            }
        };
        let configured = &configured;
        let read = stream::iter(all).map(|listed| async move {
            let item = item(configured, &listed).await;
            (listed, item)
        });
        let mut items = Box::pin(read.buffered(AT_ONCE));
        while let Some((listed, item)) = items.next().await {
            match item {
                Ok(item) => {
                    if !found.send(item).await {
                        break;
                    }
                }
                // One app that cannot be read must not hide the others.
                Err(error) => diagnostics.push(Diagnostic::warning(
                    format!("`{}` is left out: {}", listed.identity.id(), error.summary),
                    error.detail,
                )),
            }
        }
        diagnostics
    }
}

fn name_taken(candidate: &Listed) -> Diagnostic {
    Diagnostic::warning(
        format!("`{}` is left out: ipsy has an app of this name", candidate.title),
        "If the rule belongs to another app, import it under another name: `import { to = ipsy_app.NAME, id = \
         \"ENVIRONMENT/NAME,RULE_ARN\" }`.",
    )
}

async fn item(configured: &Configured, listed: &Listed) -> Result<ListItem, Diagnostic> {
    let id = |arns: &[String]| [&[listed.identity.id()], arns].concat().join(",");
    let mut object_arns = listed.object_arns.clone();
    let mut found = import::find(configured, &id(&object_arns)).await?;
    // What the instances may do, the pods have to do as well.
    if let Some(role) = found.instance_role_arn.take() {
        object_arns.push(role);
        found = import::find(configured, &id(&object_arns)).await?;
    }
    let identity = identity::with_objects(configured, &found.state, &object_arns);
    let mut item = ListItem::new(identity, listed.title.clone()).with_object(found.state);
    if !found.missing.is_empty() {
        item.diagnostics.push(Diagnostic::warning(
            format!("`{}` has no {}", listed.identity.id(), found.missing.join(" and no ")),
            "Every app has them, so the first apply after the import creates them. Nothing else changes.",
        ));
    }
    Ok(item)
}
