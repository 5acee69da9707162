"""The load balancers at work: real requests, by the rules that are in force."""

import http.client
import threading
import time
import urllib.error
import urllib.request

from checks.bench import control, forward
from checks.plane import HOST, PlaneCase


class ForwardCase(PlaneCase):
    def setUp(self) -> None:
        super().setUp()
        self.old, self.new = self.backend("old"), self.backend("new")
        self.instances = self.group("instances", self.old)
        self.pods = self.group("pods", self.new)

    def serve(self, instances: int, pods: int) -> str:
        rule = self.rule({self.instances: instances, self.pods: pods})
        self.wait_until_healthy(self.instances, self.pods)
        return rule

    def test_shares_are_the_weights_and_change_with_the_next_request(self) -> None:
        rule = self.serve(90, 10)
        self.assertEqual(self.bodies(1000), {"old": 900, "new": 100})
        for instances, pods in ((1, 2), (0, 100)):
            weights = {self.instances: instances, self.pods: pods}
            self.elbv2.modify_rule(RuleArn=rule, Actions=forward(weights))
            shares = {"old": 300 * instances // (instances + pods), "new": 300 * pods // (instances + pods)}
            wanted = {name: count for name, count in shares.items() if count}
            self.assertEqual(self.bodies(300), wanted)

    def test_targets_of_a_group_take_turns(self) -> None:
        second = self.backend("second")
        self.register(self.pods, "10.0.9.9", second)
        self.serve(0, 1)
        self.assertEqual(self.bodies(20), {"new": 10, "second": 10})

    def test_only_healthy_targets_get_requests(self) -> None:
        second = self.backend("second")
        self.register(self.pods, "10.0.9.9", second)
        self.serve(0, 1)
        second.status = 500
        self.wait(lambda: ("unhealthy", "Target.ResponseCodeMismatch") in self.health(self.pods))
        self.assertEqual(self.bodies(10), {"new": 10})

    def test_a_group_without_healthy_targets_fails_open(self) -> None:
        self.serve(0, 1)
        self.new.status = 500
        self.wait(lambda: self.health(self.pods)[0][0] == "unhealthy")
        self.assertEqual(self.get()[:2], (500, "new"))

    def test_a_group_without_targets_answers_503(self) -> None:
        self.rule({self.group("empty"): 1})
        self.assertEqual(self.get()[0], 503)

    def test_weights_do_not_fail_over(self) -> None:
        empty = self.group("empty")
        self.rule({self.instances: 1, empty: 1})
        self.wait_until_healthy(self.instances)
        statuses = [self.get()[0] for _ in range(10)]
        self.assertEqual(sorted(statuses), [200] * 5 + [503] * 5)

    def test_a_target_that_refuses_connections_gives_502(self) -> None:
        self.serve(0, 1)
        self.new.close()
        self.assertEqual(self.get()[0], 502)

    def test_a_target_that_is_too_slow_gives_504(self) -> None:
        self.serve(0, 1)
        self.elbv2.modify_load_balancer_attributes(
            LoadBalancerArn=self.platform["load_balancer_arn"],
            Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "1"}],
        )
        self.new.delay = 1.5
        self.assertEqual(self.get()[0], 504)

    def test_a_target_that_nothing_stands_for_gives_504(self) -> None:
        unreachable = self.group("unreachable")
        self.register(unreachable, "10.0.0.200")
        self.rule({unreachable: 1})
        self.assertEqual(self.get()[0], 504)

    def test_a_target_on_loopback_needs_no_stand_in(self) -> None:
        local = self.group("local")
        targets = [{"Id": "127.0.0.1", "Port": self.new.port}]
        self.elbv2.register_targets(TargetGroupArn=local, Targets=targets)
        self.rule({local: 1})
        self.wait_until_healthy(local)
        self.assertEqual(self.get()[:2], (200, "new"))

    def test_a_client_stays_with_its_group_until_the_cookie_ends(self) -> None:
        self.serve(1, 0)
        weights = [
            {"TargetGroupArn": self.instances, "Weight": 1},
            {"TargetGroupArn": self.pods, "Weight": 0},
        ]
        sticky = {"Enabled": True, "DurationSeconds": 60}
        config = {"TargetGroups": weights, "TargetGroupStickinessConfig": sticky}
        rule = self.elbv2.describe_rules(ListenerArn=self.platform["listener_arn"])["Rules"][0]["RuleArn"]
        self.elbv2.modify_rule(RuleArn=rule, Actions=[{"Type": "forward", "ForwardConfig": config}])
        cookie = self.get()[2]["Set-Cookie"].partition(";")[0]
        self.assertTrue(cookie.startswith("AWSALBTG="), cookie)
        weights[0]["Weight"], weights[1]["Weight"] = 0, 1
        self.elbv2.modify_rule(RuleArn=rule, Actions=[{"Type": "forward", "ForwardConfig": config}])
        self.assertEqual(self.get()[1], "new", "a new client follows the weights")
        self.assertEqual(self.get(Cookie=cookie)[1], "old", "the cookie wins over weight 0")
        self.wait(lambda: self.get(Cookie=cookie)[1] == "new", seconds=3)

    def test_a_draining_target_finishes_its_requests_and_gets_no_more(self) -> None:
        self.serve(0, 1)
        self.new.delay = 0.6
        answers = []
        client = threading.Thread(target=lambda: answers.append(self.get()[:2]))
        client.start()
        self.wait(lambda: bool(self.new.headers))
        self.elbv2.deregister_targets(TargetGroupArn=self.pods, Targets=[{"Id": "10.0.4.10"}])
        self.assertEqual(self.health(self.pods), [("draining", "Target.DeregistrationInProgress")])
        self.assertEqual(self.get()[0], 503)
        client.join(timeout=10)
        self.assertEqual(answers, [(200, "new")])

    def test_bodies_and_headers_are_passed_on(self) -> None:
        self.serve(0, 1)
        self.get(**{"X-Own": "1"})
        seen = self.new.headers[-1]
        self.assertEqual((seen["X-Own"], seen["Host"]), ("1", HOST))
        self.assertEqual((seen["X-Forwarded-For"], seen["X-Forwarded-Proto"]), ("127.0.0.1", "https"))
        request = urllib.request.Request(self.url, data=b"x" * 100_000, headers={"Host": HOST})
        with urllib.request.urlopen(request, timeout=10) as answer:
            self.assertEqual(answer.read(), b"x" * 100_000)

    def test_a_connection_carries_several_requests(self) -> None:
        self.serve(0, 1)
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"))
        for _ in range(3):
            connection.request("GET", "/", headers={"Host": HOST})
            self.assertEqual(connection.getresponse().read(), b"new")
        connection.close()


