//! Many apps that are refreshed at the same time take few calls, and each gets its own.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::coalesced;
use crate::fake::Moment;
use crate::{
    Action, Aws, Condition, Encryption, Error, ErrorKind, Fake, Forward, HealthCheck, NewLogGroup,
    NewParameter, NewPodIdentity, NewRepository, NewRole, NewRule, NewTargetGroup, TagMutability, Tags,
    WeightedTarget,
};

const TRUST: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"}}]}"#;

/// The ARNs of one app's parts that have no name to look for.
#[derive(Clone)]
struct App {
    number: u32,
    group: String,
    rule: String,
}

impl App {
    fn name(&self) -> String {
        format!("app-{}", self.number)
    }

    fn log_group(&self) -> String {
        format!("/ipsy/prod/{}", self.name())
    }
}

/// An AWS with this many apps on one load balancer and one cluster, nothing of their making in the log of calls.
async fn with_apps(count: u32) -> (Fake, Aws, Vec<App>) {
    let fake = Fake::new();
    let aws = fake.aws();
    let listener = fake.add_load_balancer("shop", "vpc-1");
    fake.add_cluster("blue", "vpc-1");
    let mut apps = Vec::new();
    for number in 1..=count {
        apps.push(make(&aws, &listener, number).await.expect("made"));
    }
    // Asked for once in the life of a provider.
    aws.account.id().await.expect("an account");
    fake.forget_calls();
    (fake, coalesced(aws), apps)
}

async fn make(aws: &Aws, listener: &str, number: u32) -> Result<App, Error> {
    let mut app = App { number, group: String::new(), rule: String::new() };
    let name = app.name();
    let tags: Tags = [("app".to_owned(), name.clone())].into();
    aws.repositories
        .create(&NewRepository {
            name: name.clone(),
            encryption: Encryption::Aes256,
            scan_on_push: true,
            tag_mutability: TagMutability::Immutable,
            tags: tags.clone(),
        })
        .await?;
    let role = aws
        .roles
        .create(&NewRole {
            name: name.clone(),
            path: "/".to_owned(),
            trust_policy: TRUST.to_owned(),
            description: name.clone(),
            max_session_seconds: 3600,
            permissions_boundary: None,
            tags: tags.clone(),
        })
        .await?;
    aws.pod_identities
        .create(&NewPodIdentity {
            cluster: "blue".to_owned(),
            namespace: "shop".to_owned(),
            service_account: name.clone(),
            role_arn: role.arn,
            target_role_arn: None,
            disable_session_tags: false,
            client_request_token: name.clone(),
            tags: tags.clone(),
        })
        .await?;
    let group = NewLogGroup { name: app.log_group(), kms_key: None, tags: tags.clone() };
    aws.log_groups.create(&group).await?;
    let group = NewTargetGroup {
        name: name.clone(),
        protocol: "HTTP".to_owned(),
        protocol_version: "HTTP1".to_owned(),
        port: 8080,
        vpc_id: "vpc-1".to_owned(),
        target_type: "ip".to_owned(),
        ip_address_type: "ipv4".to_owned(),
        health_check: HealthCheck::default(),
        tags: tags.clone(),
    };
    app.group = aws.target_groups.create(&group).await?.arn;
    let target = WeightedTarget { target_group_arn: app.group.clone(), weight: 1 };
    let new_rule = NewRule {
        listener_arn: listener.to_owned(),
        priority: number,
        conditions: [Condition::HostHeader([format!("{name}.example.com")].into())].into(),
        actions: vec![Action::Forward(Forward { targets: vec![target], stickiness_seconds: None })],
        tags: tags.clone(),
    };
    app.rule = aws.listener_rules.create(&new_rule).await?.arn;
    let parameter =
        NewParameter { name: format!("/{name}/image"), value: name, description: String::new(), tags };
    aws.parameters.create(&parameter).await?;
    Ok(app)
}

