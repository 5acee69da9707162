"""ECR repositories, with what AWS reads into a request."""

from typing import Any

from checks.bench import BenchCase


class RepositoryCase(BenchCase):
    def scanning(self) -> Any:
        found = self.ecr.describe_repositories(repositoryNames=["app"])["repositories"][0]
        return found["imageScanningConfiguration"]["scanOnPush"]

    def test_a_scan_that_is_not_asked_for_is_off(self) -> None:
        self.ecr.create_repository(
            repositoryName="app", imageScanningConfiguration={"scanOnPush": True}
        )
        self.assertIs(self.scanning(), True)
        self.ecr.put_image_scanning_configuration(
            repositoryName="app", imageScanningConfiguration={}
        )
        self.assertIs(self.scanning(), False)

    def test_what_aws_refuses_is_refused(self) -> None:
        for name in ("App", "-app", "app//x"):
            with self.subTest(name):
                self.assert_refused(
                    "InvalidParameterException", self.ecr.create_repository, repositoryName=name
                )
        self.ecr.create_repository(repositoryName="app")
        rule = (
            '{"rules": [{"rulePriority": 1, "action": {"type": "expire"}, "selection": '
            '{"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 0}}]}'
        )
        self.assert_refused(
            "InvalidParameterException",
            self.ecr.put_lifecycle_policy,
            repositoryName="app",
            lifecyclePolicyText=rule,
        )
