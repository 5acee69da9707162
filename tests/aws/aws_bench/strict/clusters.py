"""EKS clusters: the network that AWS reports beside what was asked for."""

import hashlib
from typing import Any

from moto.ec2.models import ec2_backends
from moto.eks.models import Cluster, EKSBackend

from aws_bench.strict.overlay import overlay


def install() -> None:
    """Completes moto's description of a cluster."""

    @overlay(EKSBackend, "create_cluster")
    def create(beneath: Any, backend: EKSBackend, *arguments: Any, **named: Any) -> Cluster:
        cluster = beneath(backend, *arguments, **named)
        network = dict(cluster.resources_vpc_config)
        subnets = ec2_backends[backend.account_id][backend.region_name].describe_subnets(
            network.get("subnetIds") or None
        )
        if subnets:
            network.setdefault("vpcId", subnets[0].vpc_id)
        digest = hashlib.sha256(cluster.name.encode()).hexdigest()
        network.setdefault("clusterSecurityGroupId", f"sg-{digest[:17]}")
        network.setdefault("endpointPublicAccess", True)
        network.setdefault("endpointPrivateAccess", False)
        cluster.resources_vpc_config = network
        # moto gives all clusters of a region one issuer.
        issuer = f"https://oidc.eks.{backend.region_name}.amazonaws.com/id/{digest[:32].upper()}"
        cluster.identity = {"oidc": {"issuer": issuer}}
        return cluster
