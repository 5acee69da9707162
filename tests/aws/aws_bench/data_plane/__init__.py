"""Load balancers that forward real requests by the rules in moto, on listeners on loopback.

`plane` starts and stops them. A `table` is a snapshot of moto's listeners, rules and target groups.
`listener` answers requests by the table: `conditions` match the rule, `choices` select the group and the
target, `message` reads and writes HTTP. `addresses` locates the targets, and `health` checks them.
`recorder` writes the metrics, and `alarms` evaluates them.

Limits: every listener uses plain HTTP/1.1, and connections to targets are not kept open. Logins, stickiness within a
group and slow start are not implemented. Round robin is the only algorithm.
"""
