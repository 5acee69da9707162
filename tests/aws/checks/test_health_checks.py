"""Health checks of real targets, while the load balancers are at work."""

import time

from checks.bench import control
from checks.plane import PlaneCase


class HealthCase(PlaneCase):
    def test_a_target_becomes_healthy_after_one_check_and_again_after_several(self) -> None:
        backend = self.backend("pod")
        pods = self.group("pods", backend, HealthyThresholdCount=10)
        self.assertEqual(self.health(pods), [("unused", "Target.NotInUse")])
        self.rule({pods: 0, self.platform["legacy_target_group_arn"]: 1})
        self.assertEqual(self.health(pods), [("initial", "Elb.RegistrationInProgress")])
        self.wait_until_healthy(pods)
        backend.status = 503
        self.wait(lambda: self.health(pods) == [("unhealthy", "Target.ResponseCodeMismatch")])
        backend.status = 200
        start = time.monotonic()
        self.wait_until_healthy(pods)
        self.assertGreater(time.monotonic() - start, 0.7, "ten checks are 45 seconds of AWS, so 0.75 here")

    def test_the_reason_names_what_failed(self) -> None:
        slow, closed, wrong = self.backend("slow"), self.backend("closed"), self.backend("wrong")
        slow.delay, wrong.status = 5, 418
        closed.close()
        for name, backend, reason in (
            ("slow", slow, "Target.Timeout"),
            ("closed", closed, "Target.FailedHealthChecks"),
            ("wrong", wrong, "Target.ResponseCodeMismatch"),
        ):
            with self.subTest(name):
                pods = self.group(name, backend)
                rule = self.rule({pods: 1})
                self.wait(lambda pods=pods, reason=reason: self.health(pods) == [("unhealthy", reason)])
                self.elbv2.delete_rule(RuleArn=rule)

    def test_the_matcher_decides(self) -> None:
        backend = self.backend("teapot")
        backend.status = 418
        pods = self.group("pods", backend, Matcher={"HttpCode": "200,400-499"})
        self.rule({pods: 1})
        self.wait_until_healthy(pods)

    def test_a_draining_target_ends_as_unused(self) -> None:
        pods = self.group("pods", self.backend("pod"))
        delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "30"}
        self.elbv2.modify_target_group_attributes(TargetGroupArn=pods, Attributes=[delay])
        self.rule({pods: 1})
        self.wait_until_healthy(pods)
        target = {"Id": "10.0.4.10"}
        self.elbv2.deregister_targets(TargetGroupArn=pods, Targets=[target])
        self.assertEqual(self.health(pods), [("draining", "Target.DeregistrationInProgress")])
        self.wait(lambda: self.health(pods) == [], seconds=3)
        shown = self.elbv2.describe_target_health(TargetGroupArn=pods, Targets=[target])
        state = shown["TargetHealthDescriptions"][0]["TargetHealth"]
        self.assertEqual((state["State"], state["Reason"]), ("unused", "Target.NotRegistered"))

    def test_forced_health_wins(self) -> None:
        pods = self.group("pods", self.backend("pod"))
        self.rule({pods: 1})
        control("POST", "health", target_group_arn=pods, state="unhealthy")
        self.assertEqual(self.health(pods), [("unhealthy", "Target.FailedHealthChecks")])
        control("DELETE", "health")
        self.wait_until_healthy(pods)
