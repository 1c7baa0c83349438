import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { options } from '#shared/aws/options';

export const db = () =>
  DynamoDBDocumentClient.from(new DynamoDBClient(options()), { marshallOptions: { removeUndefinedValues: true } });
