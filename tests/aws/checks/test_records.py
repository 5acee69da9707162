"""DNS records, changed exactly and all at once."""

from typing import Any

from checks.bench import BenchCase


class RecordCase(BenchCase):
    def change(self, *changes: tuple[str, dict[str, Any]]) -> None:
        self.route53.change_resource_record_sets(
            HostedZoneId=self.platform["zone_id"],
            ChangeBatch={
                "Changes": [{"Action": action, "ResourceRecordSet": one} for action, one in changes]
            },
        )

    def refused(self, said: str, *changes: tuple[str, dict[str, Any]]) -> None:
        batch = [{"Action": action, "ResourceRecordSet": one} for action, one in changes]
        message = self.assert_refused(
            "InvalidChangeBatch",
            self.route53.change_resource_record_sets,
            HostedZoneId=self.platform["zone_id"],
            ChangeBatch={"Changes": batch},
        )
        self.assertIn(said, message)

    def names(self) -> list[tuple[str, int | None]]:
        found = self.route53.list_resource_record_sets(HostedZoneId=self.platform["zone_id"])
        return [
            (one["Name"], one.get("Weight"))
            for one in found["ResourceRecordSets"]
            if one["Type"] == "A"
        ]

    def test_a_batch_is_done_whole_or_not_at_all(self) -> None:
        one, other = record("a.example.com", "192.0.2.1"), record("a.example.com", "192.0.2.2")
        self.change(("CREATE", one))
        self.refused("already exists", ("CREATE", other))
        self.refused("not found", ("DELETE", one), ("DELETE", one))
        self.assertEqual(self.names(), [("a.example.com.", None)])
        self.change(("DELETE", one), ("CREATE", other))
        self.refused("do not match", ("DELETE", one))
        self.change(("DELETE", other))
        self.assertEqual(self.names(), [])

    def test_weighted_and_simple_records_do_not_mix(self) -> None:
        weighted = record("a.example.com", "192.0.2.1") | {"SetIdentifier": "x", "Weight": 1}
        self.change(("CREATE", weighted))
        self.refused("conflicts", ("CREATE", record("a.example.com", "192.0.2.2")))
        self.refused("between 0 and 255", ("CREATE", weighted | {"SetIdentifier": "y", "Weight": 300}))
        self.change(("CREATE", weighted | {"SetIdentifier": "y"}))
        self.assertEqual(self.names(), [("a.example.com.", 1)] * 2)


def record(name: str, address: str) -> dict[str, Any]:
    """A record of one address."""
    return {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": address}]}