/// Reads everything of one app and panics unless it is that app's.
async fn refresh(aws: Aws, app: App) {
    let name = app.name();
    let repository = async {
        let found = aws.repositories.describe(std::slice::from_ref(&name)).await.unwrap();
        assert_eq!(found.iter().map(|one| &one.name).collect::<Vec<_>>(), [&name]);
        let tags = aws.repositories.tags(&found[0].arn).await.unwrap();
        assert_eq!(tags["app"], name);
        aws.repositories.lifecycle_policy(&name).await.unwrap();
    };
    let role = async {
        let role = aws.roles.get(&name).await.unwrap().unwrap();
        assert_eq!((&role.name, &role.description, &role.tags["app"]), (&name, &name, &name));
    };
    let identity = async {
        let found = aws.pod_identities.find("blue", "shop", &name).await.unwrap().unwrap();
        assert_eq!(found.service_account, name);
    };
    let logs = async {
        let found = aws.log_groups.get(&app.log_group()).await.unwrap().unwrap();
        assert_eq!(found.name, app.log_group());
        assert_eq!(aws.log_groups.tags(&found.arn).await.unwrap()["app"], name);
    };
    let parameter = async {
        let parameter = format!("/{name}/image");
        let found = aws.parameters.get(std::slice::from_ref(&parameter)).await.unwrap();
        assert_eq!(found.iter().map(|one| &one.value).collect::<Vec<_>>(), [&name]);
        assert_eq!(aws.parameters.tags(&parameter).await.unwrap()["app"], name);
    };
    let group = async {
        let found = aws.target_groups.by_names(std::slice::from_ref(&name)).await.unwrap();
        assert_eq!(found.iter().map(|one| &one.arn).collect::<Vec<_>>(), [&app.group]);
        let (tags, _) = tokio::join!(
            aws.target_groups.tags(std::slice::from_ref(&app.group)),
            aws.target_groups.attributes(&app.group)
        );
        assert_eq!(tags.unwrap()[&app.group]["app"], name);
    };
    let traffic = async {
        let arns = [app.rule.clone()];
        let (rules, tags) = tokio::join!(aws.listener_rules.by_arns(&arns), aws.listener_rules.tags(&arns));
        assert_eq!(rules.unwrap().iter().map(|one| &one.arn).collect::<Vec<_>>(), [&app.rule]);
        assert_eq!(tags.unwrap()[&app.rule]["app"], name);
    };
    tokio::join!(repository, role, identity, logs, parameter, group, traffic);
}

async fn refresh_all(aws: &Aws, apps: &[App]) {
    let mut all = JoinSet::new();
    for app in apps {
        all.spawn(refresh(aws.refreshing().clone(), app.clone()));
    }
    all.join_all().await;
}

/// How often each operation was called.
fn counts(fake: &Fake) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for operation in fake.operations() {
        *counts.entry(operation).or_default() += 1;
    }
    counts
}

#[tokio::test(start_paused = true)]
async fn a_hundred_apps_at_once_take_few_calls_for_each() {
    let (fake, aws, apps) = with_apps(100).await;
    refresh_all(&aws, &apps).await;
    let expected = [
        // One object in a call: AWS has no other way.
        ("DescribePodIdentityAssociation", 100),
        ("DescribeTargetGroupAttributes", 100),
        ("GetLifecyclePolicy", 100),
        // Many objects in a call.
        ("DescribeLogGroups", 2),
        ("DescribeRepositories", 1),
        // All have rules of one listener.
        ("DescribeRules", 1),
        ("DescribeTargetGroups", 5),
        ("GetAccountAuthorizationDetails", 1),
        ("GetParameters", 10),
        // Tags of repositories, log groups, parameters, target groups and rules, a hundred each.
        ("GetResources", 5),
        ("ListPodIdentityAssociations", 1),
        ("ListRoles", 1),
    ];
    assert_eq!(counts(&fake), expected.into());
}

