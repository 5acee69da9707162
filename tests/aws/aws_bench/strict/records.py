"""DNS records: a batch of changes is done whole or not at all, and names exactly what it deletes."""

from typing import Any

from moto.route53.exceptions import InvalidChangeBatch
from moto.route53.models import FakeZone, RecordSet, Route53Backend

from aws_bench.strict.overlay import overlay

# What makes several records of one name possible.
ROUTING = ("weight", "region", "failover", "geo_location", "multi_value_answer")


def install() -> None:
    """Lays the checks over moto's records."""

    @overlay(Route53Backend, "change_resource_record_sets")
    def change(
        beneath: Any, backend: Route53Backend, zoneid: str, change_list: list[dict[str, Any]]
    ) -> None:
        zone = backend.get_hosted_zone(zoneid)
        before = list(zone.rrsets)
        try:
            for wanted in change_list:
                if wanted["Action"] == "DELETE":
                    _delete(zone, wanted["ResourceRecordSet"])
                    continue
                _check_new(zone, wanted)
                # moto looks into its journal whether a record exists; the zone itself knows better.
                zone.rr_changes.clear()
                beneath(backend, zoneid, [wanted])
        except Exception:
            zone.rrsets = before
            raise


def _delete(zone: FakeZone, wanted: dict[str, Any]) -> None:
    found = next((record for record in zone.rrsets if _key(record) == _wanted_key(wanted)), None)
    said = f"[Tried to delete resource record set {_described(wanted)} but "
    if found is None:
        raise _refused(f"{said}it was not found]")
    if _form(found) != _wanted_form(wanted):
        raise _refused(f"{said}the values provided do not match the current values]")
    zone.rrsets.remove(found)


def _check_new(zone: FakeZone, wanted: dict[str, Any]) -> None:
    record = wanted["ResourceRecordSet"]
    weight = record.get("Weight")
    if weight is not None and not 0 <= int(weight) <= 255:
        raise _refused(f"[Weight '{weight}' must be between 0 and 255]")
    if (weight is None) != (record.get("SetIdentifier") is None):
        raise _refused("[A weighted record needs a set identifier, and a simple one has none]")
    same = [other for other in zone.rrsets if _key(other)[:2] == _wanted_key(record)[:2]]
    if wanted["Action"] == "CREATE" and any(_key(other) == _wanted_key(record) for other in same):
        raise _refused(
            f"[Tried to create resource record set {_described(record)} but it already exists]"
        )
    routed = any(record.get(name) for name in ("SetIdentifier", "Weight"))
    others = [other for other in same if _key(other) != _wanted_key(record)]
    if any(_is_routed(other) != routed for other in others):
        raise _refused(
            f"[RRSet {_described(record)} conflicts with other records: simple and weighted]"
        )


def _is_routed(record: RecordSet) -> bool:
    return any(getattr(record, name, None) is not None for name in ROUTING)


def _key(record: RecordSet) -> tuple[str, str | None, str | None]:
    return record.name.rstrip(".").lower(), record.type, record.set_identifier


def _wanted_key(record: dict[str, Any]) -> tuple[str, str | None, str | None]:
    return record["Name"].rstrip(".").lower(), record.get("Type"), record.get("SetIdentifier")


def _form(record: RecordSet) -> tuple[Any, ...]:
    values = [value["Value"] if isinstance(value, dict) else value for value in record.records or []]
    return _text(record.weight), _text(record.ttl), sorted(values), _alias(record.alias_target)


def _wanted_form(record: dict[str, Any]) -> tuple[Any, ...]:
    values = [value["Value"] for value in record.get("ResourceRecords") or []]
    return (
        _text(record.get("Weight")),
        _text(record.get("TTL")),
        sorted(values),
        _alias(record.get("AliasTarget")),
    )


def _alias(target: dict[str, Any] | None) -> tuple[str, ...] | None:
    if not target:
        return None
    evaluates = str(target.get("EvaluateTargetHealth", False)).lower()
    return target["HostedZoneId"], target["DNSName"].rstrip(".").lower(), evaluates


def _text(number: Any) -> str:
    return "" if number is None else str(number)


def _described(record: dict[str, Any]) -> str:
    return f"[name='{record['Name']}', type='{record.get('Type')}']"


def _refused(message: str) -> InvalidChangeBatch:
    refusal = InvalidChangeBatch()
    refusal.message = message
    refusal.args = (message,)
    return refusal
