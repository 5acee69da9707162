"""Faults, delays, the log of calls and the reset."""

import json
import threading
import time

from botocore.exceptions import ClientError, ConnectionClosedError
from checks.bench import BenchCase, client, control


class ControlCase(BenchCase):
    def create(self, name: str) -> None:
        self.logs.create_log_group(logGroupName=name)

    def names(self) -> list[str]:
        groups = self.logs.describe_log_groups()["logGroups"]
        return [group["logGroupName"] for group in groups]

    def test_a_fault_before_the_effect_leaves_nothing(self) -> None:
        control(
            "POST",
            "faults",
            operation="CreateLogGroup",
            code="ThrottlingException",
            message="Rate exceeded",
            status=400,
        )
        self.assert_refused("ThrottlingException", self.create, name="a")
        self.assertEqual(self.names(), [])
        self.create("a")
        self.assertEqual(self.names(), ["a"])

    def test_a_fault_after_the_effect_leaves_it(self) -> None:
        control("POST", "faults", operation="CreateLogGroup", when="after", status=500)
        self.assert_refused("InternalFailure", self.create, name="a")
        self.assertEqual(self.names(), ["a"])

    def test_a_lost_reply_is_a_closed_connection(self) -> None:
        control("POST", "faults", operation="CreateLogGroup", when="after", disconnect=True)
        with self.assertRaises(ConnectionClosedError):
            self.create("a")
        self.assertEqual(self.names(), ["a"])

    def test_a_held_answer_comes_when_it_is_released(self) -> None:
        control("POST", "faults", operation="CreateLogGroup", when="after", hold=True)
        caller = threading.Thread(target=self.create, args=("a",))
        caller.start()
        while not control("GET", "faults")[0]["holding"]:
            time.sleep(0.01)
        self.assertEqual(self.names(), ["a"])
        self.assertTrue(caller.is_alive())
        control("DELETE", "faults")
        caller.join(timeout=10)
        self.assertFalse(caller.is_alive())

    def test_the_census_counts_what_nobody_has_told_it_of(self) -> None:
        before = control("GET", "census")
        self.create("a")
        client("sns").create_topic(Name="b")
        after = control("GET", "census")
        self.assertEqual(after, before | {"logs.LogGroup": 1, "sns.Topic": 1})
        self.logs.delete_log_group(logGroupName="a")
        self.assertEqual(control("GET", "census"), before | {"sns.Topic": 1})

    def test_the_census_counts_the_parts_of_objects(self) -> None:
        before = control("GET", "census")
        allow = {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        role = {"RoleName": "eks-control-plane"}
        self.iam.put_role_policy(**role, PolicyName="a", PolicyDocument=policy)
        self.iam.put_role_policy(**role, PolicyName="b", PolicyDocument=policy)
        arn = "arn:aws:iam::123456789012:policy/queue-reader"
        self.iam.attach_role_policy(**role, PolicyArn=arn)
        self.ecr.create_repository(repositoryName="app")
        self.ecr.set_repository_policy(repositoryName="app", policyText=policy)
        self.rule({self.target_group("pods"): 7, self.target_group("more-pods"): 0})
        after = control("GET", "census")
        more = {kind: count - before.get(kind, 0) for kind, count in after.items()}
        for kind, count in (
            ("iam.InlinePolicy", 2),
            ("iam.PolicyAttachment", 1),
            ("ecr.RepositoryPolicy", 1),
            ("elbv2.Weight", 2),
        ):
            with self.subTest(kind):
                self.assertEqual(more[kind], count)

    def test_errors_of_the_query_protocol_are_readable(self) -> None:
        control("POST", "faults", service="iam", code="Throttling", message="<slow>", status=400)
        message = self.assert_refused("Throttling", self.iam.list_roles)
        self.assertEqual(message, "<slow>")

    def test_errors_of_the_rest_protocol_are_readable(self) -> None:
        control("POST", "faults", operation="ListClusters", code="ServerException", status=500)
        self.assert_refused("ServerException", self.eks.list_clusters)

    def test_faults_skip_repeat_and_come_every_so_often(self) -> None:
        control("POST", "faults", operation="CreateLogGroup", skip=1, every=2, times=2)
        outcomes = []
        for index in range(7):
            try:
                self.create(f"group-{index}")
                outcomes.append("made")
            except ClientError:
                outcomes.append("failed")
        self.assertEqual(
            outcomes, ["made", "made", "failed", "made", "failed", "made", "made"]
        )

    def test_a_client_that_retries_gets_over_it(self) -> None:
        control("POST", "faults", operation="ListRoles", code="ServiceUnavailable", status=503)
        self.assertTrue(client("iam", attempts=2).list_roles()["Roles"])

    def test_delays_wait(self) -> None:
        control("POST", "delays", operation="ListRoles", seconds=0.3)
        start = time.monotonic()
        self.iam.list_roles()
        self.assertGreaterEqual(time.monotonic() - start, 0.3)
        control("DELETE", "delays")

    def test_the_log_has_services_operations_parameters_and_counts(self) -> None:
        self.create("a")
        self.iam.list_roles()
        self.eks.describe_cluster(name="eks-blue")
        self.rule({self.target_group("pods"): 7})
        log = control("GET", "calls")
        self.assertEqual(
            log["counts"],
            {
                "eks:DescribeCluster": 1,
                "elasticloadbalancing:CreateRule": 1,
                "elasticloadbalancing:CreateTargetGroup": 1,
                "iam:ListRoles": 1,
                "logs:CreateLogGroup": 1,
            },
        )
        rule = log["calls"][-1]["parameters"]
        weight = rule["Actions"][0]["ForwardConfig"]["TargetGroups"][0]["Weight"]
        self.assertEqual(weight, "7")
        control("DELETE", "calls")
        self.assertEqual(control("GET", "calls")["total"], 0)

    def test_a_reset_forgets_everything(self) -> None:
        self.create("a")
        control("POST", "faults", operation="ListRoles")
        control("POST", "reset")
        self.assertEqual(self.names(), [])
        self.assertEqual(self.iam.list_roles()["Roles"], [])

    def test_a_bad_order_is_refused(self) -> None:
        for name, order in (
            ("faults", {"when": "never"}),
            ("faults", {"operaton": "CreateRole"}),
            ("health", {"target_group_arn": "a", "state": "fine"}),
            ("ghosts", {}),
        ):
            with self.subTest(order), self.assertRaises(OSError):
                control("POST", name, **order)
