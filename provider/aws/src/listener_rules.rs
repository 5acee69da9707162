//! Rules of an application load balancer's listener: which requests go to which target groups, and in what
//! shares.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::{Error, Secret, Tags};

/// Listener rules, addressed by ARN.
#[async_trait]
pub trait ListenerRules: Send + Sync {
    /// Creates a rule. `Conflict` if the priority is taken.
    async fn create(&self, rule: &NewRule) -> Result<Rule, Error>;

    /// All rules of a listener by ascending priority, the default rule last. Empty if the listener does not exist.
    async fn by_listener(&self, listener_arn: &str) -> Result<Vec<Rule>, Error>;

    /// The rules of these ARNs that exist; a missing one is left out.
    async fn by_arns(&self, arns: &[String]) -> Result<Vec<Rule>, Error>;

    /// Changes conditions, actions or both in one step. Actions are replaced whole: a stickiness that is left
    /// out is switched off.
    async fn modify(&self, arn: &str, change: &RuleChange) -> Result<Rule, Error>;

    /// Changes the priorities of some rules of one listener in one step, so that two can swap. `Conflict` if
    /// another rule has the priority.
    async fn set_priorities(&self, priorities: &BTreeMap<String, u32>) -> Result<(), Error>;

    /// Tags of many rules, by ARN, twenty in a call. A rule that is not there is left out.
    async fn tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error>;

    /// Adds or overwrites tags.
    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error>;

    /// Removes tags by key; a missing key is not an error.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error>;

    /// Deletes a rule. Succeeds if it does not exist.
    async fn delete(&self, arn: &str) -> Result<(), Error>;
}

/// What a rule is created with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRule {
    /// The listener.
    pub listener_arn: String,
    /// 1 to 50,000, unique in the listener; the lowest number is tried first.
    pub priority: u32,
    /// What a request must meet, all of them; at least one.
    pub conditions: BTreeSet<Condition>,
    /// What is done, in order; the last one must be a forward, redirect or fixed response.
    pub actions: Vec<Action>,
    /// Tags, set in the same call.
    pub tags: Tags,
}

/// A change of a rule; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleChange {
    /// The new conditions.
    pub conditions: Option<BTreeSet<Condition>>,
    /// The new actions.
    pub actions: Option<Vec<Action>>,
}

/// A rule as AWS has it, in one normal form whichever of AWS's two spellings the answer used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The ARN, which contains the listener's ids.
    pub arn: String,
    /// The listener, derived from the ARN.
    pub listener_arn: String,
    /// 1 to 50,000; `None` for the default rule.
    pub priority: Option<u32>,
    /// What a request must meet, all of them.
    pub conditions: BTreeSet<Condition>,
    /// What is done, in order.
    pub actions: Vec<Action>,
}

impl Rule {
    /// The forward among the actions, if there is one: a rule has at most one.
    pub fn forward(&self) -> Option<&Forward> {
        self.actions.iter().find_map(|action| match action {
            Action::Forward(forward) => Some(forward),
            _ => None,
        })
    }
}

/// What a request must meet: any of the values. `*` and `?` are wildcards but in methods and addresses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// Host names, whatever the letter case.
    HostHeader(BTreeSet<String>),
    /// Paths without the query string.
    PathPattern(BTreeSet<String>),
    /// Values of one HTTP header.
    HttpHeader {
        /// Name of the header, whatever the letter case, not `Host`.
        name: String,
        /// Any of these.
        values: BTreeSet<String>,
    },
    /// HTTP methods, upper case.
    HttpMethod(BTreeSet<String>),
    /// Parts of the query string.
    QueryString(BTreeSet<QueryPair>),
    /// Address ranges in CIDR notation.
    SourceIp(BTreeSet<String>),
    /// A condition that this crate cannot set (regular expressions, for instance), so that drift shows.
    Other {
        /// AWS's name of the field.
        field: String,
        /// The values, as text.
        values: BTreeSet<String>,
    },
}

/// A key and value of a query string; without a key the value may stand under any.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueryPair {
    /// The key.
    pub key: Option<String>,
    /// The value.
    pub value: String,
}

/// What a rule does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sends it on.
    Forward(Forward),
    /// Makes the user log in at an OIDC provider first. Only on an HTTPS listener.
    AuthenticateOidc(AuthenticateOidc),
    /// Makes the user log in at a Cognito user pool first. Only on an HTTPS listener.
    AuthenticateCognito(AuthenticateCognito),
    /// An action that this crate cannot set, by AWS's name (`redirect`, `fixed-response`), so that drift shows.
    Other(String),
}

/// Sends requests on to target groups, in shares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forward {
    /// One to five groups; in the order of their ARNs when read from AWS, which keeps no order.
    pub targets: Vec<WeightedTarget>,
    /// For how many seconds (1 to 604,800) a client stays with its group; `None` if it does not.
    pub stickiness_seconds: Option<u32>,
}

/// A target group and its share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WeightedTarget {
    /// The target group.
    pub target_group_arn: String,
    /// 0 to 999; the share is this over the sum. With 0 a group gets no requests but is probed.
    pub weight: u16,
}

/// Login at an OIDC provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticateOidc {
    /// Issuer, as in its discovery document.
    pub issuer: String,
    /// Where the user is sent.
    pub authorization_endpoint: String,
    /// Where the code is exchanged.
    pub token_endpoint: String,
    /// Where claims come from.
    pub user_info_endpoint: String,
    /// Client id of the application.
    pub client_id: String,
    /// Client secret; `None` keeps the one that AWS has. AWS never returns it.
    pub client_secret: Option<Secret>,
    /// Space-separated scopes, `openid` if nothing else.
    pub scope: String,
    /// Name of the session cookie.
    pub session_cookie_name: String,
    /// How long a login lasts.
    pub session_timeout_seconds: u32,
    /// `deny`, `allow` or `authenticate`.
    pub on_unauthenticated_request: String,
}

/// Login at a Cognito user pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticateCognito {
    /// ARN of the user pool.
    pub user_pool_arn: String,
    /// Id of its client.
    pub user_pool_client_id: String,
    /// Its domain or domain prefix.
    pub user_pool_domain: String,
    /// Space-separated scopes, `openid` if nothing else.
    pub scope: String,
    /// Name of the session cookie.
    pub session_cookie_name: String,
    /// How long a login lasts.
    pub session_timeout_seconds: u32,
    /// `deny`, `allow` or `authenticate`.
    pub on_unauthenticated_request: String,
}