#[tokio::test(start_paused = true)]
async fn one_app_takes_no_call_more_than_before() {
    let (fake, aws, apps) = with_apps(1).await;
    refresh_all(&aws, &apps).await;
    let mut coalesced = counts(&fake);
    fake.forget_calls();
    refresh_all(&fake.aws(), &apps).await;
    let mut single = counts(&fake);
    // Its tags may come together or each from its own service.
    for tags in ["GetResources", "DescribeTags", "ListTagsForResource"] {
        let (together, alone) = (coalesced.remove(tags), single.remove(tags));
        assert!(tags == "GetResources" || together <= alone, "{tags}: {together:?} instead of {alone:?}");
    }
    assert_eq!(coalesced, single);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_ask_for_all_tags_gets_each_from_its_own_service() {
    for kind in [ErrorKind::AccessDenied, ErrorKind::Invalid] {
        let (fake, aws, apps) = with_apps(3).await;
        fake.fail("GetResources", Moment::BeforeEffect, kind, 1);
        for _ in 0..2 {
            refresh_all(&aws, &apps).await;
        }
        // The first refusal is the last question.
        let counts = counts(&fake);
        assert_eq!((counts["GetResources"], counts["ListTagsForResource"]), (1, 18), "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_refresh_believes_lists_that_may_be_behind() {
    let (fake, aws, apps) = with_apps(3).await;
    fake.freeze_resource_tags();
    let arns: Vec<String> = {
        let names: Vec<String> = apps.iter().map(App::name).collect();
        aws.repositories.describe(&names).await.unwrap().into_iter().map(|found| found.arn).collect()
    };
    for arn in &arns {
        aws.repositories.tag(arn, &[("app".to_owned(), "other".to_owned())].into()).await.unwrap();
    }
    let tags = async |aws: &Aws| {
        let [one, two, three] = [&arns[0], &arns[1], &arns[2]].map(|arn| aws.repositories.tags(arn));
        let (one, two, three) = tokio::join!(one, two, three);
        [one, two, three].map(|tags| tags.unwrap()["app"].clone())
    };
    assert_eq!(tags(aws.refreshing()).await, ["app-1", "app-2", "app-3"]);
    assert_eq!(tags(&aws).await, ["other"; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_change_is_seen_by_the_next_look() {
    let (_, aws, apps) = with_apps(20).await;
    refresh_all(&aws, &apps).await;
    let names: Vec<_> = apps.iter().map(App::name).collect();
    for name in &names {
        aws.roles.put_inline_policy(name, "extra", "{}").await.unwrap();
        aws.repositories.set_scan_on_push(name, false).await.unwrap();
        aws.log_groups.set_retention(&format!("/ipsy/prod/{name}"), Some(7)).await.unwrap();
        aws.parameters.set_value(&format!("/{name}/image"), "new").await.unwrap();
    }
    let mut all = JoinSet::new();
    for name in names {
        let aws = aws.clone();
        all.spawn(async move {
            let (group, parameter) = (format!("/ipsy/prod/{name}"), [format!("/{name}/image")]);
            let own = [name.clone()];
            let (role, repository, group, parameter) = tokio::join!(
                aws.roles.get(&name),
                aws.repositories.describe(&own),
                aws.log_groups.get(&group),
                aws.parameters.get(&parameter),
            );
            assert!(role.unwrap().unwrap().inline_policies.contains_key("extra"));
            assert!(!repository.unwrap()[0].scan_on_push);
            assert_eq!(group.unwrap().unwrap().retention_days, Some(7));
            assert_eq!(parameter.unwrap()[0].value, "new");
        });
    }
    all.join_all().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_not_found_beside_what_is() {
    let (_, aws, _) = with_apps(2).await;
    let (there, missing) = tokio::join!(aws.roles.get("app-1"), aws.roles.get("app-9"));
    assert_eq!((there.unwrap().is_some(), missing.unwrap()), (true, None));
    let (one, two, missing) = tokio::join!(
        aws.pod_identities.find("blue", "shop", "app-1"),
        aws.pod_identities.find("blue", "shop", "app-2"),
        aws.pod_identities.find("blue", "shop", "app-9"),
    );
    assert_eq!((one.unwrap().is_some(), two.unwrap().is_some(), missing.unwrap()), (true, true, None));
    let (there, missing) =
        tokio::join!(aws.log_groups.get("/ipsy/prod/app-1"), aws.log_groups.get("/ipsy/prod/app"));
    assert_eq!((there.unwrap().is_some(), missing.unwrap()), (true, None));
}

#[tokio::test(start_paused = true)]
async fn who_may_not_list_roles_reads_them_one_by_one_and_lists_no_more() {
    let (fake, aws, _) = with_apps(3).await;
    let roles = &aws.refreshing().roles;
    fake.fail("GetAccountAuthorizationDetails", Moment::BeforeEffect, ErrorKind::AccessDenied, 1);
    for _ in 0..2 {
        let (one, two, three) = tokio::join!(roles.get("app-1"), roles.get("app-2"), roles.get("app-3"));
        assert!([one, two, three].iter().all(|role| role.as_ref().unwrap().is_some()));
    }
    let counts = counts(&fake);
    assert_eq!((counts["GetAccountAuthorizationDetails"], counts["GetRole"]), (1, 6));
}

#[tokio::test(start_paused = true)]
async fn tags_that_were_listed_are_not_asked_for_again() {
    let (fake, aws, apps) = with_apps(3).await;
    assert!(!aws.refreshing().resource_tags.with_tags(&Tags::new()).await.unwrap().is_empty());
    fake.forget_calls();
    refresh_all(&aws, &apps).await;
    let counts = counts(&fake);
    assert_eq!((counts.get("GetResources"), counts.get("DescribeTags")), (None, None));
}

#[tokio::test(start_paused = true)]
async fn a_list_of_tags_that_fails_is_not_asked_for_again() {
    let (fake, aws, _) = with_apps(3).await;
    let tags = &aws.refreshing().resource_tags;
    let of_first = Tags::from([("app".to_owned(), "app-1".to_owned())]);
    assert!(!tags.with_tags(&of_first).await.unwrap().is_empty());
    fake.forget_calls();
    fake.fail("GetResources", Moment::BeforeEffect, ErrorKind::AccessDenied, 1);
    let of_second = Tags::from([("app".to_owned(), "app-2".to_owned())]);
    assert!(tags.with_tags(&of_second).await.is_err());
    assert!(tags.with_tags(&of_second).await.unwrap().is_empty());
    assert_eq!(counts(&fake)["GetResources"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_reaches_everyone_who_waits() {
    let (fake, aws, _) = with_apps(3).await;
    fake.fail("DescribeLogGroups", Moment::BeforeEffect, ErrorKind::Throttled, 1);
    let (one, two) =
        tokio::join!(aws.log_groups.get("/ipsy/prod/app-1"), aws.log_groups.get("/ipsy/prod/app-2"));
    let kinds = [one, two].map(|answer| answer.expect_err("throttled").kind());
    assert_eq!(kinds, [ErrorKind::Throttled; 2]);
    assert_eq!(fake.operations(), ["DescribeLogGroups"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_bulk_look_is_repeated_one_by_one() {
    let (fake, aws, _) = with_apps(3).await;
    fake.fail("DescribeLogGroups", Moment::BeforeEffect, ErrorKind::Invalid, 1);
    let (one, two) =
        tokio::join!(aws.log_groups.get("/ipsy/prod/app-1"), aws.log_groups.get("/ipsy/prod/app-2"));
    assert!(one.unwrap().is_some() && two.unwrap().is_some());
    assert_eq!(fake.operations(), ["DescribeLogGroups"; 3]);
}

#[tokio::test(start_paused = true)]
async fn apps_that_look_through_one_listener_look_once() {
    let (fake, aws, apps) = with_apps(2).await;
    let rule = aws.listener_rules.by_arns(std::slice::from_ref(&apps[0].rule)).await.unwrap().remove(0);
    fake.forget_calls();
    let look = || aws.listener_rules.by_listener(&rule.listener_arn);
    let (one, two) = tokio::join!(look(), look());
    let arns = one.unwrap().into_iter().map(|rule| rule.arn).collect::<Vec<_>>();
    assert!(apps.iter().all(|app| arns.contains(&app.rule)), "{arns:?}");
    assert_eq!(two.unwrap().into_iter().map(|rule| rule.arn).collect::<Vec<_>>(), arns);
    assert_eq!(fake.operations(), ["DescribeRules"]);
}

#[tokio::test(start_paused = true)]
async fn apps_that_come_one_by_one_share_a_call_once_it_is_known_how_many_come() {
    let (fake, aws, apps) = with_apps(5).await;
    // All at the same moment, then as on a busy machine.
    for apart in [0, 15] {
        fake.forget_calls();
        let mut reads = JoinSet::new();
        for app in &apps {
            let (aws, name, late) =
                (aws.clone(), app.name(), Duration::from_millis(apart * u64::from(app.number)));
            reads.spawn(async move {
                sleep(late).await;
                aws.repositories.describe(&[name]).await.expect("an answer").len()
            });
        }
        assert_eq!(reads.join_all().await, [1; 5]);
        assert_eq!(fake.operations(), ["DescribeRepositories"], "{apart} ms apart");
    }
    // Who comes alone is held up for a moment only, and soon not at all.
    let start = Instant::now();
    for _ in 0..10 {
        aws.repositories.describe(&[apps[0].name()]).await.expect("an answer");
    }
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

/// Sets one priority for each of the rules, all at the same time but for a delay between them.
async fn set_priorities(aws: &Aws, apps: &[App], numbers: &[u32]) -> Vec<Result<(), Error>> {
    let changes: Vec<_> = apps
        .iter()
        .cloned()
        .zip(numbers.to_vec())
        .map(|(app, number)| {
            let aws = aws.clone();
            tokio::spawn(async move {
                sleep(Duration::from_secs(u64::from(app.number))).await;
                aws.listener_rules.set_priorities(&[(app.rule, number)].into()).await
            })
        })
        .collect();
    let mut results = Vec::new();
    for change in changes {
        results.push(change.await.unwrap());
    }
    results
}

async fn priorities(aws: &Aws, apps: &[App]) -> Vec<Option<u32>> {
    let mut found = Vec::new();
    for app in apps {
        let rules = aws.listener_rules.by_arns(std::slice::from_ref(&app.rule)).await.unwrap();
        found.push(rules[0].priority);
    }
    found
}

#[tokio::test(start_paused = true)]
async fn rules_swap_their_priorities_in_one_call() {
    for (before, after) in [([1, 2, 3], [2, 1, 3]), ([1, 2, 3], [2, 3, 1]), ([1, 2, 3], [2, 3, 4])] {
        let (_, aws, apps) = with_apps(3).await;
        assert_eq!(priorities(&aws, &apps).await, before.map(Some));
        let changes = set_priorities(&aws, &apps, &after).await;
        assert!(changes.iter().all(Result::is_ok), "{changes:?}");
        assert_eq!(priorities(&aws, &apps).await, after.map(Some));
    }
}

#[tokio::test(start_paused = true)]
async fn a_priority_of_a_rule_that_stays_is_refused() {
    let (_, aws, apps) = with_apps(3).await;
    let changes = set_priorities(&aws, &apps[..2], &[3, 1]).await;
    let codes: Vec<_> =
        changes.into_iter().map(|change| change.unwrap_err().code().unwrap().to_owned()).collect();
    assert_eq!(codes, ["PriorityInUse"; 2]);
    assert_eq!(priorities(&aws, &apps).await, [Some(1), Some(2), Some(3)]);
}
