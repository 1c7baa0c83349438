import { systemClock } from '../../embedded/aws/clock.ts';
import { dispatch } from '../../embedded/aws/dispatch.ts';
import { createDynamoDb, type DynamoDb } from '../../embedded/aws/dynamodb/dynamodb.ts';
import { definition } from '../fixtures/dynamodb-target.ts';
import { type CallResult, parseResult } from './result.ts';

/** Calls a DynamoDB in its wire format. */
export type CallTable = (operation: string, input: object) => Promise<CallResult>;

const TARGET = 'DynamoDB_20120810';
const targetOf = (operation: string) => `${TARGET}.${operation}`;

export const createEmbeddedTable = (): { readonly call: CallTable; readonly service: DynamoDb } => {
  const service = createDynamoDb([definition], { clock: systemClock });
  const call: CallTable = async (operation, input) => {
    const request = { target: targetOf(operation), body: JSON.stringify(input) };
    return parseResult((await dispatch([service], request, { name: 'differential' })).json);
  };
  return { call, service };
};

/** DynamoDB Local does not check the signature. The credential names the region and the service. */
const authorization =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

export const createRemoteTable =
  (endpoint: string): CallTable =>
  async (operation, input) => {
    const headers = {
      'x-amz-target': targetOf(operation),
      'content-type': 'application/x-amz-json-1.0',
      authorization,
    };
    const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(input) });
    if (response.status >= 500)
      throw new Error(`${operation} failed with ${response.status}: ${await response.text()}`);
    return parseResult(await response.text());
  };
