//! Load balancers and listeners of the AWS in memory.

use async_trait::async_trait;

use super::Fake;
use super::world::{State, World, arn};
use crate::{Action, Error, Listener, LoadBalancer, LoadBalancers, Rule, Service, Tags};

impl Fake {
    /// Makes an application load balancer in `vpc_id` with an HTTPS listener on port 443 and its default rule.
    /// Returns the listener's ARN.
    pub fn add_load_balancer(&self, name: &str, vpc_id: &str) -> String {
        self.world.with_state(|state| {
            let id = state.next_id();
            let load_balancer = LoadBalancer {
                arn: arn("elasticloadbalancing", &format!("loadbalancer/app/{name}/{id}")),
                name: name.to_owned(),
                kind: "application".to_owned(),
                scheme: "internet-facing".to_owned(),
                dns_name: format!("{name}-1.eu-west-1.elb.amazonaws.com"),
                hosted_zone_id: "Z32O12XQLNTSW2".to_owned(),
                vpc_id: vpc_id.to_owned(),
                security_group_ids: vec![format!("sg-{id}")],
            };
            let listener_arn = add_listener(state, &load_balancer.arn, 443);
            state.tags.insert(load_balancer.arn.clone(), Tags::new());
            state.load_balancers.insert(load_balancer.arn.clone(), load_balancer);
            listener_arn
        })
    }

    /// Gives the load balancer of a listener another HTTPS listener. Returns its ARN.
    pub fn add_listener(&self, beside: &str, port: u16) -> String {
        self.world.with_state(|state| {
            let beside = state.listeners.get(beside);
            let load_balancer_arn =
                beside.map(|listener| listener.load_balancer_arn.clone()).unwrap_or_default();
            add_listener(state, &load_balancer_arn, port)
        })
    }
}

/// An HTTPS listener with its default rule.
fn add_listener(state: &mut State, load_balancer_arn: &str, port: u16) -> String {
    let (_, balancer) = load_balancer_arn.split_once(":loadbalancer/").unwrap_or_default();
    let suffix = format!("{balancer}/{}", state.next_id());
    let listener = Listener {
        arn: arn("elasticloadbalancing", &format!("listener/{suffix}")),
        load_balancer_arn: load_balancer_arn.to_owned(),
        port,
        protocol: "HTTPS".to_owned(),
    };
    let rule = Rule {
        arn: arn("elasticloadbalancing", &format!("listener-rule/{suffix}/{}", state.next_id())),
        listener_arn: listener.arn.clone(),
        priority: None,
        conditions: [].into(),
        actions: vec![Action::Other("fixed-response".to_owned())],
    };
    let listener_arn = listener.arn.clone();
    state.tags.insert(listener_arn.clone(), Tags::new());
    state.listeners.insert(listener.arn.clone(), listener);
    state.rules.insert(rule.arn.clone(), rule);
    listener_arn
}

#[async_trait]
impl LoadBalancers for World {
    async fn listeners(&self, arns: &[String]) -> Result<Vec<Listener>, Error> {
        self.call(Service::Elb, "DescribeListeners", &arns.join(","), |state| {
            Ok(arns.iter().filter_map(|arn| state.listeners.get(arn)).cloned().collect())
        })
    }

    async fn listeners_of(&self, load_balancer_arn: &str) -> Result<Vec<Listener>, Error> {
        self.call(Service::Elb, "DescribeListeners", load_balancer_arn, |state| {
            let here =
                state.listeners.values().filter(|listener| listener.load_balancer_arn == load_balancer_arn);
            Ok(here.cloned().collect())
        })
    }

    async fn all_listeners(&self) -> Result<Vec<Listener>, Error> {
        let balancers = self.call(Service::Elb, "DescribeLoadBalancers", "", |state| {
            Ok(state.load_balancers.keys().cloned().collect::<Vec<_>>())
        })?;
        let mut all = Vec::new();
        for arn in balancers {
            all.extend(self.listeners_of(&arn).await?);
        }
        Ok(all)
    }

    async fn describe(&self, arns: &[String]) -> Result<Vec<LoadBalancer>, Error> {
        self.call(Service::Elb, "DescribeLoadBalancers", &arns.join(","), |state| {
            Ok(arns.iter().filter_map(|arn| state.load_balancers.get(arn)).cloned().collect())
        })
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        self.read_tags(Service::Elb, "DescribeTags", arn)
    }
}
