//! What AWS, or the way to it, answered instead of a result: which call on which object, why, and what to do.

mod advice;

use std::fmt;
use std::time::Duration;

use crate::one_line;

/// A call to AWS that failed. Printed, it is one sentence with operation, object, AWS's message, code and
/// request id; [`Error::advice`] describes what to do. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(Box<Failure>);

/// What kind of failure it is, for code that decides by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// The object, or one that it needs, is not there.
    NotFound,
    /// The name is taken.
    AlreadyExists,
    /// The credentials may not do this.
    AccessDenied,
    /// AWS refused for too many calls, even after all repetitions.
    Throttled,
    /// Something still uses the object.
    InUse,
    /// A quota of the account is used up; only a human can raise it.
    QuotaExceeded,
    /// Another caller changes the same object, or holds the same place (a rule's priority).
    Conflict,
    /// A change was held up on purpose: a guard failed, or a stop was requested.
    Halted,
    /// The credentials were good once.
    Expired,
    /// No credentials were found, or what should give them failed.
    NoCredentials,
    /// No answer: the network, a proxy, a certificate, a timeout.
    Connection,
    /// AWS does not accept the request as it is, or the configuration is wrong.
    Invalid,
    /// Anything else, among it AWS's own faults (status 500 and above).
    Other,
}

