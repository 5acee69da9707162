"""AWS on loopback, as strict and as unreliable as the real one.

The bench is moto's server behind a layer of our own. The layer adds what moto lacks
(EKS Pod Identity, honest target health, the range checks of AWS) and what a test needs
(faults, delays, a log of calls). It is driven through AWS' own APIs and `/_bench/…`.
"""
