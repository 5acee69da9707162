"""Actions that are denied to one caller."""

from checks.bench import BenchCase, client, control


class PermissionsCase(BenchCase):
    def allow(self, *actions: str) -> None:
        control("POST", "permissions", caller="checks", allow=list(actions))

    def test_only_allowed_actions_pass(self) -> None:
        self.allow("iam:ListRoles")
        self.iam.list_roles()
        message = self.assert_refused("AccessDenied", self.iam.get_role, RoleName="a")
        self.assertIn("not authorized to perform: iam:GetRole", message)
        self.assertEqual(control("GET", "permissions")["used"], ["iam:GetRole", "iam:ListRoles"])
        control("DELETE", "permissions")
        self.assert_refused("NoSuchEntity", self.iam.get_role, RoleName="a")

    def test_every_protocol_has_its_denial(self) -> None:
        self.allow()
        self.assert_refused("AccessDenied", self.elbv2.describe_rules)
        self.assert_refused("AccessDeniedException", self.ecr.describe_repositories)
        self.assert_refused("AccessDeniedException", self.eks.list_clusters)
        self.assert_refused("AccessDeniedException", self.cloudwatch.describe_alarms)
        self.assert_refused("AccessDenied", self.route53.get_hosted_zone, Id="a")

    def test_an_identity_needs_nothing(self) -> None:
        self.allow()
        self.assertTrue(client("sts").get_caller_identity()["Account"])

    def test_tags_need_an_action_of_their_own(self) -> None:
        self.allow("logs:CreateLogGroup")
        self.logs.create_log_group(logGroupName="a")
        message = self.assert_refused(
            "AccessDeniedException", self.logs.create_log_group, logGroupName="b", tags={"a": "b"}
        )
        self.assertIn("logs:TagResource", message)

    def test_an_association_passes_a_role(self) -> None:
        self.allow("eks:CreatePodIdentityAssociation", "iam:GetRole")
        message = self.assert_refused(
            "AccessDeniedException",
            self.eks.create_pod_identity_association,
            clusterName="eks-blue",
            namespace="a",
            serviceAccount="a",
            roleArn="arn:aws:iam::123456789012:role/a",
        )
        self.assertIn("iam:PassRole", message)

    def test_other_callers_are_not_denied(self) -> None:
        control("POST", "permissions", caller="other", allow=[])
        self.iam.list_roles()

    def test_a_role_has_the_same_actions_with_every_key(self) -> None:
        role = "arn:aws:iam::123456789012:role/plan"
        control("POST", "permissions", caller=role, allow=["iam:ListRoles"])
        for session in ("one", "two"):
            assumed = client("sts").assume_role(RoleArn=role, RoleSessionName=session)
            iam = client("iam", access_key=assumed["Credentials"]["AccessKeyId"])
            iam.list_roles()
            message = self.assert_refused("AccessDenied", iam.get_role, RoleName="a")
            self.assertIn(f"User: {role} is not authorized to perform: iam:GetRole", message)
        self.assert_refused("NoSuchEntity", self.iam.get_role, RoleName="a")
