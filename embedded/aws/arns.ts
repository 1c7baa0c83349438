export const REGION = 'us-east-1';
export const ACCOUNT_ID = '000000000000';

export const toArn = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${resource}`;

export const tableArn = (name: string): string => toArn('dynamodb', `table/${name}`);
export const functionArn = (name: string): string => toArn('lambda', `function:${name}`);
export const queueArn = (name: string): string => toArn('sqs', name);
export const eventBusArn = (name: string): string => toArn('events', `event-bus/${name}`);
export const stateMachineArn = (name: string): string => toArn('states', `stateMachine:${name}`);
export const executionArn = (stateMachineName: string, name: string): string =>
  toArn('states', `execution:${stateMachineName}:${name}`);

/**
 * The text after the last colon of an ARN. For ARNs with a slash this includes the resource type. A plain name is returned
 * unchanged.
 */
export const afterLastColon = (arnOrName: string): string => arnOrName.slice(arnOrName.lastIndexOf(':') + 1);
