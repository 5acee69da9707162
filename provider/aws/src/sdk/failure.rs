//! From the SDK's errors to ours: what kind of failure it is, and what in it is worth telling.

use std::error::Error as StdError;
use std::fmt::Write;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_types::request_id::RequestId;

use crate::{Error, ErrorKind, Service};

/// The error for a call that the SDK gave up.
pub(super) fn failure<E>(
    service: Service,
    operation: &'static str,
    object: &str,
    error: &SdkError<E>,
) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let new = |kind, message: String| Error::new(kind, service, operation, object, message);
    match error {
        SdkError::ServiceError(answer) => {
            let meta = answer.err().meta();
            let status = answer.raw().status().as_u16();
            let kind = kind_of(service, operation, meta.code(), status);
            let message = match (meta.message(), meta.code()) {
                (Some(message), _) if !message.is_empty() => message.to_owned(),
                (_, Some(_)) => format!("AWS gave no message, only status {status}"),
                // Only something between us and AWS answers without a code: a proxy, a wrong endpoint.
                (_, None) => format!("the answer, status {status}, is none of AWS's"),
            };
            let mut failure = new(kind, message);
            if let Some(code) = meta.code() {
                failure = failure.with_code(code);
            }
            match meta.request_id().or_else(|| answer.raw().headers().request_id()) {
                Some(id) => failure.with_request_id(id),
                None => failure,
            }
        }
        SdkError::ResponseError(answer) => {
            let status = answer.raw().status().as_u16();
            let text = format!("the answer, status {status}, cannot be read: {}", chain(error));
            new(ErrorKind::Other, text)
        }
        SdkError::TimeoutError(_) => new(ErrorKind::Connection, "no answer in time".to_owned()),
        _ => match credentials_error(error) {
            Some(credentials) => new(credentials_kind(credentials), no_credentials(credentials)),
            None if matches!(error, SdkError::ConstructionFailure(_)) => {
                new(ErrorKind::Invalid, format!("the request cannot be built: {}", chain(error)))
            }
            None => new(ErrorKind::Connection, format!("no connection: {}", chain(error))),
        },
    }
}

/// An answer about an object that may be missing.
pub(super) fn if_there<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What kind of failure AWS's code means. The status decides only where there is no code.
fn kind_of(service: Service, operation: &str, code: Option<&str>, status: u16) -> ErrorKind {
    let Some(code) = code else {
        return match status {
            403 | 407 => ErrorKind::AccessDenied,
            429 | 503 => ErrorKind::Throttled,
            _ => ErrorKind::Other,
        };
    };
    match code {
        // EKS also returns "in use" for an association that already exists.
        "ResourceInUseException" if service == Service::Eks && operation.starts_with("Create") => {
            ErrorKind::AlreadyExists
        }
        "TooManyTags" | "TooManyTagsException" | "TooManyTagsError" => ErrorKind::Invalid,
        _ => match CODES.iter().find(|(_, codes)| codes.contains(&code)) {
            Some((kind, _)) => *kind,
            None if code.ends_with("NotFoundException") => ErrorKind::NotFound,
            None if code.ends_with("AlreadyExistsException") => ErrorKind::AlreadyExists,
            None if code.starts_with("TooMany") => ErrorKind::QuotaExceeded,
            None if status >= 500 => ErrorKind::Other,
            None => ErrorKind::Invalid,
        },
    }
}

/// What AWS's codes mean, but for those that follow a pattern.
const CODES: [(ErrorKind, &[&str]); 8] = [
    (
        ErrorKind::NotFound,
        &[
            "InvalidResourceId",
            "ListenerNotFound",
            "LoadBalancerNotFound",
            "NoSuchEntity",
            "NoSuchHostedZone",
            "ResourceNotFound",
            "ParameterNotFound",
            "RuleNotFound",
            "TargetGroupNotFound",
        ],
    ),
    (
        ErrorKind::AlreadyExists,
        &["DuplicateTargetGroupName", "EntityAlreadyExists", "ParameterAlreadyExists"],
    ),
    (
        ErrorKind::InUse,
        &["DeleteConflict", "RepositoryNotEmptyException", "ResourceInUse", "ResourceInUseException"],
    ),
    (
        ErrorKind::Conflict,
        &[
            "ConcurrentModification",
            "ConcurrentModificationException",
            "ConflictException",
            "OperationAbortedException",
            "PriorityInUse",
            "TargetGroupAssociationLimit",
        ],
    ),
    (
        ErrorKind::Throttled,
        &[
            "BandwidthLimitExceeded",
            "PriorRequestNotComplete",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
            "TooManyUpdates",
        ],
    ),
    (
        ErrorKind::QuotaExceeded,
        &[
            "LimitExceeded",
            "LimitExceededException",
            "ParameterLimitExceeded",
            "ResourceLimitExceededException",
            "ServiceQuotaExceededException",
        ],
    ),
    (
        ErrorKind::Expired,
        &[
            "AuthFailure",
            "ExpiredToken",
            "ExpiredTokenException",
            "IncompleteSignature",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "RequestExpired",
            "SignatureDoesNotMatch",
            "TokenRefreshRequired",
            "UnrecognizedClientException",
        ],
    ),
    (
        ErrorKind::AccessDenied,
        &["AccessDenied", "AccessDeniedException", "KmsException", "OptInRequired", "UnauthorizedOperation"],
    ),
];

