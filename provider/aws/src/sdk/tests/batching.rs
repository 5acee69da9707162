//! Many apps that are refreshed at the same time take few calls, and each gets its own.

use std::collections::BTreeMap;

use tokio::task::JoinSet;

use super::apps::{Apps, LISTENER, tag_of};
use super::configuration;
use crate::sdk::connected;
use crate::sdk::settings::Settings;
use crate::{Aws, Tags};

/// An AWS with this many apps. Who is calling was asked already, as a provider does once in its life.
async fn with_apps(count: u32) -> (Apps, Aws) {
    let apps = Apps::new(count);
    let configuration = configuration("http://aws.example.test");
    let settings = Settings::with_client(&configuration, apps.client()).await.expect("good settings");
    let aws = connected(&settings);
    aws.account.id().await.expect("an account");
    apps.take_calls();
    (apps, aws)
}

fn calls(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    expected.iter().map(|(operation, count)| ((*operation).to_owned(), *count)).collect()
}

/// Reads everything of one app and panics unless it is that app's.
async fn refresh(aws: Aws, name: String, tag: String) {
    let tag = tag_of(&tag);
    let own = std::slice::from_ref(&name);
    let repository = async {
        let found = aws.repositories.describe(own).await.unwrap().remove(0);
        assert_eq!(found.name, name);
        assert_eq!(aws.repositories.tags(&found.arn).await.unwrap(), tag);
        assert_eq!(aws.repositories.lifecycle_policy(&name).await.unwrap(), None);
    };
    let role = async { assert_eq!(aws.roles.get(&name).await.unwrap().unwrap().name, name) };
    let identity = async {
        let found = aws.pod_identities.find("blue", "shop", &name).await.unwrap().unwrap();
        assert_eq!(found.service_account, name);
    };
    let logs = async {
        let found = aws.log_groups.get(&format!("/ipsy/{name}")).await.unwrap().unwrap();
        assert_eq!(found.name, format!("/ipsy/{name}"));
        assert_eq!(aws.log_groups.tags(&found.arn).await.unwrap(), tag);
    };
    let parameter = async {
        let parameter = format!("/image/{name}");
        let found = aws.parameters.get(std::slice::from_ref(&parameter)).await.unwrap();
        assert_eq!(found.iter().map(|one| &one.value).collect::<Vec<_>>(), [&name]);
        assert_eq!(aws.parameters.tags(&parameter).await.unwrap(), tag);
    };
    let group = async {
        let group = aws.target_groups.by_names(own).await.unwrap().remove(0);
        assert_eq!(group.name, name);
        let arn = std::slice::from_ref(&group.arn);
        let (tags, attributes) =
            tokio::join!(aws.target_groups.tags(arn), aws.target_groups.attributes(&group.arn));
        assert_eq!((&tags.unwrap()[&group.arn], attributes.unwrap()), (&tag, BTreeMap::new()));
    };
    let traffic = async {
        let arns = [format!("{}/{name}", LISTENER.replace(":listener/", ":listener-rule/"))];
        let (rules, tags) = tokio::join!(aws.listener_rules.by_arns(&arns), aws.listener_rules.tags(&arns));
        assert_eq!(rules.unwrap().iter().map(|one| &one.arn).collect::<Vec<_>>(), [&arns[0]]);
        assert_eq!(tags.unwrap()[&arns[0]], tag);
    };
    tokio::join!(repository, role, identity, logs, parameter, group, traffic);
}

/// Refreshes all apps at the same time. Their tags come from the tagging service, or else are `new`.
async fn refresh_all(aws: &Aws, apps: &Apps, tag: Option<&str>) {
    let mut all = JoinSet::new();
    for name in apps.names() {
        let tag = tag.unwrap_or(&name).to_owned();
        all.spawn(refresh(aws.clone(), name, tag));
    }
    all.join_all().await;
}

#[tokio::test(start_paused = true)]
async fn a_hundred_apps_at_once_take_few_calls_for_each() {
    let (apps, aws) = with_apps(100).await;
    refresh_all(aws.refreshing(), &apps, None).await;
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
    assert_eq!(apps.take_calls(), calls(&expected));
    // The refresh after an import reads the same objects: only roles, lists and tags are kept as lists.
    refresh_all(aws.refreshing(), &apps, None).await;
    assert_eq!(apps.take_calls(), calls(&[]));
}

