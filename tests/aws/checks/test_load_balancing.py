"""Target groups and listener rules, with AWS' ranges and honest health."""

from checks.bench import BenchCase, control, forward


class TargetGroupCase(BenchCase):
    def test_the_same_settings_give_the_existing_group(self) -> None:
        self.assertEqual(self.target_group("pods"), self.target_group("pods"))

    def test_other_settings_are_refused(self) -> None:
        self.target_group("pods")
        with self.assertRaisesRegex(Exception, "DuplicateTargetGroupName"):
            self.target_group("pods", Port=9090)

    def test_a_changed_group_is_no_longer_the_same(self) -> None:
        arn = self.target_group("pods")
        self.elbv2.modify_target_group(TargetGroupArn=arn, HealthCheckPath="/ready")
        with self.assertRaisesRegex(Exception, "DuplicateTargetGroupName"):
            self.target_group("pods")

    def test_ranges_are_checked(self) -> None:
        for settings in (
            {"Port": 70_000},
            {"HealthCheckIntervalSeconds": 301},
            {"HealthCheckTimeoutSeconds": 1},
            {"HealthyThresholdCount": 11},
            {"UnhealthyThresholdCount": 1},
        ):
            with self.subTest(settings), self.assertRaisesRegex(Exception, "ValidationError"):
                self.target_group("pods", **settings)

    def test_a_group_knows_its_load_balancer_while_a_rule_names_it(self) -> None:
        arn = self.target_group("pods")
        self.assertEqual(self.balancers_of(arn), [])
        rule = self.rule({arn: 1})
        self.rule({arn: 1}, priority=11)
        self.assertEqual(self.balancers_of(arn), [self.platform["load_balancer_arn"]])
        self.elbv2.modify_rule(
            RuleArn=rule, Actions=forward({self.platform["legacy_target_group_arn"]: 1})
        )
        self.assertEqual(self.balancers_of(arn), [self.platform["load_balancer_arn"]])

    def balancers_of(self, arn: str) -> list[str]:
        groups = self.elbv2.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
        return list(groups[0].get("LoadBalancerArns", []))


class TargetHealthCase(BenchCase):
    def setUp(self) -> None:
        super().setUp()
        self.pods = self.target_group("pods")
        targets = [{"Id": "10.0.0.10", "Port": 8080}, {"Id": "10.0.0.11", "Port": 8080}]
        self.elbv2.register_targets(TargetGroupArn=self.pods, Targets=targets)

    def health(self, arn: str) -> list[tuple[str, str | None]]:
        found = self.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        return [(one["TargetHealth"]["State"], one["TargetHealth"].get("Reason")) for one in found]

    def test_a_group_outside_of_all_rules_is_never_healthy(self) -> None:
        self.assertEqual(self.health(self.pods), [("unused", "Target.NotInUse")] * 2)

    def test_weight_zero_is_enough_to_be_checked(self) -> None:
        self.rule({self.pods: 0, self.platform["legacy_target_group_arn"]: 1})
        self.assertEqual(self.health(self.pods), [("healthy", None)] * 2)

    def test_the_group_of_a_listener_is_in_use(self) -> None:
        legacy = self.platform["legacy_target_group_arn"]
        self.assertEqual(self.health(legacy), [("healthy", None)] * 2)

    def test_health_can_be_forced_for_one_target_and_for_all(self) -> None:
        self.rule({self.pods: 1})
        control("POST", "health", target_group_arn=self.pods, state="initial")
        control(
            "POST", "health", target_group_arn=self.pods, target="10.0.0.11", state="unhealthy"
        )
        self.assertEqual(
            self.health(self.pods),
            [("initial", "Elb.InitialHealthChecking"), ("unhealthy", "Target.FailedHealthChecks")],
        )
        control("DELETE", "health")
        self.assertEqual(self.health(self.pods), [("healthy", None)] * 2)


