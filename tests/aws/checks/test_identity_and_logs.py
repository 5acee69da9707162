"""IAM roles and CloudWatch log groups, with AWS' ranges."""

import json
from typing import Any

from checks.bench import BenchCase


def trust(principal: dict[str, Any] | None) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    if principal:
        statement |= {"Principal": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


PODS = trust({"Service": "pods.eks.amazonaws.com"})


class RoleCase(BenchCase):
    def test_what_aws_refuses_is_refused(self) -> None:
        ghost = "arn:aws:iam::123456789012:role/ghost"
        boundary = "arn:aws:iam::123456789012:policy/ghost"
        for name, code, changes in (
            ("long name", "ValidationError", {"RoleName": "a" * 65}),
            ("bad name", "ValidationError", {"RoleName": "a/b"}),
            ("no JSON", "MalformedPolicyDocument", {"AssumeRolePolicyDocument": "{"}),
            ("no principal", "MalformedPolicyDocument", {"AssumeRolePolicyDocument": trust(None)}),
            (
                "unknown principal",
                "MalformedPolicyDocument",
                {"AssumeRolePolicyDocument": trust({"AWS": ghost})},
            ),
            ("unknown boundary", "NoSuchEntity", {"PermissionsBoundary": boundary}),
            ("long session", "ValidationError", {"MaxSessionDuration": 50_000}),
            ("reserved tag", "InvalidInput", {"Tags": [{"Key": "aws:a", "Value": "b"}]}),
            ("same name in other case", "EntityAlreadyExists", {"RoleName": "EKS-control-plane"}),
        ):
            with self.subTest(name):
                wanted = {"RoleName": "app", "AssumeRolePolicyDocument": PODS} | changes
                self.assert_refused(code, self.iam.create_role, **wanted)

    def test_a_role_leaves_an_instance_profile_once(self) -> None:
        self.iam.create_instance_profile(InstanceProfileName="hosts")
        both = {"InstanceProfileName": "hosts", "RoleName": "eks-control-plane"}
        self.iam.add_role_to_instance_profile(**both)
        self.iam.remove_role_from_instance_profile(**both)
        self.assert_refused("NoSuchEntity", self.iam.remove_role_from_instance_profile, **both)

    def test_inline_policies_together_have_a_size(self) -> None:
        self.iam.create_role(RoleName="app", AssumeRolePolicyDocument=PODS)
        statement = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::" + "a" * 6_000}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        put = {"RoleName": "app", "PolicyDocument": policy}
        self.iam.put_role_policy(PolicyName="one", **put)
        self.iam.put_role_policy(PolicyName="one", **put)
        self.assert_refused("LimitExceeded", self.iam.put_role_policy, PolicyName="two", **put)

    def test_a_trust_policy_is_checked_when_it_changes(self) -> None:
        self.iam.create_role(RoleName="app", AssumeRolePolicyDocument=PODS)
        self.assert_refused(
            "MalformedPolicyDocument",
            self.iam.update_assume_role_policy,
            RoleName="app",
            PolicyDocument=trust(None),
        )


class LogGroupCase(BenchCase):
    def test_retention_is_one_of_the_days_of_aws(self) -> None:
        self.logs.create_log_group(logGroupName="/ipsy/app")
        self.logs.put_retention_policy(logGroupName="/ipsy/app", retentionInDays=30)
        self.assert_refused(
            "InvalidParameterException",
            self.logs.put_retention_policy,
            logGroupName="/ipsy/app",
            retentionInDays=31,
        )

    def test_names_have_an_alphabet(self) -> None:
        self.assert_refused(
            "InvalidParameterException", self.logs.create_log_group, logGroupName="a b"
        )

    def test_a_key_is_associated_and_taken_away(self) -> None:
        self.logs.create_log_group(logGroupName="/ipsy/app")
        key = "arn:aws:kms:us-east-1:123456789012:key/1"
        self.logs.associate_kms_key(logGroupName="/ipsy/app", kmsKeyId=key)
        self.assertEqual(self.key(), key)
        self.logs.disassociate_kms_key(logGroupName="/ipsy/app")
        self.assertIsNone(self.key())

    def test_groups_are_described_by_their_names_and_arns(self) -> None:
        for number in range(60):
            self.logs.create_log_group(logGroupName=f"/ipsy/{number}")
        arn = "arn:aws:logs:us-east-1:123456789012:log-group:/ipsy/59"
        wanted = ["/ipsy/7", arn, "/missing"]
        answer = self.logs.describe_log_groups(logGroupIdentifiers=wanted)
        self.assertEqual([one["logGroupName"] for one in answer["logGroups"]], ["/ipsy/59", "/ipsy/7"])
        self.assert_refused(
            "InvalidParameterException",
            self.logs.describe_log_groups,
            logGroupIdentifiers=[f"/ipsy/{number}" for number in range(51)],
        )

    def key(self) -> str | None:
        groups = self.logs.describe_log_groups(logGroupNamePrefix="/ipsy/app")["logGroups"]
        return groups[0].get("kmsKeyId")
