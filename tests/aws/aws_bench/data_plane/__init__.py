"""The load balancers at work: real listeners on loopback that forward real requests by the rules in moto.

`plane` starts and stops it. A `table` is what moto holds of listeners, rules and target groups at one moment.
`listener` answers requests by the table: `conditions` choose the rule, `choices` the group and the target,
`message` reads and writes HTTP. `health` checks the targets, `recorder` counts, and `alarms` judges the counts.

What it is not: it speaks plain HTTP/1.1 on every listener, keeps no connections to targets, lets every user pass
a login, and knows neither stickiness within a group, slow start nor the least-outstanding-requests algorithm.
"""