#[tokio::test(start_paused = true)]
async fn one_app_alone_takes_one_call_for_each_object() {
    let expected = [
        ("DescribeLogGroups", 1),
        ("DescribePodIdentityAssociation", 1),
        ("DescribeRepositories", 1),
        ("DescribeRules", 1),
        ("DescribeTags", 2),
        ("DescribeTargetGroupAttributes", 1),
        ("DescribeTargetGroups", 1),
        ("GetLifecyclePolicy", 1),
        ("GetParameters", 1),
        ("GetRole", 1),
        ("ListAttachedRolePolicies", 1),
        ("ListPodIdentityAssociations", 1),
        ("ListRolePolicies", 1),
        ("ListTagsForResource", 3),
    ];
    let (apps, aws) = with_apps(1).await;
    // What is exact is read again each time.
    for _ in 0..2 {
        refresh_all(&aws, &apps, Some("new")).await;
        assert_eq!(apps.take_calls(), calls(&expected));
    }
}

#[tokio::test(start_paused = true)]
async fn without_permission_for_all_tags_each_comes_from_its_own_service() {
    for code in ["AccessDeniedException", "InvalidParameterException"] {
        let (apps, aws) = with_apps(3).await;
        apps.refuse("GetResources", code);
        refresh_all(aws.refreshing(), &apps, Some("new")).await;
        // The first refusal is the last question.
        let calls = apps.take_calls();
        assert_eq!((calls["GetResources"], calls["ListTagsForResource"]), (1, 9), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_refresh_believes_lists_that_may_be_behind() {
    let (apps, aws) = with_apps(3).await;
    refresh_all(aws.refreshing(), &apps, None).await;
    refresh_all(&aws, &apps, Some("new")).await;
    let calls = apps.take_calls();
    assert_eq!((calls["GetRole"], calls["ListRoles"]), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_missing_object_is_not_found_beside_others() {
    let (_, aws) = with_apps(2).await;
    let find = |name: &'static str| aws.pod_identities.find("blue", "shop", name);
    let (one, two, missing) = tokio::join!(find("app-1"), find("app-2"), find("app-9"));
    assert_eq!((one.unwrap().is_some(), two.unwrap().is_some(), missing.unwrap()), (true, true, None));
    let (there, missing) = tokio::join!(aws.log_groups.get("/ipsy/app-1"), aws.log_groups.get("/ipsy/app"));
    assert_eq!((there.unwrap().is_some(), missing.unwrap()), (true, None));
}

#[tokio::test(start_paused = true)]
async fn callers_that_list_roles_together_share_the_list() {
    let (apps, aws) = with_apps(3).await;
    let (one, two) = tokio::join!(aws.roles.list("/"), aws.roles.list("/"));
    assert_eq!((one.unwrap().len(), two.unwrap().len()), (3, 3));
    let calls = apps.take_calls();
    assert_eq!((calls["ListRoles"], calls["GetAccountAuthorizationDetails"]), (1, 1));
    aws.roles.list("/").await.unwrap();
    assert_eq!(apps.take_calls()["ListRoles"], 1);
}

#[tokio::test(start_paused = true)]
async fn roles_that_may_not_be_listed_are_read_one_by_one() {
    let (apps, aws) = with_apps(3).await;
    apps.refuse("GetAccountAuthorizationDetails", "AccessDenied");
    let roles = &aws.refreshing().roles;
    for _ in 0..2 {
        let (one, two, three) = tokio::join!(roles.get("app-1"), roles.get("app-2"), roles.get("app-3"));
        assert!([one, two, three].iter().all(|role| role.as_ref().unwrap().is_some()));
    }
    let calls = apps.take_calls();
    assert_eq!((calls["GetAccountAuthorizationDetails"], calls["GetRole"]), (1, 6));
}

#[tokio::test(start_paused = true)]
async fn tags_that_were_listed_are_not_asked_for_again() {
    let (apps, aws) = with_apps(3).await;
    let listed = aws.refreshing().resource_tags.with_tags(&Tags::new()).await.unwrap();
    apps.take_calls();
    for (arn, tags) in listed.all() {
        assert_eq!(aws.refreshing().repositories.tags(arn).await.unwrap(), tags);
    }
    assert_eq!((listed.all().count(), apps.take_calls()), (3, calls(&[])));
}

#[tokio::test(start_paused = true)]
async fn a_list_of_tags_that_fails_is_not_asked_for_again() {
    let (apps, aws) = with_apps(3).await;
    let tags = &aws.refreshing().resource_tags;
    apps.refuse("GetResources", "AccessDeniedException");
    assert!(tags.with_tags(&tag_of("app-1")).await.is_err());
    assert!(tags.with_tags(&tag_of("app-1")).await.unwrap().all().next().is_none());
    assert_eq!(apps.take_calls(), calls(&[("GetResources", 1)]));
}

#[tokio::test(start_paused = true)]
async fn apps_that_look_through_one_listener_look_once() {
    let (apps, aws) = with_apps(2).await;
    let look = || aws.listener_rules.by_listener(LISTENER);
    let (one, two) = tokio::join!(look(), look());
    assert_eq!((one.unwrap().len(), two.unwrap().len()), (2, 2));
    assert_eq!(apps.take_calls(), calls(&[("DescribeRules", 1)]));
}
