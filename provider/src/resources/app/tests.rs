//! The life of an app against an AWS in memory, call by call. Terraform itself is not here: the tests play its
//! part, in the order in which it calls.

mod deletion;
mod effect;
mod external;
mod faults;
mod holders;
mod identity;
mod lifecycle;
mod midway;
mod moved_cluster;
mod named_blocks;
mod orphans;
mod placement;
mod platform;
mod rollout;
mod traffic;
mod values;

use ipsy_aws::{Fake, TargetHealth};
use provider_framework::{
    Context, CreateRequest, DeleteRequest, Diagnostics, Outcome, Path, Plan, PlanRequest, Private,
    ReadRequest, Resource, UpdateRequest, Value,
};
use serde_json::{Value as Json, json};

use super::{AppResource, schema};
use crate::app::standards::StandardsDocument;
use crate::infrastructure::account::Account;
use crate::infrastructure::ownership::TagPolicy;
use crate::session::{Configured, Session};

/// A provider on an AWS in memory, with a load balancer and a cluster as a platform team has them.
struct Bench {
    fake: Fake,
    listener: String,
    session: Session,
    resource: AppResource,
    standards: std::sync::Mutex<StandardsDocument>,
    /// What Terraform keeps beside the state.
    private: std::sync::Mutex<Private>,
}

/// What the platform team has is there before and after every test.
impl Bench {
    async fn new() -> Self {
        let fake = Fake::new();
        fake.add_cluster("eks-blue", "vpc-1");
        fake.add_cluster("eks-green", "vpc-1");
        let listener = fake.add_load_balancer("shop", "vpc-1");
        let aws = fake.aws();
        let account = Account::of(&aws).await.unwrap();
        let session = Session::default();
        let resource = AppResource::new(session.clone());
        let bench = Self {
            fake,
            listener,
            session,
            resource,
            standards: std::sync::Mutex::default(),
            private: std::sync::Mutex::default(),
        };
        bench.walk(aws, account);
        bench
    }

    /// Starts the provider, as Terraform does for each walk over its graph.
    fn walk(&self, aws: ipsy_aws::Aws, account: Account) {
        self.session.set(Configured {
            standards: self.standards.lock().unwrap().clone(),
            tags: TagPolicy::default(),
            complete: true,
            connection: tokio::sync::OnceCell::new_with(Some((aws, account))),
            ..Configured::default()
        });
    }

    async fn new_walk(&self) {
        let aws = self.fake.aws();
        let account = Account::of(&aws).await.unwrap();
        self.walk(aws, account);
    }

    /// An app with two clusters, `weights` between them.
    fn config(&self, weights: (i64, i64)) -> Json {
        json!({
            "name": "checkout",
            "environment": "prod",
            "image": { "repository": "checkout", "initial": "1.0.0" },
            "port": { "http": { "port": 8080 } },
            "iam": { "policy_json": "{\"Version\":\"2012-10-17\",\"Statement\":[]}" },
            "load_balancer": { "listener_arn": self.listener, "hosts": ["a.example.com"], "priority": 10 },
            "backend": {
                "blue": { "cluster": "eks-blue", "weight": weights.0 },
                "green": { "cluster": "eks-green", "weight": weights.1 },
            },
        })
    }

    async fn plan(&self, prior: Option<&Value>, config: &Json) -> (Value, Diagnostics) {
        self.plan_configuration(prior, schema::schema().encode(config).unwrap()).await
    }

    async fn plan_configuration(&self, prior: Option<&Value>, config: Value) -> (Value, Diagnostics) {
        self.new_walk().await;
        let private = prior.map(|_| self.private.lock().unwrap().clone()).unwrap_or_default();
        let (planned, _, diagnostics) = self.plan_encoded(prior, config, private).await;
        (planned, diagnostics)
    }

    /// One call to plan, with what Terraform passes beside the state; gives what it passes on.
    async fn plan_with(
        &self,
        prior: Option<&Value>,
        config: &Json,
        private: Private,
    ) -> (Value, Private, Diagnostics) {
        self.plan_encoded(prior, schema::schema().encode(config).unwrap(), private).await
    }

    async fn plan_encoded(
        &self,
        prior: Option<&Value>,
        config: Value,
        private: Private,
    ) -> (Value, Private, Diagnostics) {
        let mut planned = config.clone();
        for name in schema::computed_names() {
            planned.set(&Path::root(name), Value::Unknown);
        }
        let mut plan = Plan { planned, requires_replace: Vec::new(), private };
        let request = PlanRequest { prior: prior.cloned(), config, context: Context::default() };
        let mut diagnostics = Diagnostics::new();
        self.resource.modify_plan(&request, &mut plan, &mut diagnostics).await;
        (plan.planned, plan.private, diagnostics)
    }

