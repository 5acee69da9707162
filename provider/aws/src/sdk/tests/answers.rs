//! Answers in AWS's words.

use super::server::Answer;

pub(super) const CALLER: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
    <GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/second/deploy</Arn><UserId>AROA:deploy\
    </UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

pub(super) const ACCESS_DENIED: &str = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
    <Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:user/ci is not authorized \
    to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/first</Message></Error></ErrorResponse>";

pub(super) const ASSOCIATION: &str = r#"{"association":{"clusterName":"blue","namespace":"shop",
    "serviceAccount":"checkout","roleArn":"arn:aws:iam::123456789012:role/checkout",
    "associationArn":"arn:aws:eks:eu-west-1:123456789012:podidentityassociation/blue/a-1","associationId":"a-1"}}"#;

/// The answer to `AssumeRole`, with keys under this id.
pub(super) fn assumed(key_id: &str) -> Answer {
    Answer::xml(200, &assumed_text("AssumeRole", key_id))
}

pub(super) fn assumed_text(operation: &str, key_id: &str) -> String {
    format!(
        "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result><Credentials>\
         <AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>hush</SessionToken>\
         <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></{operation}Result></{operation}Response>"
    )
}
