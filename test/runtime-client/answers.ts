import { isDeepStrictEqual } from 'node:util';
import type { APIGatewayAuthorizerResult, APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { contexts } from '#contexts';
import { problemsOf } from '#platform/http/route';
import type { FunctionId, NamedFunction } from '#platform/manifest';
import type { SagaDefinition } from '#platform/saga/definition';
import { FunctionError } from '../../embedded/aws/lambda/function-error.ts';
import { UNAUTHORIZED } from '../../embedded/host/authorizer.ts';

export type Outcome = { readonly result: unknown } | { readonly error: Error };
export type Invocation = { readonly event: unknown; readonly outcome: Outcome };

/** Whether an outcome is a success, or a refusal that the function declares. Anything else is `undeclared`, with the reason. */
export type OutcomeClass = 'success' | 'refusal' | { readonly undeclared: string };

const undeclared = (reason: string): OutcomeClass => ({ undeclared: reason });

const classifyResponse = ({ routes }: NamedFunction, event: APIGatewayProxyEvent, result: unknown): OutcomeClass => {
  const { statusCode, body } = result as APIGatewayProxyResult;
  const name = `${event.httpMethod} ${event.resource}`;
  const route = routes.find(({ method, path }) => `${method} ${path}` === name);
  if (!route) return undeclared(`the function has no route ${name}`);
  const content: unknown = JSON.parse(body);
  const schema = route.responses[statusCode];
  if (schema) {
    const parsed = schema().safeParse(content);
    return parsed.success ? 'success' : undeclared(`${name}: ${statusCode}: ${parsed.error.message}: ${body}`);
  }
  const { code } = content as { readonly code?: string };
  const isDeclared = code !== undefined && problemsOf(route)[code]?.status === statusCode;
  // these are declared for every route, but say that the function failed
  return isDeclared && statusCode < 500 ? 'refusal' : undeclared(`${name}: ${statusCode}: ${body}`);
};

const classifyPolicy = (outcome: Outcome): OutcomeClass => {
  if ('error' in outcome)
    return outcome.error.message === UNAUTHORIZED ? 'refusal' : undeclared(`the authorizer failed: ${outcome.error}`);
  const { principalId, policyDocument } = outcome.result as Partial<APIGatewayAuthorizerResult>;
  const statements = policyDocument?.Statement ?? [];
  const allows = statements.length > 0 && statements.every(({ Effect }) => Effect === 'Allow');
  return principalId && allows ? 'success' : undeclared(`not a policy that allows: ${JSON.stringify(outcome.result)}`);
};

const sagas: readonly SagaDefinition[] = contexts.flatMap(({ workflows = {} }) => Object.values(workflows));

/** The errors that a saga expects of this task. */
const refusalsOf = (id: FunctionId): ReadonlySet<string> =>
  new Set(
    sagas
      .flatMap(({ steps }) => Object.values(steps))
      .flatMap((step) => (step.kind === 'task' && step.function === id ? step.refusals : []))
      .map(({ error }) => error.name),
  );

const classifyResult = (outcome: Outcome, declared: unknown): OutcomeClass => {
  if ('error' in outcome) return undeclared(`the invocation failed: ${outcome.error}`);
  return isDeepStrictEqual(outcome.result, declared)
    ? 'success'
    : undeclared(`${JSON.stringify(outcome.result)} instead of ${JSON.stringify(declared)}`);
};

/** Compares what an invocation returned with what the function's manifest, its routes and the sagas that call it declare. */
export const classifyOutcome = (fn: NamedFunction, { event, outcome }: Invocation): OutcomeClass => {
  const { spec } = fn;
  if (spec.authorizes) return classifyPolicy(outcome);
  if (spec.consumes || spec.streams) return classifyResult(outcome, { batchItemFailures: [] });
  if (spec.task && 'error' in outcome && outcome.error instanceof FunctionError)
    return refusalsOf(fn.id).has(outcome.error.errorType)
      ? 'refusal'
      : undeclared(`no saga expects ${outcome.error.errorType}: ${outcome.error.message}`);
  if (spec.task || spec.everyMinutes) return classifyResult(outcome, null);
  if ('error' in outcome) return undeclared(`the invocation failed: ${outcome.error}`);
  return classifyResponse(fn, event as APIGatewayProxyEvent, outcome.result);
};