    /// Plans and applies, as `terraform apply` does; gives what Terraform would store.
    async fn apply(&self, prior: Option<&Value>, config: &Json) -> Outcome {
        self.new_walk().await;
        let private = prior.map(|_| self.private.lock().unwrap().clone()).unwrap_or_default();
        let (planned, private, diagnostics) = self.plan_with(prior, config, private).await;
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        let config = schema::schema().encode(config).unwrap();
        let context = Context::default();
        let outcome = match prior {
            None => {
                let planned = planned.clone();
                self.resource.create(CreateRequest { planned, config, private, context }).await
            }
            Some(prior) => {
                let (prior, planned) = (prior.clone(), planned.clone());
                self.resource.update(UpdateRequest { prior, planned, config, private, context }).await
            }
        };
        if let Some(private) = outcome.private.clone() {
            *self.private.lock().unwrap() = private;
        }
        if let Some(state) = outcome.state.as_ref() {
            assert!(state.is_wholly_known(), "a state is wholly known: {:?}", state.unknown_paths());
            if !outcome.diagnostics.has_errors() {
                assert_completes(&planned, state);
            }
        }
        outcome
    }

    /// Replaces the app as Terraform does: two calls to plan, the deletion of the old one, and then a new one.
    async fn replace(&self, prior: &Value, config: &Json) -> Replacement {
        self.new_walk().await;
        let private = self.private.lock().unwrap().clone();
        let (_, private, mut warnings) = self.plan_with(Some(prior), config, private).await;
        let (_, private, more) = self.plan_with(None, config, private).await;
        warnings.extend(more);
        assert!(!warnings.has_errors(), "{warnings:?}");
        let request = DeleteRequest { prior: prior.clone(), private, context: Context::default() };
        let deleted = self.resource.delete(request).await;
        if deleted.diagnostics.has_errors() {
            return Replacement { warnings, deleted, created: None };
        }
        let created = Some(self.apply(None, config).await);
        Replacement { warnings, deleted, created }
    }

    /// Plays the installation: a healthy pod is in every target group of the rule.
    async fn install(&self) {
        let pod = TargetHealth {
            target_id: "10.0.0.1".into(),
            port: 8080,
            state: "healthy".into(),
            reason: None,
            description: None,
        };
        for rule in self.fake.aws().listener_rules.by_listener(&self.listener).await.unwrap() {
            for target in rule.forward().into_iter().flat_map(|forward| &forward.targets) {
                self.fake.set_targets(&target.target_group_arn, vec![pod.clone()]);
            }
        }
    }

    async fn refresh(&self, state: &Value) -> Outcome {
        let private = self.private.lock().unwrap().clone();
        let request = ReadRequest { state: state.clone(), private, context: Context::default() };
        let outcome = self.resource.read(request).await;
        if let Some(private) = outcome.private.clone() {
            *self.private.lock().unwrap() = private;
        }
        outcome
    }

    async fn destroy(&self, state: &Value) -> Outcome {
        let private = self.private.lock().unwrap().clone();
        let request = DeleteRequest { prior: state.clone(), private, context: Context::default() };
        self.resource.delete(request).await
    }
}

/// What became of a replacement.
struct Replacement {
    warnings: Diagnostics,
    deleted: Outcome,
    /// `None` where the old app could not be deleted.
    created: Option<Outcome>,
}

/// Makes a role by hand, with these tags.
async fn make_role(bench: &Bench, name: &str, tags: ipsy_aws::Tags) {
    let role = ipsy_aws::NewRole {
        name: name.into(),
        path: "/".into(),
        trust_policy: r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"}}]}"#
            .into(),
        description: String::new(),
        max_session_seconds: 3600,
        permissions_boundary: None,
        tags,
    };
    bench.fake.aws().roles.create(&role).await.unwrap();
}

/// Terraform's rule: what was known in the plan is in the state, unchanged.
fn assert_completes(planned: &Value, state: &Value) {
    match (planned, state) {
        (Value::Unknown, _) => {}
        (Value::Object(planned) | Value::Map(planned), Value::Object(state) | Value::Map(state)) => {
            for (name, value) in planned {
                assert_completes(value, state.get(name).unwrap_or_else(|| panic!("`{name}` is lost")));
            }
        }
        (planned, state) => assert_eq!(planned, state),
    }
}

fn text<'a>(state: &'a Value, name: &str) -> &'a str {
    state
        .attribute(name)
        .as_str()
        .unwrap_or_else(|| panic!("`{name}` is not a string: {:?}", state.attribute(name)))
}

/// The Helm values of a backend, if it has some.
fn values_of(state: &Value, backend: &str) -> Option<Json> {
    let text = state.at(&Path::root("values_by_backend").key(backend))?;
    Some(serde_json::from_str(text.as_str()?).unwrap())
}
