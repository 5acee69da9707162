"""Checks of the bench itself, through boto3: `python -m unittest discover -s tests/aws -t tests/aws`."""