fn credentials_kind(error: &CredentialsError) -> ErrorKind {
    let text = chain(error);
    if text.contains("ExpiredToken") || text.contains("expired") {
        ErrorKind::Expired
    } else if text.contains("AccessDenied") {
        ErrorKind::AccessDenied
    } else {
        ErrorKind::NoCredentials
    }
}

/// Why no credentials were found. The outermost error gives no cause.
fn no_credentials(error: &CredentialsError) -> String {
    let cause = error.source().map_or_else(|| error.to_string(), chain);
    format!("no usable credentials: {cause}")
}

/// The failure of the credentials' provider, if that is what is behind `error`.
fn credentials_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a CredentialsError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<CredentialsError>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The causes of `error` in one line, from the outermost, each once.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let part = cause.to_string();
        if !part.is_empty() && !text.contains(&part) {
            // Writing to a string cannot fail.
            let _ = write!(text, ": {part}");
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(service: Service, operation: &str, code: &str, status: u16, kind: ErrorKind) {
        let code = if code.is_empty() { None } else { Some(code) };
        assert_eq!(
            kind_of(service, operation, code, status),
            kind,
            "{service} {operation} {code:?} {status}"
        );
    }

    #[test]
    fn codes_become_kinds() {
        check(
            Service::Ecr,
            "CreateRepository",
            "RepositoryAlreadyExistsException",
            400,
            ErrorKind::AlreadyExists,
        );
        check(
            Service::Ecr,
            "GetLifecyclePolicy",
            "LifecyclePolicyNotFoundException",
            400,
            ErrorKind::NotFound,
        );
        check(Service::Iam, "CreateRole", "EntityAlreadyExists", 409, ErrorKind::AlreadyExists);
        check(Service::Iam, "DeleteRole", "DeleteConflict", 409, ErrorKind::InUse);
        check(
            Service::Eks,
            "CreatePodIdentityAssociation",
            "ResourceInUseException",
            409,
            ErrorKind::AlreadyExists,
        );
        check(Service::Eks, "DeleteCluster", "ResourceInUseException", 409, ErrorKind::InUse);
        check(Service::Elb, "CreateRule", "PriorityInUse", 400, ErrorKind::Conflict);
        check(Service::Elb, "CreateRule", "TooManyRules", 400, ErrorKind::QuotaExceeded);
        check(Service::Elb, "AddTags", "TooManyTags", 400, ErrorKind::Invalid);
        check(Service::Eks, "ListClusters", "TooManyRequestsException", 429, ErrorKind::Throttled);
        check(Service::Logs, "CreateLogGroup", "LimitExceededException", 400, ErrorKind::QuotaExceeded);
        check(Service::Sts, "GetCallerIdentity", "ExpiredToken", 403, ErrorKind::Expired);
        check(Service::Ssm, "PutParameter", "AccessDeniedException", 400, ErrorKind::AccessDenied);
        check(Service::Iam, "CreateRole", "MalformedPolicyDocument", 400, ErrorKind::Invalid);
        check(Service::Iam, "CreateRole", "ServiceFailure", 500, ErrorKind::Other);
    }

    #[test]
    fn an_answer_without_code_is_never_taken_for_a_missing_object() {
        check(Service::Eks, "DescribePodIdentityAssociation", "", 404, ErrorKind::Other);
        check(Service::Eks, "DescribeCluster", "", 500, ErrorKind::Other);
        check(Service::Eks, "DescribeCluster", "", 503, ErrorKind::Throttled);
    }
}
