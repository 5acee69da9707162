//! The AWS services that are called here, and their names.

use std::fmt;

/// A service of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Amazon EC2 Auto Scaling.
    AutoScaling,
    /// The alarms of `CloudWatch`.
    CloudWatch,
    /// Elastic Compute Cloud.
    Ec2,
    /// Elastic Container Registry.
    Ecr,
    /// Identity and Access Management.
    Iam,
    /// Elastic Kubernetes Service.
    Eks,
    /// Elastic Load Balancing, version 2.
    Elb,
    /// The log groups of `CloudWatch`.
    Logs,
    /// The DNS service.
    Route53,
    /// Systems Manager (its parameter store).
    Ssm,
    /// Security Token Service.
    Sts,
    /// The tagging service, which has the tags of all services' objects.
    Tagging,
}

impl Service {
    /// All services, by the order of their names.
    pub const ALL: [Self; 12] = [
        Self::AutoScaling,
        Self::CloudWatch,
        Self::Ec2,
        Self::Ecr,
        Self::Eks,
        Self::Elb,
        Self::Iam,
        Self::Logs,
        Self::Route53,
        Self::Ssm,
        Self::Sts,
        Self::Tagging,
    ];

    /// Its name in texts, the prefix of its IAM actions, and its names in `endpoints`: the first one is ours, `hashicorp/aws`
    /// also takes the others.
    fn names(self) -> (&'static str, &'static str, &'static [&'static str]) {
        match self {
            Self::AutoScaling => ("Auto Scaling", "autoscaling", &["autoscaling"]),
            Self::CloudWatch => ("CloudWatch", "cloudwatch", &["cloudwatch"]),
            Self::Ec2 => ("EC2", "ec2", &["ec2"]),
            Self::Ecr => ("ECR", "ecr", &["ecr"]),
            Self::Eks => ("EKS", "eks", &["eks"]),
            Self::Elb => (
                "ELB",
                "elasticloadbalancing",
                &["elbv2", "elb", "elasticloadbalancing", "elasticloadbalancingv2"],
            ),
            Self::Iam => ("IAM", "iam", &["iam"]),
            Self::Logs => ("CloudWatch Logs", "logs", &["logs", "cloudwatchlog", "cloudwatchlogs"]),
            Self::Route53 => ("Route 53", "route53", &["route53"]),
            Self::Ssm => ("SSM", "ssm", &["ssm"]),
            Self::Sts => ("STS", "sts", &["sts"]),
            Self::Tagging => {
                ("Resource Groups Tagging", "tag", &["resourcegroupstaggingapi", "resourcegroupstagging"])
            }
        }
    }

    /// Prefix of the service's IAM actions, as in `ecr:CreateRepository`.
    pub fn action_prefix(self) -> &'static str {
        self.names().1
    }

    /// The name that the user writes in `endpoints`, as in `hashicorp/aws`.
    pub fn endpoint_name(self) -> &'static str {
        self.names().2.first().copied().unwrap_or_default()
    }

    /// The service that the user means by `name` in `endpoints`.
    pub fn by_endpoint_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.names().2.contains(&name))
    }
}

impl fmt::Display for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.names().0)
    }
}
