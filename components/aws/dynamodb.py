"""Tracker store on DynamoDB: one item for each conversation, reached with the identity of the pod.

The table is made here because Rasa would make a worse one (5 reads and writes a second) and refuses to where
it runs several workers; without the index Rasa reads the whole table to find a user's conversations
(docs/rasa-pro.md, DynamoDB). What it deliberately does not do: let Rasa create or delete tables. An item
holds 400 KB at most. From `dev` to `production` nothing is replaced; `size` has no effect, since DynamoDB
charges by the request.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import Output, Resource, ResourceOptions

from components.aws.alarms import Alarm, create_alarms
from components.aws.placement import Placement
from components.aws.policies import Statement, document
from components.contract.connections import DynamoDb
from components.contract.provider import TrackerStoreArgs
from components.contract.terms import Profile

CONVERSATION = "sender_id"
USER = "user_id"
USER_INDEX = "user_id-index"
"""These three are Rasa's names (`dynamo_tracker_store.py`)."""
RECOVERY_DAYS: Mapping[Profile, int] = {"dev": 7, "production": 35}
"""To which point in the past the table can be restored; 35 is the most that DynamoDB offers."""

ALARMS = (
    Alarm(metric="ReadThrottleEvents", above=0, statistic="Sum", missing="notBreaching"),
    Alarm(metric="WriteThrottleEvents", above=0, statistic="Sum", missing="notBreaching"),
)


def create_dynamodb(name: str, args: TrackerStoreArgs[Placement], *, parent: Resource) -> DynamoDb:
    """Create the table and let Rasa read and write it."""
    place = args.placement
    table = aws.dynamodb.Table(name, _table_args(args), ResourceOptions(parent=parent))
    grant = aws.iam.RolePolicy(
        name,
        role=place.rasa_role_name,
        policy=document(*_statements(table, place)),
        opts=ResourceOptions(parent=parent),
    )
    create_alarms(
        name,
        ALARMS,
        namespace="AWS/DynamoDB",
        dimensions={"TableName": table.name},
        topic_arn=place.alarm_topic_arn,
        parent=parent,
    )
    return DynamoDb(table=table.name, region=place.region, ready=(grant,))


def _table_args(args: TrackerStoreArgs[Placement]) -> aws.dynamodb.TableArgs:
    return aws.dynamodb.TableArgs(
        billing_mode="PAY_PER_REQUEST",
        hash_key=CONVERSATION,
        attributes=[
            aws.dynamodb.TableAttributeArgs(name=CONVERSATION, type="S"),
            aws.dynamodb.TableAttributeArgs(name=USER, type="S"),
        ],
        global_secondary_indexes=[
            aws.dynamodb.TableGlobalSecondaryIndexArgs(
                name=USER_INDEX,
                key_schemas=[
                    aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(attribute_name=USER, key_type="HASH")
                ],
                projection_type="ALL",
            )
        ],
        point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(
            enabled=True, recovery_period_in_days=RECOVERY_DAYS[args.profile]
        ),
        server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(
            enabled=True, kms_key_arn=args.placement.key_arn
        ),
        deletion_protection_enabled=args.deletion_protection,
    )


def _statements(table: aws.dynamodb.Table, place: Placement) -> tuple[Statement, Statement, Statement]:
    """The calls that Rasa makes, except CreateTable (docs/rasa-pro.md, DynamoDB)."""
    return (
        {
            "Effect": "Allow",
            "Action": [
                "dynamodb:DescribeTable",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
            ],
            "Resource": table.arn,
        },
        {
            "Effect": "Allow",
            "Action": ["dynamodb:Query"],
            "Resource": Output.concat(table.arn, f"/index/{USER_INDEX}"),
        },
        # DynamoDB decrypts the table's key with the caller's permissions (DynamoDB developer guide, "DynamoDB
        # encryption at rest: how it works").
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:DescribeKey"],
            "Resource": place.key_arn,
            "Condition": {"StringEquals": {"kms:ViaService": f"dynamodb.{place.region}.amazonaws.com"}},
        },
    )
