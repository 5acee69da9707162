"""The tagging service, asked by ARNs and by tags."""

from checks.bench import BenchCase, client


class TaggingCase(BenchCase):
    def test_it_knows_what_ipsy_asks_for(self) -> None:
        tags = [{"Key": "a", "Value": "1"}]
        repository = client("ecr").create_repository(repositoryName="checkout", tags=tags)
        client("ssm").put_parameter(Name="/checkout/image", Value="1", Type="String", Tags=tags)
        self.logs.create_log_group(logGroupName="/ipsy/checkout", tags={"a": "1"})
        arns = [
            repository["repository"]["repositoryArn"],
            "arn:aws:ssm:us-east-1:123456789012:parameter/checkout/image",
            "arn:aws:logs:us-east-1:123456789012:log-group:/ipsy/checkout",
        ]
        missing = "arn:aws:ecr:us-east-1:123456789012:repository/none"
        tagging = client("resourcegroupstaggingapi")
        found = tagging.get_resources(ResourceARNList=[*arns, missing])["ResourceTagMappingList"]
        self.assertEqual([(one["ResourceARN"], one["Tags"]) for one in found], [(arn, tags) for arn in arns])
        self.logs.delete_log_group(logGroupName="/ipsy/checkout")
        self.logs.create_log_group(logGroupName="/ipsy/checkout")
        self.assertEqual(tagging.get_resources(ResourceARNList=arns[2:])["ResourceTagMappingList"], [])

    def test_a_hundred_are_the_most(self) -> None:
        arns = [f"arn:aws:ecr:us-east-1:123456789012:repository/{number}" for number in range(101)]
        tagging = client("resourcegroupstaggingapi")
        self.assert_refused(
            "InvalidParameterException", tagging.get_resources, ResourceARNList=arns
        )

    def test_pages_hold_as_many_objects_as_the_call_asks_for(self) -> None:
        tags = {str(number): "x" for number in range(40)}
        for number in range(5):
            self.logs.create_log_group(logGroupName=f"/ipsy/{number}", tags=tags)
        keys = [{"Key": key, "Value": value} for key, value in tags.items()]
        client("ecr").create_repository(repositoryName="checkout", tags=keys)
        page = client("resourcegroupstaggingapi").get_resources(
            TagFilters=[{"Key": "1", "Values": ["x"]}], ResourcesPerPage=6
        )
        found = [one["ResourceARN"].split(":")[2] for one in page["ResourceTagMappingList"]]
        self.assertEqual(sorted(found), ["ecr", *["logs"] * 5])
        self.assertFalse(page.get("PaginationToken"))