class RuleCase(BenchCase):
    def test_weights_are_echoed_and_changed(self) -> None:
        pods, legacy = self.target_group("pods"), self.platform["legacy_target_group_arn"]
        rule = self.rule({legacy: 90, pods: 10})
        self.elbv2.modify_rule(RuleArn=rule, Actions=forward({legacy: 50, pods: 50}))
        shown = self.elbv2.describe_rules(RuleArns=[rule])["Rules"][0]
        groups = shown["Actions"][0]["ForwardConfig"]["TargetGroups"]
        self.assertEqual([group["Weight"] for group in groups], [50, 50])
        self.assertEqual(shown["Conditions"][0]["Values"], ["a.b.c"])

    def test_paths_are_echoed_in_both_forms_and_changed(self) -> None:
        pods = self.target_group("pods")
        paths = [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a/*"]}}]
        rule = self.rule({pods: 1}, Conditions=paths)
        shown = self.elbv2.describe_rules(RuleArns=[rule])["Rules"][0]["Conditions"][0]
        self.assertEqual(shown["Values"], ["/a/*"])
        self.assertEqual(shown["PathPatternConfig"], {"Values": ["/a/*"]})
        other = [{"Field": "path-pattern", "Values": ["/b"]}]
        self.elbv2.modify_rule(RuleArn=rule, Conditions=other)
        shown = self.elbv2.describe_rules(RuleArns=[rule])["Rules"][0]["Conditions"][0]
        self.assertEqual(shown["PathPatternConfig"], {"Values": ["/b"]})

    def test_login_needs_https_and_a_secret(self) -> None:
        pods = self.target_group("pods")
        login = {
            "Type": "authenticate-oidc",
            "Order": 1,
            "AuthenticateOidcConfig": {
                "Issuer": "https://login.example.com",
                "AuthorizationEndpoint": "https://login.example.com/authorize",
                "TokenEndpoint": "https://login.example.com/token",
                "UserInfoEndpoint": "https://login.example.com/user",
                "ClientId": "shop",
                "ClientSecret": "secret",
            },
        }
        actions = [login, forward({pods: 1})[0] | {"Order": 2}]
        self.assert_refused(
            "InvalidLoadBalancerAction",
            self.elbv2.create_rule,
            **self.rule_parameters({pods: 1})
            | {"ListenerArn": self.platform["http_listener_arn"], "Actions": actions},
        )
        rule = self.rule({}, Actions=actions)
        shown = self.elbv2.describe_rules(RuleArns=[rule])["Rules"][0]["Actions"]
        self.assertNotIn("ClientSecret", shown[0]["AuthenticateOidcConfig"])
        login["AuthenticateOidcConfig"].pop("ClientSecret")
        self.assert_refused(
            "ValidationError", self.elbv2.modify_rule, RuleArn=rule, Actions=actions
        )
        login["AuthenticateOidcConfig"]["UseExistingClientSecret"] = True
        self.elbv2.modify_rule(RuleArn=rule, Actions=actions)

    def test_a_single_target_group_is_echoed_in_both_forms(self) -> None:
        pods = self.target_group("pods")
        rule = self.rule({}, Actions=[{"Type": "forward", "TargetGroupArn": pods}])
        action = self.elbv2.describe_rules(RuleArns=[rule])["Rules"][0]["Actions"][0]
        self.assertEqual(action["TargetGroupArn"], pods)
        self.assertEqual(
            action["ForwardConfig"]["TargetGroups"], [{"TargetGroupArn": pods, "Weight": 1}]
        )

    def test_what_aws_refuses_is_refused(self) -> None:
        pods = self.target_group("pods")
        twice = [{"Type": "forward", "ForwardConfig": {"TargetGroups": [
            {"TargetGroupArn": pods, "Weight": 1}, {"TargetGroupArn": pods, "Weight": 2}
        ]}}]
        hosts = [{"Field": "host-header", "HostHeaderConfig": {"Values": list("abcdef")}}]
        six = {self.target_group(f"pods-{index}"): 1 for index in range(6)}
        for name, code, changes in (
            ("weight above range", "ValidationError", {"Actions": forward({pods: 1000})}),
            ("weight below range", "ValidationError", {"Actions": forward({pods: -1})}),
            ("six groups", "TooManyTargetGroups", {"Actions": forward(six)}),
            ("the same group twice", "ValidationError", {"Actions": twice}),
            ("priority 0", "ValidationError", {"Priority": 0}),
            ("priority above range", "ValidationError", {"Priority": 50_001}),
            ("no condition", "ValidationError", {"Conditions": []}),
            ("six values", "ValidationError", {"Conditions": hosts}),
            ("unknown group", "TargetGroupNotFound", {"Actions": forward({pods.replace("pods", "ghost"): 1})}),
        ):
            with self.subTest(name):
                parameters = self.rule_parameters({pods: 1}) | changes
                self.assert_refused(code, self.elbv2.create_rule, **parameters)

    def test_a_priority_is_used_once(self) -> None:
        pods = self.target_group("pods")
        self.rule({pods: 1})
        self.assert_refused(
            "PriorityInUse", self.elbv2.create_rule, **self.rule_parameters({pods: 1})
        )

    def test_rules_swap_their_priorities_in_one_call(self) -> None:
        pods = self.target_group("pods")
        swapped = {self.rule({pods: 1}, 10): 11, self.rule({pods: 1}, 11): 10}
        self.elbv2.set_rule_priorities(
            RulePriorities=[{"RuleArn": arn, "Priority": at} for arn, at in swapped.items()]
        )
        found = self.elbv2.describe_rules(RuleArns=list(swapped))["Rules"]
        self.assertEqual({rule["RuleArn"]: int(rule["Priority"]) for rule in found}, swapped)

    def test_a_rule_is_deleted_once_and_the_default_rule_never(self) -> None:
        rule = self.rule({self.target_group("pods"): 1})
        self.elbv2.delete_rule(RuleArn=rule)
        self.assert_refused("RuleNotFound", self.elbv2.delete_rule, RuleArn=rule)
        rules = self.elbv2.describe_rules(ListenerArn=self.platform["listener_arn"])["Rules"]
        default = next(rule["RuleArn"] for rule in rules if rule["IsDefault"])
        self.assert_refused("OperationNotPermitted", self.elbv2.delete_rule, RuleArn=default)

    def test_a_group_in_use_is_not_deleted(self) -> None:
        pods = self.target_group("pods")
        self.rule({pods: 1})
        self.assert_refused(
            "ResourceInUse", self.elbv2.delete_target_group, TargetGroupArn=pods
        )
