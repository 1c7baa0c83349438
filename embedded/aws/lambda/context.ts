import type { Context } from 'aws-lambda';
import { functionArn } from '../arns.ts';
import type { Clock } from '../service.ts';

type Invocation = { readonly name: string; readonly requestId: string; readonly timeoutMs: number };

const deprecated = () => {
  throw new Error('not supported: context.done, fail and succeed');
};

/** The context object that Lambda passes to a handler. */
export const createContext = ({ name, requestId, timeoutMs }: Invocation, clock: Clock): Context => {
  const deadlineMs = clock.now() + timeoutMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn(name),
    memoryLimitInMB: '256',
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'embedded',
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - clock.now()),
    done: deprecated,
    fail: deprecated,
    succeed: deprecated,
  };
};
