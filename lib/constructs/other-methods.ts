import { ContentHandling, type IResource, MockIntegration, PassthroughBehavior } from 'aws-cdk-lib/aws-apigateway';
import type { Method } from '#platform/http/methods';
import { gatewayProblems, PROBLEM_TYPE, problemDocument } from '#platform/http/problems';
import { acknowledge } from '../nag.ts';

const { method_not_allowed: problem } = gatewayProblems;
const STATUS = String(problem.status);

/** A mock integration answers only requests whose type has a template, and any other type is a 415 of the gateway. */
const REQUEST_TYPES = [
  ...['application/json', 'application/problem+json', 'application/merge-patch+json', 'application/json-patch+json'],
  ...['application/x-www-form-urlencoded', 'multipart/form-data', 'application/octet-stream', 'application/xml'],
  ...['text/plain', 'text/html', 'text/xml'],
];

/** Stands for every type on LocalStack. AWS documents it for WebSocket APIs only, so it may refuse it in a REST API. */
const ANY_TYPE = '$default';

type OtherMethods = { readonly allowed: readonly Method[]; readonly isLocalStack: boolean };

/** Makes the gateway answer 405 to every other method of a path, without a function and to callers without a key, too. */
export const addOtherMethods = (resource: IResource, { allowed, isLocalStack }: OtherMethods): void => {
  const requestTypes = isLocalStack ? [ANY_TYPE, ...REQUEST_TYPES] : REQUEST_TYPES;
  const headers = {
    Allow: allowed.join(', '),
    'Content-Type': PROBLEM_TYPE,
    'Cache-Control': 'no-store',
  };
  const parameters = Object.entries(headers).map(([name, value]) => [`method.response.header.${name}`, value] as const);
  const template = JSON.stringify({ statusCode: problem.status });
  const integration = new MockIntegration({
    // a template is text, and JSON arrives as bytes
    contentHandling: ContentHandling.CONVERT_TO_TEXT,
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: Object.fromEntries(requestTypes.map((type) => [type, template])),
    integrationResponses: [
      {
        statusCode: STATUS,
        // otherwise a client that accepts JSON would get the decoded base64 of a text that is none
        contentHandling: ContentHandling.CONVERT_TO_TEXT,
        responseParameters: Object.fromEntries(parameters.map(([name, value]) => [name, `'${value}'`])),
        responseTemplates: { 'application/json': JSON.stringify(problemDocument('method_not_allowed', problem)) },
      },
    ],
  });
  const method = resource.addMethod('ANY', integration, {
    methodResponses: [
      { statusCode: STATUS, responseParameters: Object.fromEntries(parameters.map(([name]) => [name, true])) },
    ],
  });
  acknowledge(method, 'ownKeys');
  acknowledge(method, 'openRoute');
};
