//! Rules of three apps on one listener.

use super::*;
use crate::{
    Action, Condition, Fake, Forward, HealthCheck, ListenerRules, NewRule, NewTargetGroup, Tags,
    WeightedTarget,
};

#[async_trait]
impl PriorityCalls for Arc<dyn ListenerRules> {
    async fn set(&self, priorities: &Priorities) -> Result<(), Error> {
        self.set_priorities(priorities).await
    }

    async fn rules_beside(&self, arn: &str) -> Result<Vec<Rule>, Error> {
        let rule = self.by_arns(&[arn.to_owned()]).await?.remove(0);
        self.by_listener(&rule.listener_arn).await
    }
}

/// Three rules with the priorities 1, 2 and 3.
async fn three_rules() -> (Arc<dyn ListenerRules>, Vec<String>) {
    let fake = Fake::new();
    let aws = fake.aws();
    let listener = fake.add_load_balancer("shop", "vpc-1");
    let group = NewTargetGroup {
        name: "shop".to_owned(),
        protocol: "HTTP".to_owned(),
        protocol_version: "HTTP1".to_owned(),
        port: 8080,
        vpc_id: "vpc-1".to_owned(),
        target_type: "ip".to_owned(),
        ip_address_type: "ipv4".to_owned(),
        health_check: HealthCheck::default(),
        tags: Tags::new(),
    };
    let target_group_arn = aws.target_groups.create(&group).await.unwrap().arn;
    let target = WeightedTarget { target_group_arn, weight: 1 };
    let mut arns = Vec::new();
    for priority in 1..=3 {
        let rule = NewRule {
            listener_arn: listener.clone(),
            priority,
            conditions: [Condition::HostHeader([format!("{priority}.example.com")].into())].into(),
            actions: vec![Action::Forward(Forward {
                targets: vec![target.clone()],
                stickiness_seconds: None,
            })],
            tags: Tags::new(),
        };
        arns.push(aws.listener_rules.create(&rule).await.unwrap().arn);
    }
    (aws.listener_rules, arns)
}

/// Sets one priority for each of the rules, a second apart.
async fn set(rules: &Arc<dyn ListenerRules>, arns: &[String], numbers: &[u32]) -> Vec<Result<(), Error>> {
    let swaps = Swaps::default();
    let changes: Vec<_> = (1..)
        .zip(arns.iter().cloned().zip(numbers.to_vec()))
        .map(|(second, (arn, number))| {
            let (swaps, rules) = (swaps.clone(), rules.clone());
            tokio::spawn(async move {
                sleep(Duration::from_secs(second)).await;
                swaps.set(&rules, &[(arn, number)].into()).await
            })
        })
        .collect();
    let mut results = Vec::new();
    for change in changes {
        results.push(change.await.unwrap());
    }
    results
}

async fn priorities(rules: &Arc<dyn ListenerRules>, arns: &[String]) -> Vec<u32> {
    rules.by_arns(arns).await.unwrap().into_iter().filter_map(|rule| rule.priority).collect()
}

#[tokio::test(start_paused = true)]
async fn rules_swap_their_priorities_in_one_call() {
    for after in [[2, 1, 3], [2, 3, 1], [2, 3, 4]] {
        let (rules, arns) = three_rules().await;
        assert_eq!(priorities(&rules, &arns).await, [1, 2, 3]);
        let changes = set(&rules, &arns, &after).await;
        assert!(changes.iter().all(Result::is_ok), "{changes:?}");
        assert_eq!(priorities(&rules, &arns).await, after);
    }
}

#[tokio::test(start_paused = true)]
async fn a_priority_of_a_rule_that_stays_is_refused() {
    let (rules, arns) = three_rules().await;
    let changes = set(&rules, &arns[..2], &[3, 1]).await;
    assert!(changes.iter().all(|change| is_in_use(change.as_ref().unwrap_err())), "{changes:?}");
    assert_eq!(priorities(&rules, &arns).await, [1, 2, 3]);
}
