"""Once: make the bucket S3_BUCKET with versions kept, if it isn't there yet."""

from __future__ import annotations

import os
import sys


def main() -> int:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    bucket = os.environ["S3_BUCKET"]
    region = os.environ["AWS_REGION"]
    s3 = boto3.client("s3", region_name=region, config=Config(s3={"addressing_style": "path"}))
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        # S3 refuses the name of its first region here, and demands that of any other.
        place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **({} if region == "us-east-1" else place))
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