/// The AWS services that are called here.
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

    /// Prefix of the service's IAM actions, as in `ecr:CreateRepository`.
    pub fn action_prefix(self) -> &'static str {
        match self {
            Self::AutoScaling => "autoscaling",
            Self::CloudWatch => "cloudwatch",
            Self::Ec2 => "ec2",
            Self::Ecr => "ecr",
            Self::Iam => "iam",
            Self::Eks => "eks",
            Self::Elb => "elasticloadbalancing",
            Self::Logs => "logs",
            Self::Route53 => "route53",
            Self::Ssm => "ssm",
            Self::Sts => "sts",
            Self::Tagging => "tag",
        }
    }

    /// The name that the user writes in `endpoints`, as in `hashicorp/aws`.
    pub fn endpoint_name(self) -> &'static str {
        self.endpoint_names().0
    }

    /// The service that the user means by `name` in `endpoints`.
    pub fn by_endpoint_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| {
            let (first, others) = service.endpoint_names();
            first == name || others.contains(&name)
        })
    }

    /// The name in `endpoints`, and others that `hashicorp/aws` takes.
    fn endpoint_names(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::AutoScaling => ("autoscaling", &[]),
            Self::CloudWatch => ("cloudwatch", &[]),
            Self::Ec2 => ("ec2", &[]),
            Self::Ecr => ("ecr", &[]),
            Self::Iam => ("iam", &[]),
            Self::Eks => ("eks", &[]),
            Self::Elb => ("elbv2", &["elb", "elasticloadbalancing", "elasticloadbalancingv2"]),
            Self::Logs => ("logs", &["cloudwatchlog", "cloudwatchlogs"]),
            Self::Route53 => ("route53", &[]),
            Self::Ssm => ("ssm", &[]),
            Self::Sts => ("sts", &[]),
            Self::Tagging => ("resourcegroupstaggingapi", &["resourcegroupstagging"]),
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AutoScaling => "Auto Scaling",
            Self::CloudWatch => "CloudWatch",
            Self::Ec2 => "EC2",
            Self::Ecr => "ECR",
            Self::Iam => "IAM",
            Self::Eks => "EKS",
            Self::Elb => "ELB",
            Self::Logs => "CloudWatch Logs",
            Self::Route53 => "Route 53",
            Self::Ssm => "SSM",
            Self::Sts => "STS",
            Self::Tagging => "Resource Groups Tagging",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure {
    kind: ErrorKind,
    service: Service,
    operation: &'static str,
    object: String,
    code: Option<String>,
    message: String,
    request_id: Option<String>,
}

impl Error {
    /// A failure of `operation` (AWS's name, such as `CreateRole`) on `object` (a name or ARN; empty if the call
    /// is about nothing in particular).
    pub fn new(
        kind: ErrorKind,
        service: Service,
        operation: &'static str,
        object: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self(Box::new(Failure {
            kind,
            service,
            operation,
            object: one_line(&object.into()),
            code: None,
            message: one_line(&message.into()),
            request_id: None,
        }))
    }

    /// The same with AWS's code, such as `EntityAlreadyExists`.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(one_line(&code.into()));
        self
    }

    /// The same with the id under which AWS's support finds the request.
    #[must_use]
    pub fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.0.request_id = Some(one_line(&request_id.into()));
        self
    }

    /// A configuration with which nothing can be called.
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, Service::Sts, "", "", message)
    }

    /// The same after a wait that did not help.
    pub(crate) fn after_waiting(mut self, waited: Duration, awaited: &str) -> Self {
        let message = self.0.message.trim_end_matches('.');
        self.0.message = format!("{message} (still so after waiting {} s for {awaited})", waited.as_secs());
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The service that was called.
    pub fn service(&self) -> Service {
        self.0.service
    }

    /// AWS's name of the operation, such as `CreateRole`; empty if the configuration was not good enough to call
    /// anything.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// Name or ARN of the object; empty if the call is about nothing in particular.
    pub fn object(&self) -> &str {
        &self.0.object
    }

    /// AWS's code, such as `EntityAlreadyExists`; `None` if the answer was none of AWS's, or there was none.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// AWS's message, or what went wrong on the way to it.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The id under which AWS's support finds the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether the object is not there.
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Whether the call may have taken effect although it failed: there was no answer, or AWS had a fault of
    /// its own. Callers must read the object before they try a change again.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Connection | ErrorKind::Other)
    }

    /// What the reader can do about it: one or more full sentences; may be empty.
    pub fn advice(&self) -> String {
        advice::of(self)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.operation.is_empty() {
            return write!(formatter, "AWS cannot be called: {}", self.message);
        }
        write!(formatter, "{} {}", self.service, self.operation)?;
        if !self.object.is_empty() {
            write!(formatter, " for `{}`", self.object)?;
        }
        write!(formatter, " failed: {}", self.message.trim().trim_end_matches('.'))?;
        match (&self.code, &self.request_id) {
            (Some(code), Some(id)) => write!(formatter, " ({code}, request id {id})"),
            (Some(code), None) => write!(formatter, " ({code})"),
            (None, Some(id)) => write!(formatter, " (request id {id})"),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &Error, expected: &str) {
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn an_error_is_one_sentence() {
        let error = Error::new(ErrorKind::Invalid, Service::Iam, "CreateRole", "checkout", "Syntax errors. ");
        check(&error, "IAM CreateRole for `checkout` failed: Syntax errors");
        let error = error.with_code("MalformedPolicyDocument");
        check(&error, "IAM CreateRole for `checkout` failed: Syntax errors (MalformedPolicyDocument)");
        let error = error.with_request_id("r-1");
        check(
            &error,
            "IAM CreateRole for `checkout` failed: Syntax errors (MalformedPolicyDocument, request id r-1)",
        );
        let error = Error::new(ErrorKind::Connection, Service::Eks, "ListClusters", "", "no answer in time");
        check(&error, "EKS ListClusters failed: no answer in time");
    }

    #[test]
    fn text_of_others_is_one_line_without_control_characters() {
        let forged = "denied\n\nApply complete!\u{1b}[32m\r\u{202e}Resources";
        let error =
            Error::new(ErrorKind::Other, Service::Iam, "CreateRole", "a\nb", forged).with_code("X\u{7}");
        check(&error, "IAM CreateRole for `a b` failed: denied Apply complete! [32m Resources (X)");
    }

    #[test]
    fn only_what_may_have_taken_effect_is_ambiguous() {
        let new = |kind| Error::new(kind, Service::Ecr, "CreateRepository", "checkout", "x");
        assert!(new(ErrorKind::Connection).is_ambiguous());
        assert!(new(ErrorKind::Other).with_code("ServerException").is_ambiguous());
        assert!(!new(ErrorKind::AlreadyExists).with_code("RepositoryAlreadyExistsException").is_ambiguous());
        assert!(!new(ErrorKind::Throttled).with_code("ThrottlingException").is_ambiguous());
    }
}