class RuleCase(PlaneCase):
    def test_the_first_rule_whose_conditions_are_met_answers(self) -> None:
        host, header = {"Host": "A.example.com"}, {"X-Beta": "yes"}
        pair = {"Key": "v", "Value": "2"}
        cases = (
            ("host-header", "HostHeaderConfig", {"Values": ["*.example.com"]}, "/", host),
            ("path-pattern", "PathPatternConfig", {"Values": ["/shop/*"]}, "/shop/cart?a=1", {}),
            (
                "http-header",
                "HttpHeaderConfig",
                {"HttpHeaderName": "X-Beta", "Values": ["y?s"]},
                "/",
                header,
            ),
            ("query-string", "QueryStringConfig", {"Values": [pair]}, "/?v=2", {}),
            ("source-ip", "SourceIpConfig", {"Values": ["127.0.0.0/8"]}, "/", {}),
            ("http-request-method", "HttpRequestMethodConfig", {"Values": ["GET"]}, "/", {}),
        )
        for priority, (field, part, config, path, headers) in enumerate(cases, start=1):
            with self.subTest(field):
                self.assertEqual(self.get(path, **headers)[0], 504, "the default rule has no stand-in")
                answer = {"StatusCode": "299", "ContentType": "text/plain", "MessageBody": field}
                rule = self.elbv2.create_rule(
                    ListenerArn=self.platform["listener_arn"],
                    Priority=priority,
                    Conditions=[{"Field": field, part: config}],
                    Actions=[{"Type": "fixed-response", "FixedResponseConfig": answer}],
                )["Rules"][0]["RuleArn"]
                self.assertEqual(self.get(path, **headers)[:2], (299, field))
                self.elbv2.delete_rule(RuleArn=rule)

    def test_the_smaller_priority_is_tried_first_and_the_default_rule_last(self) -> None:
        first, second = self.group("a", self.backend("first")), self.group("bb", self.backend("second"))
        self.rule({second: 1}, priority=20)
        self.rule({first: 1}, priority=3)
        self.wait_until_healthy(first, second)
        self.assertEqual(self.get()[1], "first")
        self.assertEqual(self.get(Host="other")[0], 504, "no stand-in for the instances of the default rule")

    def test_http_is_redirected_to_https(self) -> None:
        connection = http.client.HTTPConnection(self.http_url.removeprefix("http://"))
        connection.request("GET", "/cart?a=1", headers={"Host": "shop.example.com"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 301)
        self.assertEqual(answer.headers["Location"], "https://shop.example.com:443/cart?a=1")
        connection.close()

    def test_a_listener_that_is_made_later_listens(self) -> None:
        arn = self.elbv2.create_listener(
            LoadBalancerArn=self.platform["load_balancer_arn"],
            Protocol="HTTP",
            Port=8080,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "299"}}],
        )["Listeners"][0]["ListenerArn"]
        self.url = control("GET", "data_plane")["listeners"][arn]
        self.assertEqual(self.get()[0], 299)

    def test_it_stops(self) -> None:
        control("DELETE", "data_plane")
        with self.assertRaises(urllib.error.URLError):
            self.get()
        self.assertEqual(control("GET", "data_plane"), {"minute_seconds": 60, "listeners": {}})

    def test_bad_orders_are_refused(self) -> None:
        control("DELETE", "data_plane")
        for name, order in (
            ("data_plane", {"minute_seconds": 0}),
            ("data_plane", {"minutes": 1}),
            ("addresses", {"10.0.0.1": "192.0.2.1:80"}),
            ("addresses", {"10.0.0.1": "127.0.0.1"}),
        ):
            with self.subTest(order), self.assertRaises(OSError):
                control("POST", name, **order)
