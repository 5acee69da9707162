"""Judges a token of ipsy_cluster_token: signs the request in it again, by botocore, and compares the signatures.

Usage: token_check.py REGION CLUSTER. The environment has the credentials in AWS_ACCESS_KEY_ID and so on, the token in
TOKEN and its end in EXPIRES_AT. Prints what is wrong and exits with 1, or prints "good".
"""

import base64
import datetime
import os
import sys
from urllib.parse import parse_qsl, urlsplit
from unittest import mock

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

PREFIX = "k8s-aws-v1."
# What aws-iam-authenticator, which EKS runs, takes in the query.
ALLOWED = {
    "action",
    "version",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
}


def signed_again(url: str, cluster: str, region: str, date: datetime.datetime) -> dict[str, str]:
    """The query of the same request, signed by botocore at the same time."""
    credentials = Credentials(
        os.environ["AWS_ACCESS_KEY_ID"],
        os.environ["AWS_SECRET_ACCESS_KEY"],
        os.environ.get("AWS_SESSION_TOKEN"),
    )
    request = AWSRequest("GET", url, headers={"x-k8s-aws-id": cluster})
    with mock.patch("botocore.auth.get_current_datetime", return_value=date):
        SigV4QueryAuth(credentials, "sts", region, expires=60).add_auth(request)
    return dict(parse_qsl(urlsplit(request.url).query))


def main() -> None:
    """Compares."""
    region, cluster = sys.argv[1:]
    token = os.environ["TOKEN"]
    assert token.startswith(PREFIX), "the prefix is missing"
    text = token.removeprefix(PREFIX)
    url = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, strict_parsing=True))
    assert (parts.scheme, parts.path) == ("https", "/"), url
    assert parts.netloc == f"sts.{region}.amazonaws.com", url
    assert {name.lower() for name in query} <= ALLOWED, query
    assert query["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id", query
    assert query["X-Amz-Expires"] == "60", query
    date = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    end = datetime.datetime.fromisoformat(os.environ["EXPIRES_AT"].removesuffix("Z"))
    assert end - date == datetime.timedelta(minutes=14), (date, end)
    bare = f"https://{parts.netloc}/?Action=GetCallerIdentity&Version=2011-06-15"
    expected = signed_again(bare, cluster, region, date)
    assert query == expected, f"{query} is not {expected}"
    other = signed_again(bare, "another-cluster", region, date)
    assert query["X-Amz-Signature"] != other["X-Amz-Signature"], "the cluster is not signed"
    print("good")


if __name__ == "__main__":
    main()
