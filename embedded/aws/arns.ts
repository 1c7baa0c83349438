export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

export const arn = (service: string, resource: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

export const tableArn = (name: string): string => arn('dynamodb', `table/${name}`);
export const functionArn = (name: string): string => arn('lambda', `function:${name}`);
export const queueArn = (name: string): string => arn('sqs', name);
export const busArn = (name: string): string => arn('events', `event-bus/${name}`);
export const stateMachineArn = (name: string): string => arn('states', `stateMachine:${name}`);
export const executionArn = (machine: string, name: string): string => arn('states', `execution:${machine}:${name}`);

/** The part of an ARN that names the resource: the text after its last colon. A plain name is returned as it is. */
export const resourceName = (arnOrName: string): string => arnOrName.slice(arnOrName.lastIndexOf(':') + 1);
