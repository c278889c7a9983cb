"""A user's calls to Amazon's services. Marks name the lines that spans must point at."""


def by_client(s3):
    s3.create_bucket(Bucket="shop")  # <- create
    s3.put_object(Bucket="shop", Key="tea", Body=b"1")  # <- put
    return s3.get_object(Bucket="shop", Key="tea")["Body"].read()  # <- get


def by_pages(s3):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="shop")
    return [item["Key"] for page in pages for item in page["Contents"]]  # <- pages


def by_queue(sqs):
    address = sqs.create_queue(QueueName="orders")["QueueUrl"]  # <- queue
    sqs.send_message(QueueUrl=address, MessageBody="tea")  # <- send
    return sqs.receive_message(QueueUrl=address)["Messages"][0]["Body"]  # <- receive


class Stock:
    """By a resource of boto3, whose methods are made at run time; two user frames deep, over several lines."""

    def __init__(self, dynamodb):
        # fmt: off
        self.table = dynamodb.create_table(  # <- table
            TableName="stock",
            KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        # fmt: on

    def keep(self, name):
        self.table.put_item(Item={"name": name})  # <- item
        return self._kept(name)  # <- kept-caller

    def _kept(self, name):
        return self.table.get_item(Key={"name": name})["Item"]["name"]  # <- kept


def by_collection(s3):
    return [item.key for item in s3.Bucket("shop").objects.all()]  # <- collection


def by_transfer(s3, path):
    s3.upload_file(path, "shop", "coffee")
