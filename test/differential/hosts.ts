import { machineClock } from '../../embedded/clock.ts';
import { type DynamoDb, dynamoDb } from '../../embedded/dynamodb/dynamodb.ts';
import { dispatch } from '../../embedded/sdk.ts';
import { definition } from '../conformance/target.ts';
import { type Answer, answerOf } from './answer.ts';

/** One call of a DynamoDB as the wire has it. */
export type Host = (operation: string, input: object) => Promise<Answer>;

const TARGET = 'DynamoDB_20120810';
const target = (operation: string) => `${TARGET}.${operation}`;

export const embedded = (): { readonly host: Host; readonly service: DynamoDb } => {
  const service = dynamoDb([definition], { clock: machineClock });
  const host: Host = async (operation, input) => {
    const call = { target: target(operation), body: JSON.stringify(input) };
    return answerOf((await dispatch([service], call, { name: 'differential' })).json);
  };
  return { host, service };
};

/** Nobody checks the signature; the credential names account, region and service. */
const authorization =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

export const remote =
  (endpoint: string): Host =>
  async (operation, input) => {
    const headers = { 'x-amz-target': target(operation), 'content-type': 'application/x-amz-json-1.0', authorization };
    const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(input) });
    if (response.status >= 500)
      throw new Error(`${operation} was answered ${response.status}: ${await response.text()}`);
    return answerOf(await response.text());
  };
