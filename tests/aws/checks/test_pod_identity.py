"""EKS Pod Identity, with AWS' codes."""

import json

from checks.bench import BenchCase

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }
    ],
}


class PodIdentityCase(BenchCase):
    def setUp(self) -> None:
        super().setUp()
        role = self.iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(TRUST))
        self.wanted = {
            "clusterName": "eks-blue",
            "namespace": "shop",
            "serviceAccount": "checkout",
            "roleArn": role["Role"]["Arn"],
        }

    def test_an_association_is_made_found_changed_and_deleted(self) -> None:
        made = self.eks.create_pod_identity_association(**self.wanted, tags={"a": "b"})
        identifier = made["association"]["associationId"]
        self.assertRegex(identifier, r"^a-[a-z0-9]{17}$")

        found = self.eks.list_pod_identity_associations(
            clusterName="eks-blue", namespace="shop", serviceAccount="checkout"
        )["associations"]
        self.assertEqual([one["associationId"] for one in found], [identifier])
        self.assertNotIn("roleArn", found[0], "AWS lists no roles")

        one = {"clusterName": "eks-blue", "associationId": identifier}
        self.eks.update_pod_identity_association(**one, disableSessionTags=True)
        shown = self.eks.describe_pod_identity_association(**one)["association"]
        self.assertTrue(shown["disableSessionTags"])
        self.assertEqual(shown["tags"], {"a": "b"})

        self.eks.delete_pod_identity_association(**one)
        self.assert_refused(
            "ResourceNotFoundException", self.eks.describe_pod_identity_association, **one
        )

    def test_a_second_association_of_a_service_account_is_refused_with_the_id_of_the_first(self) -> None:
        made = self.eks.create_pod_identity_association(**self.wanted)
        message = self.assert_refused(
            "ResourceInUseException", self.eks.create_pod_identity_association, **self.wanted
        )
        self.assertIn(made["association"]["associationId"], message)

    def test_a_repeated_token_gives_what_the_first_request_made(self) -> None:
        first = self.eks.create_pod_identity_association(**self.wanted, clientRequestToken="once")
        again = self.eks.create_pod_identity_association(**self.wanted, clientRequestToken="once")
        self.assertEqual(
            first["association"]["associationId"], again["association"]["associationId"]
        )

    def test_a_role_that_does_not_exist_is_refused(self) -> None:
        wanted = self.wanted | {"roleArn": "arn:aws:iam::123456789012:role/ghost"}
        message = self.assert_refused(
            "InvalidParameterException", self.eks.create_pod_identity_association, **wanted
        )
        self.assertEqual(message, "Role provided in the request does not exist.")

    def test_an_unknown_cluster_is_not_found(self) -> None:
        wanted = self.wanted | {"clusterName": "eks-ghost"}
        self.assert_refused(
            "ResourceNotFoundException", self.eks.create_pod_identity_association, **wanted
        )

    def test_tags_are_read_and_changed_by_arn(self) -> None:
        made = self.eks.create_pod_identity_association(**self.wanted, tags={"a": "1", "b": "2"})
        arn = made["association"]["associationArn"]
        self.eks.tag_resource(resourceArn=arn, tags={"c": "3"})
        self.eks.untag_resource(resourceArn=arn, tagKeys=["a", "b"])
        self.assertEqual(self.eks.list_tags_for_resource(resourceArn=arn)["tags"], {"c": "3"})

    def test_a_long_list_comes_in_pages(self) -> None:
        for index in range(5):
            self.eks.create_pod_identity_association(
                **self.wanted | {"serviceAccount": f"app-{index}"}
            )
        pages = self.eks.get_paginator("list_pod_identity_associations").paginate(
            clusterName="eks-blue", PaginationConfig={"PageSize": 2}
        )
        self.assertEqual([len(page["associations"]) for page in pages], [2, 2, 1])

    def test_clusters_tell_their_network(self) -> None:
        network = self.eks.describe_cluster(name="eks-blue")["cluster"]["resourcesVpcConfig"]
        self.assertEqual(network["vpcId"], self.platform["vpc_id"])
        self.assertRegex(network["clusterSecurityGroupId"], "^sg-")
